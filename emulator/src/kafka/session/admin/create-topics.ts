/**
 * CreateTopics, 0–7: each topic for itself; one that is asked for twice is not made at all. From version 5 on the answer
 * says what was made. Any node takes it: Kafka's brokers hand it on to the controller.
 * https://kafka.apache.org/protocol#The_Messages_CreateTopics
 */
import type { NewTopic, Topic } from "../../model/contract.ts";
import { KafkaError } from "../../model/errors.ts";
import { MOST_PARTITIONS_AT_ONCE } from "../../model/topics/topics.ts";
import { createTopics } from "../../wire/apis/create-topics.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { topicEntries } from "./config-entries.ts";
import { type Failure, failure, plain, success } from "./failure.ts";
import { repeated } from "./repeated.ts";

type Request = RequestOf<typeof createTopics>;
type Asked = Request["topics"][number];
type Answer = ResponseOf<typeof createTopics>["topics"][number];

/** Where Kafka keeps its own state: of no topic that is one's own. */
const METADATA_TOPIC = "__cluster_metadata";

export const createTopicsRow: Row = row(createTopics, [0, 7], (request, call) => {
  const twice = repeated(request.topics.map(({ name }) => name));
  const once = request.topics.filter(({ name }) => !twice.has(name));
  const isTooMuch = partitionsOf(once) > MOST_PARTITIONS_AT_ONCE;
  return {
    topics: [
      ...once.map((asked) =>
        isTooMuch ? { name: asked.name, ...tooMuch, configs: [] } : create(asked, request, call),
      ),
      ...[...twice].map((name) => ({
        name,
        ...failure(new KafkaError("INVALID_REQUEST", "Duplicate topic name.")),
        configs: [],
      })),
    ],
  };
});

/** Too many partitions over all of them, and none is made. */
const tooMuch: Failure = failure(
  new KafkaError("POLICY_VIOLATION", "Excessively large number of partitions per request."),
);

function partitionsOf(topics: readonly Asked[]): number {
  return topics.reduce(
    (sum, { assignments, numPartitions }) =>
      sum + (assignments.length > 0 ? assignments.length : Math.max(1, numPartitions)),
    0,
  );
}

function create(asked: Asked, { validateOnly }: Request, call: Call): Answer {
  const { name } = asked;
  try {
    if (name === METADATA_TOPIC)
      throw new KafkaError(
        "INVALID_REQUEST",
        `Creation of internal topic ${METADATA_TOPIC} is prohibited.`,
      );
    if (!may(call, "Create", "Cluster", "kafka-cluster") && !may(call, "Create", "Topic", name))
      throw new KafkaError("TOPIC_AUTHORIZATION_FAILED", "Authorization failed.");
    return made(call.cluster.topics.create({ ...wanted(asked), validateOnly }), call);
  } catch (error) {
    return { name, ...failure(error), configs: [] };
  }
}

function wanted({ name, numPartitions, replicationFactor, configs, assignments }: Asked): NewTopic {
  const twice = repeated(assignments.map(({ partitionIndex }) => partitionIndex));
  const [first] = twice;
  if (first !== undefined)
    throw new KafkaError(
      "INVALID_REPLICA_ASSIGNMENT",
      `Found multiple manual partition assignments for partition ${first}`,
    );
  return {
    name,
    partitions: numPartitions,
    replicationFactor,
    assignment: new Map(
      assignments.map(({ partitionIndex, brokerIds }) => [partitionIndex, brokerIds]),
    ),
    configs: new Map(configs.map((config) => [config.name, config.value])),
  };
}

function made(topic: Topic, call: Call): Answer {
  const { name, id, partitions } = topic;
  const answer = { name, topicId: id, ...success };
  if (call.version < 5) return answer;
  if (!may(call, "DescribeConfigs", "Topic", name))
    return {
      ...answer,
      configs: null,
      topicConfigErrorCode: plain("TOPIC_AUTHORIZATION_FAILED").code,
    };
  return {
    ...answer,
    numPartitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    configs: topicEntries(topic).map((entry) => ({
      name: entry.name,
      value: entry.value,
      readOnly: entry.readOnly,
      configSource: entry.configSource,
      isSensitive: entry.isSensitive,
    })),
  };
}
