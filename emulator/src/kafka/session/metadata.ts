/**
 * Metadata, 0–13: the brokers, and the topics that are asked for: an empty list means all in version 0, none from 1 on,
 * where null means all. A topic that is not there is made where both the client and `auto.create.topics.enable` allow it;
 * Kafka answers that it does not know it until it is there, which here it is at once.
 * https://kafka.apache.org/protocol#The_Messages_Metadata
 */
import type { Topic } from "../model/contract.ts";
import { KafkaError } from "../model/errors.ts";
import { checkTopicName } from "../model/topics/names.ts";
import { metadata } from "../wire/apis/metadata.ts";
import type { RequestOf, ResponseOf } from "../wire/layout.ts";
import { authorizedOperations, may } from "./authorization.ts";
import { type Call, type Row, row } from "./handling.ts";
import { codeOf } from "./partition-lookup.ts";

type Request = RequestOf<typeof metadata>;
type Asked = NonNullable<Request["topics"]>[number];
type Answer = ResponseOf<typeof metadata>["topics"][number];

const NO_ID = "AAAAAAAAAAAAAAAAAAAAAA";

export const metadataRow: Row = row(metadata, [0, 13], (request, call) => {
  const { cluster, version } = call;
  const mayDescribe = version >= 8 && version <= 10 && request.includeClusterAuthorizedOperations;
  return {
    brokers: cluster.nodes.filter(({ port }) => port > 0).map((node) => call.addressOf(node)),
    clusterId: cluster.id,
    controllerId: cluster.controller,
    topics: answers(request, call),
    ...(mayDescribe
      ? { clusterAuthorizedOperations: authorizedOperations(call, "Cluster", "kafka-cluster") }
      : {}),
  };
});

function answers(request: Request, call: Call): Answer[] {
  const { topics } = request;
  if (topics === null || (call.version === 0 && topics.length === 0)) {
    return [...call.cluster.topics.all].flatMap((topic) =>
      may(call, "Describe", "Topic", topic.name) ? [found(topic, request, call)] : [],
    );
  }
  const isMalformed = ({ name, topicId }: Asked) => name === null || topicId !== NO_ID;
  if (call.version < 12 && topics.some(isMalformed)) throw new KafkaError("INVALID_REQUEST");
  const byId = topics.filter(({ topicId }) => topicId !== NO_ID);
  // One id among them, and names are not looked at.
  if (byId.length > 0)
    return [...new Set(byId.map(({ topicId }) => topicId))].map((id) => ofId(id, request, call));
  const names = topics.flatMap(({ name }) => (name === null ? [] : [name]));
  return [...new Set(names)].map((name) => ofName(name, request, call));
}

function ofId(topicId: string, request: Request, call: Call): Answer {
  const topic = call.cluster.topics.byId(topicId);
  const refused = (error: KafkaError) => ({
    errorCode: error.code,
    name: null,
    topicId,
    partitions: [],
  });
  if (topic === undefined) return refused(new KafkaError("UNKNOWN_TOPIC_ID"));
  if (!may(call, "Describe", "Topic", topic.name))
    return refused(new KafkaError("TOPIC_AUTHORIZATION_FAILED"));
  return found(topic, request, call);
}

function ofName(name: string, request: Request, call: Call): Answer {
  try {
    // Whether it is there is not told either.
    if (!may(call, "Describe", "Topic", name)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
    return found(call.cluster.topics.get(name) ?? make(name, request, call), request, call);
  } catch (error) {
    return { errorCode: codeOf(error), name, partitions: [] };
  }
}

function make(name: string, { allowAutoTopicCreation }: Request, call: Call): Topic {
  const { topics, configs } = call.cluster;
  const wanted = { name, partitions: -1, replicationFactor: -1, configs: new Map<string, null>() };
  if (!allowAutoTopicCreation || configs.get("auto.create.topics.enable") !== "true") {
    // Kafka complains of the name first, but not of one that is like another's.
    checkTopicName(name);
    throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
  }
  if (!may(call, "Create", "Cluster", "kafka-cluster") && !may(call, "Create", "Topic", name))
    throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
  checkTopicName(name);
  try {
    return topics.create(wanted);
  } catch (error) {
    // Kafka makes it behind the answer, and does not tell what became of that.
    if (error instanceof KafkaError) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
    throw error;
  }
}

function found(topic: Topic, request: Request, call: Call): Answer {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions.map(({ index, leader, leaderEpoch, replicas, inSync }) => ({
      errorCode: leader < 0 ? new KafkaError("LEADER_NOT_AVAILABLE").code : 0,
      partitionIndex: index,
      leaderId: leader,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: inSync,
      offlineReplicas: [],
    })),
    ...(call.version >= 8 && request.includeTopicAuthorizedOperations
      ? { topicAuthorizedOperations: authorizedOperations(call, "Topic", topic.name) }
      : {}),
  };
}
