/** What ConsumerGroupDescribe says of a group. */
import type { ConsumerGroupDescription } from "../../group-contract.ts";
import { NO_PARTITIONS } from "./assignment.ts";
import type { ConsumerGroup } from "./group.ts";

export function describeConsumer(group: ConsumerGroup): ConsumerGroupDescription {
  return {
    id: group.id,
    state: group.state,
    epoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignor: group.assignor,
    members: [...group.members.values()].map(({ memberId, instanceId, terms, holding }) => ({
      memberId,
      instanceId,
      ...terms.client,
      rackId: terms.rackId,
      memberEpoch: holding.epoch,
      topicNames: terms.topicNames,
      topicRegex: terms.topicRegex,
      assignment: holding.assigned,
      target: group.target.get(memberId) ?? NO_PARTITIONS,
      usesClassicProtocol: terms.classic !== null,
    })),
  };
}
