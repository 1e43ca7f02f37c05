/** Administration: how its APIs are answered, in the order of their keys. */
import type { Row } from "../handling.ts";
import { alterClientQuotasRow } from "./alter-client-quotas.ts";
import { alterConfigsRow } from "./alter-configs.ts";
import { alterPartitionReassignmentsRow } from "./alter-partition-reassignments.ts";
import { alterReplicaLogDirsRow } from "./alter-replica-log-dirs.ts";
import { alterUserScramCredentialsRow } from "./alter-user-scram-credentials.ts";
import { createAclsRow } from "./create-acls.ts";
import { createPartitionsRow } from "./create-partitions.ts";
import { createTopicsRow } from "./create-topics.ts";
import { deleteAclsRow } from "./delete-acls.ts";
import { deleteRecordsRow } from "./delete-records.ts";
import { deleteTopicsRow } from "./delete-topics.ts";
import { describeAclsRow } from "./describe-acls.ts";
import { describeClientQuotasRow } from "./describe-client-quotas.ts";
import { describeClusterRow } from "./describe-cluster.ts";
import { describeConfigsRow } from "./describe-configs.ts";
import { describeLogDirsRow } from "./describe-log-dirs.ts";
import { describeTopicPartitionsRow } from "./describe-topic-partitions.ts";
import { describeUserScramCredentialsRow } from "./describe-user-scram-credentials.ts";
import { electLeadersRow } from "./elect-leaders.ts";
import { incrementalAlterConfigsRow } from "./incremental-alter-configs.ts";
import { listConfigResourcesRow } from "./list-config-resources.ts";
import { listPartitionReassignmentsRow } from "./list-partition-reassignments.ts";
import { updateFeaturesRow } from "./update-features.ts";

export const adminRows: readonly Row[] = [
  createTopicsRow,
  deleteTopicsRow,
  deleteRecordsRow,
  describeAclsRow,
  createAclsRow,
  deleteAclsRow,
  describeConfigsRow,
  alterConfigsRow,
  alterReplicaLogDirsRow,
  describeLogDirsRow,
  createPartitionsRow,
  electLeadersRow,
  incrementalAlterConfigsRow,
  alterPartitionReassignmentsRow,
  listPartitionReassignmentsRow,
  describeClientQuotasRow,
  alterClientQuotasRow,
  describeUserScramCredentialsRow,
  alterUserScramCredentialsRow,
  updateFeaturesRow,
  describeClusterRow,
  listConfigResourcesRow,
  describeTopicPartitionsRow,
];
