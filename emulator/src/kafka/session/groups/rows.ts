/** How groups are asked for. */
import type { Row } from "../handling.ts";
import { consumerGroupDescribeRow } from "./consumer-group-describe.ts";
import { consumerGroupHeartbeatRow } from "./consumer-group-heartbeat.ts";
import { deleteGroupsRow } from "./delete-groups.ts";
import { describeGroupsRow } from "./describe-groups.ts";
import { heartbeatRow } from "./heartbeat.ts";
import { joinGroupRow } from "./join-group.ts";
import { leaveGroupRow } from "./leave-group.ts";
import { listGroupsRow } from "./list-groups.ts";
import { offsetCommitRow } from "./offset-commit.ts";
import { offsetDeleteRow } from "./offset-delete.ts";
import { offsetFetchRow } from "./offset-fetch.ts";
import { syncGroupRow } from "./sync-group.ts";

export const groupRows: readonly Row[] = [
  offsetCommitRow,
  offsetFetchRow,
  joinGroupRow,
  heartbeatRow,
  leaveGroupRow,
  syncGroupRow,
  describeGroupsRow,
  listGroupsRow,
  deleteGroupsRow,
  offsetDeleteRow,
  consumerGroupHeartbeatRow,
  consumerGroupDescribeRow,
];
