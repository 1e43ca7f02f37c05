/** Heartbeat, 0–4: a member lives; REBALANCE_IN_PROGRESS tells it to join again. */
import { refusalOf } from "../../model/errors.ts";
import { heartbeat } from "../../wire/apis/heartbeat.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import { type Row, row } from "../handling.ts";
import { checkReader } from "./checks.ts";

export const heartbeatRow: Row = row(heartbeat, [0, 4], (request, call) => {
  const { groupId, memberId, groupInstanceId: instanceId, generationId: generation } = request;
  const refusal = refusalOf(() => {
    checkReader(call, groupId);
    call.cluster.groups.heartbeat({ groupId, memberId, instanceId, generation });
  });
  return { errorCode: errorCodes[refusal] };
});
