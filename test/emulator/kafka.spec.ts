/**
 * What a Kafka broker answers, as clients see it. Run on the emulator by kafka.test.ts and on Apache Kafka by
 * kafka.real.test.ts: both must agree.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { batch, shownBatches } from "./kafka-records.ts";
import { type Fields, KafkaWire } from "./kafka-wire.ts";

export interface StartedBroker extends AsyncDisposable {
  /** `host:port` */
  readonly url: string;
}

const topic = "spec";
const API_VERSIONS = 18;
const UNKNOWN_TOPIC = 3;
const UNSUPPORTED_VERSION = 35;

/** Sent on a connection of its own, which the broker then closes. */
const offences: Readonly<Record<string, Buffer>> = {
  "a length below zero": Buffer.from("ffffffff", "hex"),
  "a length beyond what a request may have": Buffer.from("7fffffff", "hex"),
  "a request without a header": Buffer.from("00000000", "hex"),
  "an API that there is not": Buffer.from("0000000c7fff00000000000100026162", "hex"),
  "a version that there is not, but of ApiVersions": Buffer.from(
    "0000000c0003007f0000000100026162",
    "hex",
  ),
  "a request that is cut off": Buffer.from("0000000e000300080000000100026162000f", "hex"),
  "an API that only controllers have": Buffer.from("0000000c003700000000000100026162", "hex"),
};

const metadata = "metadata.version";
const of = (feature: string, level: number, why: string) =>
  `Invalid update version ${level} for feature ${feature}. ${why}`;
const unknown = "Local controller does not support this feature.";
const range = "Local controller only supports versions 1-21";

/** And what each is refused with. */
const featureUpdates: readonly (readonly [string, number, string, string | null])[] = [
  ["colour", 1, "up", of("colour", 1, unknown)],
  ["colour", 0, "up", null],
  ["transaction.version", 2, "up", of("transaction.version", 2, unknown)],
  [metadata, 21, "up", null],
  [metadata, 22, "up", of(metadata, 22, range)],
  [metadata, 0, "down", of(metadata, 0, range)],
  [metadata, -1, "down", of(metadata, -1, "A feature version cannot be less than 0.")],
  [
    metadata,
    20,
    "up",
    of(
      metadata,
      20,
      "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
    ),
  ],
  [metadata, 17, "down", null],
  [
    metadata,
    16,
    "down",
    "Invalid metadata.version 16. Refusing to perform the requested downgrade because it might delete metadata information.",
  ],
  [
    metadata,
    16,
    "down at any cost",
    "Invalid metadata.version 16. Unsafe metadata downgrade is not supported in this version.",
  ],
  [
    metadata,
    3,
    "down",
    "Invalid metadata.version 3. Unable to set a metadata.version less than 3.3-IV0",
  ],
  [
    metadata,
    21,
    "some day",
    of(metadata, 21, "The controller does not support the given upgrade type."),
  ],
  ["kraft.version", 1, "down", of("kraft.version", 1, "Can't downgrade to a newer version.")],
];

export function kafkaPromises(start: () => Promise<StartedBroker>): void {
  let broker: StartedBroker;
  beforeAll(async () => {
    broker = await start();
    await using wire = await KafkaWire.connect(broker.url);
    await wire.ask("createTopics", {
      topics: [{ name: topic, numPartitions: 1, replicationFactor: 1 }],
      timeoutMs: 10_000,
    });
    await vi.waitUntil(async () => firstPartition(await list(wire))["errorCode"] === 0, 30_000);
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  test.each(Object.entries(offences))("closes the connection at %s", async (_, bytes) => {
    await using wire = await KafkaWire.connect(broker.url);
    wire.sendRaw(bytes);
    await wire.untilClosed();
  });

  test("tells a client that is newer than it which versions it has (KIP-511)", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const answer = await wire.askRaw(API_VERSIONS, 99, true, Buffer.alloc(0));
    expect(answer?.readInt16BE(0)).toBe(UNSUPPORTED_VERSION);
    // In version 0, with ApiVersions alone.
    expect(answer?.readInt32BE(2)).toBe(1);
    expect(answer?.readInt16BE(6)).toBe(API_VERSIONS);
  });

  test("answers in the order of the requests, those after a Fetch that waits too", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const order: string[] = [];
    const { highWatermark } = firstPartition(await fetch(wire, 0, 0));
    await Promise.all([
      fetch(wire, Number(highWatermark), 100).then(() => order.push("fetch")),
      wire.ask("apiVersions").then(() => order.push("versions")),
    ]);
    expect(order).toEqual(["fetch", "versions"]);
  });

  test("wakes a Fetch that waits as soon as there is something", async () => {
    await using reader = await KafkaWire.connect(broker.url);
    await using writer = await KafkaWire.connect(broker.url);
    const { highWatermark } = firstPartition(await fetch(reader, 0, 0));
    const waiting = fetch(reader, Number(highWatermark), 30_000);
    expect(firstPartition(await produce(writer, -1, "woken"))["errorCode"]).toBe(0);
    expect(shownBatches(recordsOf(await waiting))[0]).toContain(" woken ");
  });

  test("tells a Fetch that waits that its topic is gone", async () => {
    await using reader = await KafkaWire.connect(broker.url);
    await using writer = await KafkaWire.connect(broker.url);
    const name = "short-lived";
    const topics = [{ name, numPartitions: 1, replicationFactor: 1 }];
    await writer.ask("createTopics", { topics, timeoutMs: 10_000 });
    const isThere = async () => firstPartition(await fetch(reader, 0, 0, name))["errorCode"] === 0;
    await vi.waitUntil(isThere, 30_000);
    const waiting = fetch(reader, 0, 60_000, name);
    await writer.ask("deleteTopics", { topicNames: [name], timeoutMs: 10_000 });
    expect(firstPartition(await waiting)["errorCode"]).toBe(UNKNOWN_TOPIC);
  });

  test("does not answer a Produce with acks 0", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const before = Number(firstPartition(await list(wire))["offset"]);
    void produce(wire, 0, "unanswered");
    expect(firstPartition(await list(wire))["offset"]).toBe(before + 1);
  });

  test("closes the connection where a Produce with acks 0 fails", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    expect(await produce(wire, 0, "lost", "gone")).toBeNull();
  });

  test.each(featureUpdates)(
    "lets features be changed as far as it can: %s to %i, %s",
    async (feature, level, kind, refusal) => {
      await using wire = await KafkaWire.connect(broker.url);
      const upgradeType = ["", "up", "down", "down at any cost"].indexOf(kind);
      const answer = await wire.ask("updateFeatures", {
        ...{ timeoutMs: 10_000, validateOnly: true },
        featureUpdates: [{ feature, maxVersionLevel: level, upgradeType }],
      });
      const told = (answer?.["results"] as Fields[] | undefined)?.[0];
      expect(told?.["errorCode"]).toBe(refusal === null ? 0 : 95);
      const message = told?.["errorMessage"] as string | null;
      expect(message?.replace(/controller \d+/, "controller") ?? null).toBe(refusal);
    },
  );

  test("takes no batch whose CRC is wrong", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const records = batch({ time: Date.now(), values: ["x"] });
    records[records.length - 2]! ^= 1;
    const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }];
    const answer = await wire.ask("produce", { acks: -1, timeoutMs: 1000, topicData });
    expect(firstPartition(answer)["errorCode"]).toBe(2);
  });

  test.each([
    ["three", ["consumer", "request", "producer"]],
    ["four", ["producer", "consumer", "controller", "request"]],
  ])("tells quotas in an order of its own, whatever the client's: %s", async (name, order) => {
    await using wire = await KafkaWire.connect(broker.url);
    const said = [
      { entityType: "user", entityName: `user of ${name}` },
      { entityType: "client-id", entityName: null },
    ];
    const told = said.toReversed();
    const keys = ["producer", "request", "consumer", "controller"].filter((key) =>
      order.includes(key),
    );
    const ops = keys.map((key) => ({ key: quotaKeys[key]!, value: 1.0, remove: false }));
    const altered = await wire.ask("alterClientQuotas", { entries: [{ entity: said, ops }] });
    expect(altered?.["entries"]).toEqual([{ errorCode: 0, errorMessage: null, entity: told }]);
    const components = [{ entityType: "user", matchType: 0, match: `user of ${name}` }];
    const described = async () =>
      (await wire.ask("describeClientQuotas", { components }))?.["entries"] as readonly Fields[];
    await vi.waitUntil(async () => (await described()).length > 0, 30_000);
    const values = order.map((key) => ({ key: quotaKeys[key], value: 1 }));
    expect(await described()).toEqual([{ entity: told, values }]);
  });

  test("deletes offsets of a topic that no member reads, one too that says less than its version has", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    const groupId = "terse";
    // A subscription of version 1 to another topic, without the partitions that the member owns.
    const metadata = Buffer.from("0001000000010004656c7365ffffffff", "hex");
    const join = (memberId: string) =>
      wire.ask("joinGroup", {
        ...{ groupId, memberId, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 },
        ...{ protocolType: "consumer", protocols: [{ name: "range", metadata }] },
      });
    await wire.ask("findCoordinator", { key: groupId, keyType: 0 });
    const named = async () => (await join(""))?.["memberId"] as string;
    const memberId = await vi.waitUntil(named, 30_000);
    expect(await join(memberId)).toMatchObject({ errorCode: 0, leader: memberId });
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0 }] }];
    const deleted = await wire.ask("offsetDelete", { groupId, topics });
    expect(firstPartition(deleted)).toEqual({ partitionIndex: 0, errorCode: 0 });
  });
}

const quotaKeys: Readonly<Record<string, string>> = {
  producer: "producer_byte_rate",
  consumer: "consumer_byte_rate",
  request: "request_percentage",
  controller: "controller_mutation_rate",
};

function produce(wire: KafkaWire, acks: number, value: string, name = topic) {
  const records = batch({ time: Date.now(), values: [value] });
  const topicData = [{ name, partitionData: [{ index: 0, records }] }];
  return wire.ask("produce", { acks, timeoutMs: 1000, topicData });
}

function fetch(wire: KafkaWire, fetchOffset: number, maxWaitMs: number, name: string = topic) {
  const partition = { fetchOffset, partitionMaxBytes: 1_000_000 };
  const partitions = [{ ...partition, currentLeaderEpoch: -1, logStartOffset: -1 }];
  return wire.ask("fetch", {
    ...{ replicaId: -1, maxWaitMs, minBytes: 1, maxBytes: 1_000_000, sessionEpoch: -1 },
    topics: [{ topic: name, partitions }],
  });
}

function recordsOf(answer: Fields | null): Buffer | null {
  const { records } = firstPartition(answer);
  return Buffer.isBuffer(records) ? records : null;
}

/** Where it ends. */
function list(wire: KafkaWire) {
  const partitions = [{ currentLeaderEpoch: -1, timestamp: -1 }];
  return wire.ask("listOffsets", { replicaId: -1, topics: [{ name: topic, partitions }] });
}

function firstPartition(answer: Fields | null): Fields {
  const topics = (answer?.["responses"] ?? answer?.["topics"]) as readonly Fields[] | undefined;
  const partitions = topics?.[0]?.["partitions"] ?? topics?.[0]?.["partitionResponses"];
  return (partitions as readonly Fields[] | undefined)?.[0] ?? {};
}
