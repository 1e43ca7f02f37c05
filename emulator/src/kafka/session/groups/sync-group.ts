/**
 * SyncGroup, 0–5: the leader hands in what everybody gets, the others wait for it. From 5 on members have to say
 * which protocol they believe in (KIP-559).
 */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { syncGroup } from "../../wire/apis/sync-group.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import { type Row, row } from "../handling.ts";
import { checkReader } from "./checks.ts";

export const syncGroupRow: Row = row(syncGroup, [0, 5], async (request, call) => {
  const refusal = refusalOf(() => {
    checkReader(call, request.groupId);
    const names = request.protocolType !== null && request.protocolName !== null;
    if (call.version >= 5 && !names) throw new KafkaError("INCONSISTENT_GROUP_PROTOCOL");
  });
  if (refusal !== "NONE")
    return {
      errorCode: errorCodes[refusal],
      protocolType: null,
      protocolName: null,
      assignment: Buffer.alloc(0),
    };
  const { error, ...answer } = await call.cluster.groups.sync({
    groupId: request.groupId,
    memberId: request.memberId,
    instanceId: request.groupInstanceId,
    generation: request.generationId,
    protocolType: request.protocolType,
    protocolName: request.protocolName,
    assignments: new Map(
      request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
    ),
  });
  return { errorCode: errorCodes[error], ...answer };
});
