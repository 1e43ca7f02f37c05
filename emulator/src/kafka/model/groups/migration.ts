/**
 * How a group goes over from one protocol to the other while its members run, and back (KIP-848, "Online Consumer Group
 * Upgrade" and "Downgrade"): `group.consumer.migration.policy`, bidirectional by default.
 */
import { KafkaError } from "../errors.ts";
import { ClassicGroup } from "./classic/group.ts";
import type { ConsumerGroup } from "./consumer/group.ts";
import type { ConsumerMember } from "./consumer/member.ts";
import {
  assignmentOf,
  embedded,
  hasUserData,
  partitionsByName,
  subscriptionOf,
} from "./embedded-protocol.ts";
import type { GroupHost } from "./host.ts";
import { NO_PARTITIONS } from "./consumer/assignment.ts";
import { alarm } from "./host.ts";

/** Fills a consumer group with the members of a classic one. @throws {KafkaError} GROUP_ID_NOT_FOUND where that cannot be */
export function upgrade(from: ClassicGroup, to: ConsumerGroup, host: GroupHost): void {
  const { id } = from;
  const why = `Cannot upgrade classic group ${id} to consumer group because`;
  if (!from.usesConsumerProtocol)
    throw new KafkaError(
      "GROUP_ID_NOT_FOUND",
      `${why} the group does not use the consumer embedded protocol.`,
    );
  if (from.members.size > host.maxSize("group.consumer.max.size"))
    throw new KafkaError(
      "GROUP_ID_NOT_FOUND",
      `${why} the group size exceeds the consumer group maximum size.`,
    );
  const members = [...from.members].map((member) => {
    const subscription = subscriptionOf(member.metadata(from.protocol));
    const named = partitionsByName(member.assignment);
    if (subscription === null || named === null)
      throw new KafkaError(
        "GROUP_ID_NOT_FOUND",
        `${why} the embedded consumer protocol is malformed.`,
      );
    if (hasUserData(member.assignment))
      throw new KafkaError(
        "GROUP_ID_NOT_FOUND",
        `${why} an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade.`,
      );
    return { member, subscription, assigned: assignmentOf(named, host.topics) };
  });
  from.close("REBALANCE_IN_PROGRESS");
  to.epoch = from.generation;
  to.assignmentEpoch = from.generation;
  for (const { member, subscription, assigned } of members) {
    const { sessionTimeout, protocols, rebalanceTimeout, client } = member;
    const moved = to.enrol(member);
    moved.terms = {
      client,
      rackId: subscription.rackId,
      rebalanceTimeout,
      topicNames: subscription.topics,
      topicRegex: "",
      assignor: null,
      classic: { sessionTimeout, protocols },
    };
    const epoch = from.generation;
    moved.holding = { state: "stable", epoch, assigned, revoking: NO_PARTITIONS };
    moved.previousEpoch = epoch;
    to.target.set(moved.memberId, assigned);
    alarm(host, sessionTimeout, moved.alarms.session);
  }
}

/** Makes a classic group of the classic members of a consumer group, without those that leave. */
export function downgrade(
  from: ConsumerGroup,
  leaving: ReadonlySet<ConsumerMember>,
  host: GroupHost,
): ClassicGroup {
  const to = new ClassicGroup(from.id, host);
  const members = [...from.members.values()].flatMap((member) => {
    const { classic, client, rebalanceTimeout } = member.terms;
    if (leaving.has(member) || classic === null) return [];
    const moved = to.member(member, client);
    moved.update({ ...classic, rebalanceTimeout });
    const [protocol] = classic.protocols;
    const target = from.target.get(member.memberId) ?? NO_PARTITIONS;
    if (protocol !== undefined) moved.assignment = embedded(target, host.topics, protocol);
    return [moved];
  });
  from.close();
  to.adopt(members, "consumer", from.epoch);
  return to;
}
