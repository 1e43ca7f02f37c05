/** How Confluent's client is spoken to, tried on a stand-in; on the real one: test/conformance/kafka-confluent.real.test.ts. */
import { Kafka } from "kafkajs";
import { expect, test } from "vitest";
import { givenClients } from "./clients.ts";
import { isConfluents, type ConfluentClient } from "./confluent.ts";
import { confluentConsumer, type ConfluentConsumer } from "./confluent-consumer.ts";
import { asKafkasError } from "./confluent-failure.ts";
import { confluentProducer } from "./confluent-producer.ts";
import { passes, typeOf } from "./failure.ts";

const ASSIGN = { code: -175 };
const REVOKE = { code: -174 };

interface Given {
  kafkaJS: { logger: { error(text: string): void } };
  rebalance_cb(
    error: { code: number },
    partitions: { topic: string; partition: number }[],
    change: { assign(places: object[]): void },
  ): Promise<void>;
}

function member(fixed?: { topic: string; partitions: number[] }) {
  const done: unknown[] = [];
  let given: Given | undefined;
  const stub: ConfluentConsumer = {
    connect: async () => {},
    subscribe: async () => {},
    run: async () => {},
    commitOffsets: async () => {},
    seek: (to) => done.push(["seek", to]),
    pause: (what) => done.push(["pause", what]),
    resume: (what) => done.push(["resume", what]),
    disconnect: async () => {},
  };
  const consumer = confluentConsumer(
    (config) => {
      given = config as Given;
      return stub;
    },
    { group: "g", options: {}, fixed },
    {
      mayJoin: () => true,
      retire: async () => void done.push("retired"),
      async assigned(assignment) {
        for (const [topic, partitions] of Object.entries(assignment))
          for (const partition of partitions) {
            consumer.resume([{ topic, partitions: [partition] }]);
            consumer.seek({ topic, partition, offset: "7" });
          }
      },
      batch: async () => {},
      passed() {},
      crashed: (error) => done.push(typeOf(error)),
    },
    () => undefined,
  );
  const change = { assign: (places: object[]) => done.push(["assigned", places]) };
  return { consumer, done, change, config: given as Given };
}

test("a position is given with the assignment, since nothing can be sought before it is in force", async () => {
  const { consumer, done, change, config } = member();
  const started = consumer.start(["orders"]);
  await config.rebalance_cb(ASSIGN, [{ topic: "orders", partition: 1 }], change);
  await started;
  await config.rebalance_cb(REVOKE, [{ topic: "orders", partition: 1 }], change);
  expect(done).toEqual([
    ["assigned", [{ topic: "orders", partition: 1, offset: 7 }]],
    ["resume", [{ topic: "orders", partitions: [1] }]],
    "retired",
  ]);
});

test("chosen partitions are taken whatever the group of one would give", async () => {
  const { done, change, config } = member({ topic: "orders", partitions: [2] });
  await config.rebalance_cb(ASSIGN, [{ topic: "orders", partition: 0 }], change);
  expect(done[0]).toEqual(["assigned", [{ topic: "orders", partition: 2, offset: 7 }]]);
});

test("what keeps a member out of its group is only said to the logger: it ends the start, and later the member", async () => {
  const text = "Error: JoinGroup failed: Broker: Group authorization failed";
  const refused = member();
  const started = refused.consumer.start(["orders"]);
  refused.config.kafkaJS.logger.error(text);
  await expect(started).rejects.toMatchObject({ type: "GROUP_AUTHORIZATION_FAILED" });
  const { consumer, done, change, config } = member();
  const joined = consumer.start(["orders"]);
  await config.rebalance_cb(ASSIGN, [], change);
  await joined;
  config.kafkaJS.logger.error("Error: a connection was closed");
  config.kafkaJS.logger.error(text);
  expect(done).toEqual([["assigned", []], "GROUP_AUTHORIZATION_FAILED"]);
});

test("one message of many may fail, by Kafka's name; an empty one is not a tombstone", async () => {
  const sent: unknown[] = [];
  const producer = confluentProducer(
    () => ({
      connect: async () => {},
      disconnect: async () => {},
      logger() {
        throw new Error("not needed");
      },
      async send({ messages: [message] }) {
        sent.push(message?.value);
        if (message?.partition === 9)
          throw Object.assign(new Error("Local: Unknown partition"), { code: -190 });
        if (message?.key === "large") throw Object.assign(new Error(), { code: 10 });
      },
    }),
    { idempotent: false, auto: true, timeout: 100 },
  );
  const messages = [
    { value: Buffer.alloc(0) },
    { value: null, partition: 9 },
    { value: Buffer.from("a"), key: "large" },
  ];
  const failed = await producer.send("orders", messages, { acks: "all", compression: "none" });
  expect([...failed.keys()]).toEqual(messages.slice(1));
  expect([...failed.values()].map((error) => [error.message, typeOf(error)])).toEqual([
    [expect.stringMatching(/partition 9 of "orders": it has fewer/), undefined],
    ["", "MESSAGE_TOO_LARGE"],
  ]);
  expect(sent[1]).toBeNull();
  // For a buffer without memory of its own Confluent's client sends no value.
  expect((sent[0] as Buffer).buffer.byteLength).toBeGreaterThan(0);
});

test("librdkafka's errors pass or do not, and its own have no name of Kafka's", () => {
  const of = (type: string) => {
    const error = asKafkasError(Object.assign(new Error(type), { type }));
    return [typeOf(error), passes(error)];
  };
  expect(of("ERR__TRANSPORT")).toEqual([undefined, true]);
  expect(of("ERR_UNKNOWN_TOPIC_OR_PART")).toEqual(["UNKNOWN_TOPIC_OR_PARTITION", true]);
  expect(of("ERR_TOPIC_AUTHORIZATION_FAILED")).toEqual(["TOPIC_AUTHORIZATION_FAILED", false]);
});

test("codecs of kafkajs' kind are refused by name, and kafkajs is not asked for", async () => {
  const missing = async () => {
    throw new Error("kafkajs is not installed");
  };
  const client = { consumer: () => ({ dependentAdmin() {} }) } as unknown as ConfluentClient;
  const codec = {
    compress: (bytes: Uint8Array) => bytes,
    decompress: (bytes: Uint8Array) => bytes,
  };
  await expect(givenClients(client, { lz4: codec }, missing)).rejects.toThrow(/codecs.*leave them/);
  expect(await givenClients(client, undefined, missing)).toMatchObject({ sharesGroups: true });
});

test("kafkajs is not taken for it", () => {
  expect(isConfluents(new Kafka({ brokers: ["localhost:9092"] }))).toBe(false);
});
