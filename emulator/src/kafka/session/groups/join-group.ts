/**
 * JoinGroup, 0–9: a member comes to a group, or comes again because the group rebalances. It is answered when all have
 * come. A new member is told its id first and joins with it (4 and up, KIP-394), unless it is a static one (5, KIP-345).
 */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { joinGroup } from "../../wire/apis/join-group.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";

export const joinGroupRow: Row = row(joinGroup, [0, 9], async (request, call) => {
  const { memberId } = request;
  const refusal = refusalOf(() => check(request, call));
  if (refusal !== "NONE")
    return {
      errorCode: errorCodes[refusal],
      memberId,
      leader: "",
      members: [],
      protocolName: call.version < 7 ? "" : null,
    };
  const answer = await call.cluster.groups.join(
    {
      groupId: request.groupId,
      memberId,
      instanceId: request.groupInstanceId,
      sessionTimeout: request.sessionTimeoutMs,
      rebalanceTimeout: request.rebalanceTimeoutMs,
      protocolType: request.protocolType,
      // Kept for longer than the frame that they are a part of.
      protocols: request.protocols.map(({ name, metadata }) => ({
        name,
        metadata: Buffer.from(metadata),
      })),
      needsMemberId: call.version >= 4,
      canSkipAssignment: call.version >= 9,
    },
    { clientId: call.clientId, clientHost: call.clientHost },
  );
  return {
    errorCode: errorCodes[answer.error],
    generationId: answer.generation,
    protocolType: answer.protocolType,
    protocolName: answer.protocolName ?? (call.version < 7 ? "" : null),
    leader: answer.leader,
    skipAssignment: answer.skipAssignment,
    memberId: answer.memberId,
    members: answer.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      metadata: member.metadata,
    })),
  };
});

function check({ groupId, sessionTimeoutMs }: RequestOf<typeof joinGroup>, call: Call): void {
  if (!may(call, "Read", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
  if (groupId === "") throw new KafkaError("INVALID_GROUP_ID");
  const { configs } = call.cluster;
  const shortest = configs.number("group.min.session.timeout.ms");
  const longest = configs.number("group.max.session.timeout.ms");
  if (sessionTimeoutMs < shortest || sessionTimeoutMs > longest)
    throw new KafkaError("INVALID_SESSION_TIMEOUT");
  checkCoordinator(call, "group", groupId);
}
