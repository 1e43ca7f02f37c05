/**
 * ConsumerGroupHeartbeat, 0–1: the one request of the consumer protocol (KIP-848): joins with epoch 0, leaves with -1, says
 * what has changed, and is told what to read when that has. From 1 on members choose their ids (KIP-1082).
 */
import { KafkaError } from "../../model/errors.ts";
import type { Assignment } from "../../model/group-contract.ts";
import { whenPatternsRun } from "../../model/groups/consumer/topic-pattern.ts";
import { consumerGroupHeartbeat } from "../../wire/apis/consumer-group-heartbeat.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";
import { checkConsumerProtocol } from "./checks.ts";
import { textOf } from "./texts.ts";

type HeartbeatRequest = RequestOf<typeof consumerGroupHeartbeat>;
type HeartbeatResponse = ResponseOf<typeof consumerGroupHeartbeat>;

export const consumerGroupHeartbeatRow: Row = row(
  consumerGroupHeartbeat,
  [0, 1],
  (request, call) => {
    const loading = request.subscribedTopicRegex ? whenPatternsRun() : null;
    return loading === null ? outcome(request, call) : loading.then(() => outcome(request, call));
  },
);

function outcome(request: HeartbeatRequest, call: Call): HeartbeatResponse {
  try {
    check(request, call);
    return answer(request, call);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return {
      errorCode: error.code,
      errorMessage: textOf(error),
      memberId: null,
      memberEpoch: 0,
      heartbeatIntervalMs: 0,
      assignment: null,
    };
  }
}

function check({ groupId, subscribedTopicNames }: HeartbeatRequest, call: Call): void {
  checkConsumerProtocol(call);
  if (!may(call, "Read", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
  if (!(subscribedTopicNames ?? []).every((topic) => may(call, "Describe", "Topic", topic)))
    throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
  checkCoordinator(call, "group", groupId);
}

function answer(request: HeartbeatRequest, call: Call): HeartbeatResponse {
  const { topicPartitions: owned } = request;
  const { memberId, memberEpoch, heartbeatInterval, assignment } =
    call.cluster.groups.consumerHeartbeat(
      {
        groupId: request.groupId,
        memberId: request.memberId,
        instanceId: request.instanceId,
        memberEpoch: request.memberEpoch,
        rackId: request.rackId,
        rebalanceTimeout: request.rebalanceTimeoutMs,
        topicNames: request.subscribedTopicNames,
        topicRegex: request.subscribedTopicRegex,
        assignor: request.serverAssignor,
        owned: owned && new Map(owned.map((each) => [each.topicId, new Set(each.partitions)])),
        needsMemberId: call.version < 1,
      },
      { clientId: call.clientId, clientHost: call.clientHost },
    );
  return {
    errorCode: 0,
    memberId,
    memberEpoch,
    heartbeatIntervalMs: heartbeatInterval,
    assignment: assignment && { topicPartitions: listOf(assignment) },
  };
}

function listOf(assignment: Assignment): { topicId: string; partitions: number[] }[] {
  return [...assignment].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions].toSorted((one, other) => one - other),
  }));
}
