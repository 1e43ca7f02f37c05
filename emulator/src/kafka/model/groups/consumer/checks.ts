/** What a heartbeat of the consumer protocol has to say, and may not. */
import { KafkaError } from "../../errors.ts";
import type { ConsumerHeartbeat } from "../../group-contract.ts";
import type { ConsumerMember } from "./member.ts";
import { covers } from "./assignment.ts";
import { checkPattern } from "./topic-pattern.ts";

export const LEAVES_FOR_A_WHILE = -2;

/** @throws {KafkaError} INVALID_REQUEST, UNSUPPORTED_ASSIGNOR, INVALID_REGULAR_EXPRESSION */
export function checkHeartbeat(request: ConsumerHeartbeat, assignors: readonly string[]): void {
  const { memberEpoch, assignor, topicRegex } = request;
  // From version 1 on it is the member that makes its id (KIP-1082).
  if (memberEpoch !== 0 || !request.needsMemberId) refuseBlank(request.memberId, "MemberId");
  refuseBlank(request.groupId, "GroupId");
  refuseBlank(request.instanceId, "InstanceId");
  refuseBlank(request.rackId, "RackId");
  if (memberEpoch === 0) checkJoin(request);
  else if (memberEpoch === LEAVES_FOR_A_WHILE && request.instanceId === null)
    throw invalid("InstanceId can't be null.");
  else if (memberEpoch < LEAVES_FOR_A_WHILE) throw invalid("MemberEpoch is invalid.");
  if (assignor !== null && !assignors.includes(assignor))
    throw new KafkaError(
      "UNSUPPORTED_ASSIGNOR",
      `ServerAssignor ${assignor} is not supported. Supported assignors: ${assignors.join(", ")}.`,
    );
  if (topicRegex !== null && topicRegex !== "") checkPattern(topicRegex);
}

/**
 * Whether the member speaks of the epoch that it has; or of the one before, as an answer may have been lost.
 * @throws {KafkaError} FENCED_MEMBER_EPOCH
 */
export function checkEpoch(member: ConsumerMember, request: ConsumerHeartbeat): void {
  const { memberEpoch, owned } = request;
  if (memberEpoch === member.epoch) return;
  const { assigned } = member.holding;
  if (memberEpoch === member.previousEpoch && memberEpoch < member.epoch)
    if (owned !== null && covers(assigned, owned)) return;
  throw new KafkaError(
    "FENCED_MEMBER_EPOCH",
    `The consumer group member has a ${memberEpoch > member.epoch ? "greater" : "smaller"} member ` +
      `epoch (${memberEpoch}) than the one known by the group coordinator (${member.epoch}). ` +
      "The member must abandon all its partitions and rejoin.",
  );
}

function checkJoin(request: ConsumerHeartbeat): void {
  if (request.rebalanceTimeout === -1)
    throw invalid("RebalanceTimeoutMs must be provided in first request.");
  if (request.owned === null || request.owned.size > 0)
    throw invalid("TopicPartitions must be empty when (re-)joining.");
  if (request.topicNames === null && request.topicRegex === null)
    throw invalid(
      "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
    );
}

function refuseBlank(value: string | null, name: string): void {
  if (value !== null && value.trim() === "") throw invalid(`${name} can't be empty.`);
}

function invalid(message: string): KafkaError {
  return new KafkaError("INVALID_REQUEST", message);
}
