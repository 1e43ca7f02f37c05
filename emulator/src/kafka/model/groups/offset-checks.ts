/** Who may commit and fetch offsets, and which topics a group reads. */
import { KafkaError } from "../errors.ts";
import type { OffsetCommitter } from "../group-contract.ts";
import type { ClassicGroup } from "./classic/group.ts";
import type { ConsumerGroup } from "./consumer/group.ts";
import { subscribes } from "./consumer/subscriptions.ts";
import { subscribedTopicsOf } from "./embedded-protocol.ts";

/** @throws {KafkaError} */
export function checkConsumersCommit(group: ConsumerGroup, by: OffsetCommitter): void {
  const { generation, memberId, transactional } = by;
  if (generation < 0 && group.members.size === 0) return;
  const member = group.find({ memberId, instanceId: null });
  const isClassic = member.terms.classic !== null;
  if (!transactional && !isClassic && !by.knowsEpochs)
    throw new KafkaError(
      "UNSUPPORTED_VERSION",
      "OffsetCommit version 9 or above must be used by members using the modern group protocol",
    );
  if (generation === member.epoch) return;
  throw new KafkaError(isClassic || transactional ? "ILLEGAL_GENERATION" : "STALE_MEMBER_EPOCH");
}

/** Members say who they are from OffsetFetch 9 on. @throws {KafkaError} UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH */
export function checkConsumersFetch(
  group: ConsumerGroup,
  memberId: string | null,
  memberEpoch: number,
): void {
  if (memberId === null && memberEpoch < 0) return;
  const { epoch, terms } = group.find({ memberId: memberId ?? "", instanceId: null });
  if (epoch !== memberEpoch)
    throw new KafkaError(terms.classic === null ? "STALE_MEMBER_EPOCH" : "ILLEGAL_GENERATION");
}

/** Whether somebody in the group reads a topic: its offsets are neither deleted nor do they grow old. */
export function reads(group: ClassicGroup | ConsumerGroup, topic: string): boolean {
  if (group.kind === "consumer") {
    for (const { terms } of group.members.values()) if (subscribes(terms, topic)) return true;
    return false;
  }
  if (!group.usesConsumerProtocol) return false;
  for (const member of group.members) {
    const subscribed = subscribedTopicsOf(member.metadata(group.protocol));
    // Where the broker cannot tell, it takes the group to read everything.
    if (subscribed === null || subscribed.includes(topic)) return true;
  }
  return false;
}
