/**
 * Brokers with lines of one's own in server.properties: what DescribeConfigs says of them, and that they hold. Run on the
 * emulator by kafka-configs.test.ts and on Apache Kafka by kafka-configs.real.test.ts: both must agree.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Fields, KafkaWire, type Value } from "./kafka-wire.ts";

export interface ConfiguredBroker extends AsyncDisposable {
  /** `host:port` */
  readonly url: string;
  readonly id: number;
}

export const lines = {
  "auto.create.topics.enable": "FALSE",
  "broker.rack": "cellar",
  "connections.max.reauth.ms": "+60000",
  "delete.topic.enable": "false",
  "group.coordinator.rebalance.protocols": "classic",
  "log.cleaner.min.cleanable.ratio": ".25",
  "log.cleanup.policy": "compact, delete",
  "log.retention.hours": "-2",
  "log.roll.hours": "24",
  "num.partitions": "3",
  "password.encoder.secret": "hidden",
} as const;

const TOPIC = 2;
const BROKER = 4;
const UNKNOWN_TOPIC = 3;
const UNSUPPORTED_VERSION = 35;
const DELETION_DISABLED = 73;
const SOURCES: Readonly<Record<number, string>> = { 4: "static", 5: "default" };

/** The value, where it comes from and whether it can be altered; then all that is set, what wins first. */
const ofBroker = {
  "auto.create.topics.enable": ["false static fixed", "static FALSE", "default true"],
  "broker.rack": ["cellar static fixed", "static cellar"],
  "connections.max.reauth.ms": ["60000 static fixed", "static +60000", "default 0"],
  "delete.topic.enable": ["false static fixed", "static false", "default true"],
  "group.coordinator.rebalance.protocols": [
    "classic static fixed",
    "static classic",
    "default classic",
  ],
  "log.cleaner.min.cleanable.ratio": ["0.25 static", "static .25", "default 0.5"],
  "log.cleanup.policy": ["compact,delete static", "static compact, delete", "default delete"],
  "log.retention.hours": ["-2 static fixed", "static -2", "default 168"],
  "log.retention.minutes": ["null default fixed"],
  "log.retention.ms": ["null default"],
  "log.roll.hours": ["24 static fixed", "static 24", "default 168"],
  "log.roll.ms": ["null default"],
  "num.partitions": ["3 static fixed", "static 3", "default 1"],
  "password.encoder.secret": ["null static fixed secret", "static null"],
};

const ofTopic = {
  "cleanup.policy": ["compact,delete static", "static compact, delete", "default delete"],
  "min.cleanable.dirty.ratio": ["0.25 static", "static .25", "default 0.5"],
  // What is not in milliseconds counts, and is not told.
  "retention.ms": ["-1 default"],
  "segment.ms": ["86400000 default"],
};

export function kafkaConfigPromises(start: () => Promise<ConfiguredBroker>): void {
  let broker: ConfiguredBroker;
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  test("tells what stands there, as it was written and as it was read", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const names = Object.keys(ofBroker);
    expect(await told(wire, BROKER, String(broker.id), names)).toEqual(ofBroker);
  });

  test("goes by it where a topic says nothing else", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const topics = [{ name: "orders", numPartitions: -1, replicationFactor: -1 }];
    const made = await wire.ask("createTopics", { topics, timeoutMs: 10_000 });
    expect(made?.["topics"]).toMatchObject([{ errorCode: 0, numPartitions: 3 }]);
    await vi.waitUntil(async () => (await metadata(wire, "orders")).errorCode === 0, 30_000);
    expect(await told(wire, TOPIC, "orders", Object.keys(ofTopic))).toEqual(ofTopic);
  });

  test("deletes no topic, and has no groups of KIP-848", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const deleted = await wire.ask("deleteTopics", { topicNames: ["orders", "nowhere"] });
    expect(deleted?.["responses"]).toEqual([
      { name: "orders", errorCode: DELETION_DISABLED, errorMessage: null },
      { name: "nowhere", errorCode: DELETION_DISABLED, errorMessage: null },
    ]);
    const joined = await wire.ask("consumerGroupHeartbeat", {
      ...{ groupId: "tills", rebalanceTimeoutMs: 1000 },
      ...{ subscribedTopicNames: ["orders"], topicPartitions: [] },
    });
    expect(joined).toMatchObject({ errorCode: UNSUPPORTED_VERSION, errorMessage: null });
  });

  test("makes no topic that is only asked for, and tells its rack", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const { errorCode, brokers } = await metadata(wire, "nowhere");
    expect(errorCode).toBe(UNKNOWN_TOPIC);
    expect(brokers).toMatchObject([{ nodeId: broker.id, rack: "cellar" }]);
  });
}

async function metadata(wire: KafkaWire, name: string) {
  const answer = await wire.ask("metadata", { topics: [{ name }], allowAutoTopicCreation: true });
  const [topic] = (answer?.["topics"] ?? []) as readonly Fields[];
  return { errorCode: topic?.["errorCode"], brokers: answer?.["brokers"] };
}

async function told(wire: KafkaWire, resourceType: number, resourceName: string, names: string[]) {
  const resources = [{ resourceType, resourceName, configurationKeys: names }];
  const answer = await wire.ask("describeConfigs", { resources, includeSynonyms: true });
  const [result] = (answer?.["results"] ?? []) as readonly Fields[];
  return Object.fromEntries(
    ((result?.["configs"] ?? []) as readonly Fields[]).map((config) => {
      const source = sourceOf(config["configSource"]);
      const fixed = config["readOnly"] === true ? " fixed" : "";
      const secret = config["isSensitive"] === true ? " secret" : "";
      const synonyms = config["synonyms"] as readonly Fields[];
      const all = synonyms.map((each) => `${sourceOf(each["source"])} ${valueOf(each)}`);
      return [config["name"], [`${valueOf(config)} ${source}${fixed}${secret}`, ...all]];
    }),
  );
}

const sourceOf = (number: Value | undefined) => SOURCES[Number(number)] ?? "another";
const valueOf = (config: Fields) => String(config["value"] as string | null);
