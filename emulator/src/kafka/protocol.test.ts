/** The whole of it through a real client, and what the journal says of that. */
import { type Consumer, type Producer, Kafka, logLevel } from "kafkajs";
import { expect, test } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../index.ts";
// Loaded before the first test, whose time is short.
import "./protocol.ts";

interface Running extends Emulator {
  readonly url: string;
  readonly kafka: Kafka;
}

async function start(
  options: EmulatorOptions = {},
  client: Partial<ConstructorParameters<typeof Kafka>[0]> = {},
): Promise<Running> {
  const emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 }, ...options });
  const { url } = emulator.servers[0]!;
  return { ...emulator, url, kafka: clientOf(url, client) };
}

function clientOf(url: string, more: Partial<ConstructorParameters<typeof Kafka>[0]> = {}): Kafka {
  return new Kafka({
    clientId: "shop",
    brokers: url.split(","),
    logLevel: logLevel.NOTHING,
    // Its one second is little on a busy machine.
    connectionTimeout: 20_000,
    retry: { retries: 0 },
    ...more,
  });
}

async function makeTopic({ kafka }: Running, topic: string, numPartitions = 1): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions }] });
  await admin.disconnect();
}

async function producerOf(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer();
  await producer.connect();
  return producer;
}

/** A consumer of a group that notes what it gets. */
async function listen(kafka: Kafka, groupId: string, got: string[]): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic: "orders", fromBeginning: true });
  await consumer.run({
    autoCommit: true,
    autoCommitThreshold: 1,
    eachMessage: async ({ message }) => void got.push(String(message.value)),
  });
  return consumer;
}

test("what is published is told with who got it, for which group, and that it was acknowledged", async () => {
  await using emulator = await start();
  await makeTopic(emulator, "orders");
  const got: string[] = [];
  const consumer = await listen(clientOf(emulator.url, { clientId: "billing" }), "accounts", got);
  const producer = await producerOf(emulator.kafka);
  const headers = { traceparent: "00-1-2-01", attempts: Buffer.from("3") };
  await producer.send({ topic: "orders", messages: [{ key: "4711", value: "new", headers }] });
  const acknowledged = async () =>
    (await emulator.events()).filter(({ kind }) => kind === "acknowledged").length;
  await expect.poll(acknowledged).toBe(1);
  await consumer.disconnect();
  await producer.disconnect();

  const events = (await emulator.events()).map(({ payload, client, ...event }) => ({
    ...event,
    payload: Buffer.from(payload).toString(),
    client: client?.name,
  }));
  const message = {
    channel: "orders",
    partition: 0,
    offset: 0,
    key: "4711",
    payload: "new",
    headers: { traceparent: "00-1-2-01", attempts: "3" },
  };
  const subscription = { pattern: "orders", group: "accounts" };
  expect(events).toMatchObject([
    { ...message, kind: "published", client: "shop" },
    { ...message, kind: "delivered", client: "billing", subscription },
    { ...message, kind: "acknowledged", client: "billing", subscription },
  ]);
  expect(new Set(events.map(({ message: number }) => number)).size).toBe(1);
});

test("what a group has not committed comes again to its next member, and is told so", async () => {
  await using emulator = await start();
  await makeTopic(emulator, "orders");
  const producer = await producerOf(emulator.kafka);
  await producer.send({ topic: "orders", messages: [{ value: "1" }] });
  await producer.disconnect();
  for (const kind of ["delivered", "redelivered"]) {
    const consumer = emulator.kafka.consumer({ groupId: "g", maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic: "orders", fromBeginning: true });
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    const kinds = async () => (await emulator.events()).map((event) => event.kind);
    await expect.poll(kinds).toContain(kind);
    await consumer.disconnect();
  }
});

test("the workbench publishes to the partition that a client's key leads to", async () => {
  await using emulator = await start();
  await makeTopic(emulator, "orders", 7);
  const producer = await producerOf(emulator.kafka);
  const keys = ["a", "orders", "4711", "ünïcode", ""];
  for (const key of keys) {
    await producer.send({ topic: "orders", messages: [{ key, value: "client" }] });
    const headers = { "content-type": "text/plain" };
    const message = { protocol: "kafka" as const, channel: "orders", key, headers };
    await emulator.publish({ ...message, payload: Buffer.from("workbench") });
  }
  await producer.disconnect();
  const events = await emulator.events();
  for (const key of keys) {
    const partitions = events
      .filter((event) => event.key === key)
      .map(({ partition }) => partition);
    expect([key, new Set(partitions).size, partitions.length]).toEqual([key, 1, 2]);
  }
  expect(events[1]).toMatchObject({
    client: { name: "workbench" },
    headers: { "content-type": "text/plain" },
  });
});

test("several brokers lead partitions each, and clients find the one they need", async () => {
  await using emulator = await start({ kafkaBrokers: 3 });
  await makeTopic(emulator, "orders", 6);
  const admin = emulator.kafka.admin();
  await admin.connect();
  const { brokers } = await admin.describeCluster();
  expect(brokers.map(({ nodeId, port }) => [nodeId, `127.0.0.1:${port}`])).toEqual(
    emulator.url.split(",").map((address, nodeId) => [nodeId, address]),
  );
  const { topics } = await admin.fetchTopicMetadata({ topics: ["orders"] });
  expect(new Set(topics[0]!.partitions.map(({ leader }) => leader))).toEqual(new Set([0, 1, 2]));
  await admin.disconnect();

  const producer = await producerOf(emulator.kafka);
  const messages = topics[0]!.partitions.map(({ partitionId: partition }) => ({
    partition,
    value: String(partition),
  }));
  await producer.send({ topic: "orders", messages });
  const got: string[] = [];
  const consumer = await listen(emulator.kafka, "all", got);
  await expect.poll(() => got.toSorted()).toEqual(["0", "1", "2", "3", "4", "5"]);
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
});

test.each([
  { mechanism: "plain", username: "shop", password: "secret" },
  { mechanism: "scram-sha-256", username: "shop", password: "secret" },
  { mechanism: "scram-sha-512", username: "shop", password: "secret" },
] as const)("with a login clients are let in by $mechanism, others are not", async (sasl) => {
  const auth = { user: "shop", password: "secret" };
  // A copy: kafkajs keeps what it makes of the credentials in the object that it is given.
  await using emulator = await start({ auth }, { sasl: { ...sasl } });
  const list = async (kafka: Kafka) => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await admin.listTopics();
    } finally {
      await admin.disconnect();
    }
  };
  expect(await list(emulator.kafka)).toEqual([]);
  const wrong = clientOf(emulator.url, { sasl: { ...sasl, password: "guess" } });
  await expect(list(wrong)).rejects.toThrow(/authentication failed/i);
  await expect(list(clientOf(emulator.url))).rejects.toThrow(/closed connection/i);
});
