/** ConsumerGroupDescribe, 0–1: groups of the consumer protocol, with what members have and what they are to have (KIP-848). */
import { KafkaError } from "../../model/errors.ts";
import type { Assignment, ConsumerMemberDescription } from "../../model/group-contract.ts";
import { consumerGroupDescribe } from "../../wire/apis/consumer-group-describe.ts";
import type { ResponseOf } from "../../wire/layout.ts";
import { authorizedOperations, may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";
import { checkConsumerProtocol } from "./checks.ts";
import { textOf } from "./texts.ts";

type Described = ResponseOf<typeof consumerGroupDescribe>["groups"][number];
type DescribedMember = Described["members"][number];

export const consumerGroupDescribeRow: Row = row(
  consumerGroupDescribe,
  [0, 1],
  (request, call) => ({
    groups: request.groupIds.map((groupId): Described => {
      try {
        const group = describe(call, groupId);
        if (!request.includeAuthorizedOperations) return group;
        return { ...group, authorizedOperations: authorizedOperations(call, "Group", groupId) };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return {
          errorCode: error.code,
          errorMessage: textOf(error),
          groupId,
          groupState: "",
          groupEpoch: 0,
          assignmentEpoch: 0,
          assignorName: "",
          members: [],
        };
      }
    }),
  }),
);

function describe(call: Call, groupId: string): Described {
  checkConsumerProtocol(call);
  if (!may(call, "Describe", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
  if (groupId === "") throw new KafkaError("INVALID_GROUP_ID");
  checkCoordinator(call, "group", groupId);
  const group = call.cluster.groups.describeConsumer(groupId);
  return {
    errorCode: 0,
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.assignor,
    members: group.members.map((member) => memberOf(call, member)),
  };
}

function memberOf(call: Call, member: ConsumerMemberDescription): DescribedMember {
  const { memberId, instanceId, rackId, memberEpoch, clientId, clientHost } = member;
  return {
    memberId,
    instanceId,
    rackId,
    memberEpoch,
    clientId,
    clientHost,
    subscribedTopicNames: member.topicNames,
    subscribedTopicRegex: member.topicRegex,
    assignment: { topicPartitions: listOf(call, member.assignment) },
    targetAssignment: { topicPartitions: listOf(call, member.target) },
    memberType: member.usesClassicProtocol ? 0 : 1,
  };
}

/** Without topics that are gone. */
function listOf(
  { cluster }: Call,
  assignment: Assignment,
): DescribedMember["assignment"]["topicPartitions"] {
  return [...assignment].flatMap(([topicId, partitions]) => {
    const topicName = cluster.topics.byId(topicId)?.name;
    if (topicName === undefined) return [];
    const sorted = [...partitions].toSorted((one, other) => one - other);
    return [{ topicId, topicName, partitions: sorted }];
  });
}
