/**
 * DescribeTopicPartitions, 0: as Metadata, in the order of the names and by pages. A cursor says where the next one
 * begins; who names no topics gets all.
 * https://kafka.apache.org/protocol#The_Messages_DescribeTopicPartitions, KIP-966
 */
import type { Partition, Topic } from "../../model/contract.ts";
import { KafkaError } from "../../model/errors.ts";
import { checkTopicName } from "../../model/topics/names.ts";
import { describeTopicPartitions } from "../../wire/apis/describe-topic-partitions.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { authorizedOperations, may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { codeOf } from "../partition-lookup.ts";
import { attempt } from "./failure.ts";

type Request = RequestOf<typeof describeTopicPartitions>;
type Answer = ResponseOf<typeof describeTopicPartitions>;
type TopicAnswer = Answer["topics"][number];

const NO_ID = "AAAAAAAAAAAAAAAAAAAAAA";

export const describeTopicPartitionsRow: Row = row(
  describeTopicPartitions,
  [0, 0],
  (request, call) => {
    const isAll = request.topics.length === 0;
    const names = namesFrom(request, call);
    const visible = names.filter((name) => may(call, "Describe", "Topic", name));
    const hidden = isAll ? [] : names.filter((name) => !visible.includes(name));
    const page = pageOf(visible, request, call);
    return {
      topics: [
        ...page.topics,
        ...hidden.map((name) => unknown(name, new KafkaError("TOPIC_AUTHORIZATION_FAILED"))),
      ],
      nextCursor: page.nextCursor ?? null,
    };
  },
);

/** @throws {KafkaError} INVALID_REQUEST */
function namesFrom({ topics, cursor }: Request, { cluster }: Call): readonly string[] {
  const asked = topics.length === 0 ? [...cluster.topics.all] : topics;
  const first = cursor?.topicName ?? "";
  const names = [...new Set(asked.map(({ name }) => name))].filter((name) => name >= first).sort();
  const said = "DescribeTopicPartitionsRequest";
  if (cursor !== null && topics.length > 0 && !names.includes(first))
    throw new KafkaError(
      "INVALID_REQUEST",
      `${said} topic list should contain the cursor topic: ${first}`,
    );
  if (cursor !== null && cursor.partitionIndex < 0)
    throw new KafkaError("INVALID_REQUEST", `${said} cursor partition must be valid.`);
  return names;
}

function pageOf(names: readonly string[], request: Request, call: Call): Answer {
  const { cursor, responsePartitionLimit } = request;
  const { configs } = call.cluster;
  const most = configs.number("max.request.partition.size.limit", call.node.id);
  let left = Math.max(1, Math.min(most, responsePartitionLimit));
  const topics: TopicAnswer[] = [];
  for (const topicName of names) {
    if (left === 0) return { topics, nextCursor: { topicName, partitionIndex: 0 } };
    const topic = call.cluster.topics.get(topicName);
    if (topic === undefined) {
      topics.push(missing(topicName, call));
      continue;
    }
    const from = topicName === cursor?.topicName ? cursor.partitionIndex : 0;
    const partitions = topic.partitions.slice(from, from + left);
    topics.push(found(topic, partitions, call));
    if (from + partitions.length < topic.partitions.length)
      return { topics, nextCursor: { topicName, partitionIndex: from + partitions.length } };
    left -= partitions.length;
  }
  return { topics };
}

function found(topic: Topic, partitions: readonly Partition[], call: Call): TopicAnswer {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: partitions.map(({ index, leader, leaderEpoch, replicas, inSync }) => ({
      errorCode: 0,
      partitionIndex: index,
      leaderId: leader,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: inSync,
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: authorizedOperations(call, "Topic", topic.name),
  };
}

function missing(name: string, call: Call): TopicAnswer {
  const isNamed = attempt(() => checkTopicName(name)).errorCode === 0;
  const error = isNamed ? "UNKNOWN_TOPIC_OR_PARTITION" : "INVALID_TOPIC_EXCEPTION";
  return {
    ...unknown(name, new KafkaError(error)),
    topicAuthorizedOperations: authorizedOperations(call, "Topic", name),
  };
}

function unknown(name: string, error: KafkaError): TopicAnswer {
  return { errorCode: codeOf(error), name, topicId: NO_ID, isInternal: false, partitions: [] };
}
