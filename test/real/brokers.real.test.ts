/** The servers the other tests stand on: each says who it is, and keeps over a crash what it has confirmed. */
import { setTimeout as pause } from "node:timers/promises";
import {
  connect as connectAmqp,
  credentials,
  type ChannelModel,
  type ConsumeMessage,
} from "amqplib";
import { Cluster, Redis } from "ioredis";
import { Kafka, logLevel, type Admin, type KafkaConfig } from "kafkajs";
import mqtt from "mqtt";
import { connect as connectNats } from "nats";
import { expect, test, vi } from "vitest";
import {
  shareKafka,
  shareRabbitmq,
  startKafka,
  startMosquitto,
  startNatsServer,
  startRabbitmq,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
  unsecuredToken,
} from "./brokers.ts";
import { identifyMqtt } from "./identify.ts";

test("nats-server keeps a stream over a crash", async () => {
  await using server = await startNatsServer("jetstream {}");
  expect(server.version).toMatch(/^nats-server \d/);
  const before = await connectNats({ servers: server.url });
  const manager = await before.jetstreamManager();
  await manager.streams.add({ name: "orders", subjects: ["orders.>"] });
  await before.jetstream().publish("orders.1");
  await before.close();
  await server.kill();
  await server.restart();
  const after = await connectNats({ servers: server.url });
  const stream = await (await after.jetstreamManager()).streams.info("orders");
  expect(stream.state.messages).toBe(1);
  await after.close();
});

// It writes its store only now and then and when told to end: a crash may lose what it confirmed.
test("mosquitto keeps a session over a restart", async () => {
  await using server = await startMosquitto();
  expect(server.version).toMatch(/^mosquitto \d/);
  const session = { clientId: "kept", clean: false } as const;
  const before = await mqtt.connectAsync(server.url, session);
  await before.subscribeAsync("orders", { qos: 1 });
  await before.endAsync();
  await server.restart();
  const after = mqtt.connect(server.url, session);
  const present = await new Promise((resolve) =>
    after.on("connect", ({ sessionPresent }) => resolve(sessionPresent)),
  );
  expect(present).toBe(true);
  await after.endAsync();
  await server.kill();
  await expect(identifyMqtt(server.url)).rejects.toThrow("ECONNREFUSED");
});

test("redis-server keeps over a crash what it has answered", async () => {
  await using server = await startRedis();
  expect(server.version).toMatch(/^redis-server \d/);
  await using before = redis(server.url);
  await before.client.set("order", "1");
  await server.kill();
  await server.restart();
  await using after = redis(server.url);
  expect(await after.client.get("order")).toBe("1");
});

test("redis-server lets in only its users, and with TLS only who shows a certificate", async () => {
  await using server = await startRedis({
    tls: "required",
    users: { anna: ">s3cret ~orders.* &* +@all" },
  });
  const { url = "", ca = "", cert = "", key = "" } = server.secure ?? {};
  await using anna = redis(url, { ca, cert, key }, "anna", "s3cret");
  expect(await anna.client.set("orders.1", "1")).toBe("OK");
  await expect(anna.client.set("others", "1")).rejects.toThrow("NOPERM");
  await using nobody = redis(server.url);
  await expect(nobody.client.get("orders.1")).rejects.toThrow("NOAUTH");
  await using bare = redis(url, { ca }, "anna", "s3cret");
  await expect(bare.client.get("orders.1")).rejects.toThrow(/closed|certificate/);
});

test("a Redis cluster spreads its keys over three masters, and lives on after one has crashed", async () => {
  await using cluster = await startRedisCluster();
  const client = new Cluster([...cluster.urls]);
  client.on("error", () => {});
  const keys = Array.from({ length: 30 }, (_, index) => `order-${index}`);
  for (const key of keys) await client.set(key, key);
  for (const { url } of cluster.nodes) {
    await using node = redis(url);
    expect(await node.client.dbsize()).toBeGreaterThan(0);
  }
  await cluster.nodes[0]?.kill();
  await cluster.nodes[0]?.restart();
  await cluster.settled();
  for (const key of keys) expect(await client.get(key)).toBe(key);
  client.disconnect();
});

test("a Redis sentinel makes the replica the master", async () => {
  await using group = await startRedisSentinel();
  const { hostname: host, port } = new URL(group.sentinel.url);
  const find = () => new Redis({ sentinels: [{ host, port: Number(port) }], name: group.name });
  const before = find();
  await before.set("order", "1");
  await before.wait(1, 0);
  before.disconnect();
  await group.failover();
  const after = find();
  expect(await after.get("order")).toBe("1");
  expect(await after.set("order", "2")).toBe("OK");
  expect(await after.info("server")).toContain(`tcp_port:${new URL(group.replica.url).port}`);
  after.disconnect();
});

const queues = ["classic", "quorum", "stream"] as const;

test("rabbitmq-server keeps over a crash what it has confirmed, and lets in a client by its certificate", async () => {
  await using server = await startRabbitmq({ tls: "required", users: { anna: "s3cret" } });
  expect(server.version).toMatch(/^RabbitMQ \d/);
  const before = await connectAmqp(server.url);
  const channel = await before.createConfirmChannel();
  for (const type of queues) {
    await channel.assertQueue(type, { durable: true, arguments: { "x-queue-type": type } });
    channel.sendToQueue(type, Buffer.from(type), { persistent: true });
  }
  await channel.waitForConfirms();
  await before.close();

  const { url = "", ca = "", cert = "", key = "" } = server.secure ?? {};
  const external = { credentials: credentials.external() };
  const certified = await connectAmqp(url, { ca, cert, key, ...external });
  await certified.createChannel();
  await certified.close();
  await expect(connectAmqp(url, { ca, ...external })).rejects.toThrow(/certificate|reset|closed/i);

  // Ra writes the names of its queues twice a second: a quorum queue younger than that is lost by a crash.
  await pause(1000);
  await server.kill();
  await server.restart();
  const after = await connectAmqp(server.url.replace("//", "//anna:s3cret@"));
  for (const type of queues) {
    // A stream is found only some moments after a restart: its writer is elected after the port is open.
    await vi.waitFor(async () => expect(await firstOf(after, type)).toBe(type), 60_000);
  }
  await after.close();
});

test("Kafka keeps over a crash what it has acknowledged", async () => {
  await using server = await startKafka({ partitions: 3 });
  expect(server.version).toMatch(/^Apache Kafka [34]/);
  const kafka = new Kafka({ brokers: [server.url], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: "orders", messages: [{ value: "1" }] });
  await producer.disconnect();
  await server.kill();
  await server.restart();
  const offsets = await administrate({ brokers: [server.url] }, (admin) =>
    admin.fetchTopicOffsets("orders"),
  );
  expect(offsets).toHaveLength(3);
  expect(offsets.reduce((sum, { high }) => sum + Number(high), 0)).toBe(1);
});

test("Kafka takes each way to log in, with TLS and without", async () => {
  await using server = await startKafka({ tls: true, users: { anna: "s3cret" } });
  const { url: tlsUrl = "", ...ssl } = server.secure ?? {};
  const { url = "", secureUrl = "" } = server.sasl ?? {};
  const list = (config: KafkaConfig) => administrate(config, (admin) => admin.listTopics());
  const oauthBearerProvider = async () => ({ value: unsecuredToken("anna") });
  const ways: NonNullable<KafkaConfig["sasl"]>[] = [
    { mechanism: "plain", username: "anna", password: "s3cret" },
    { mechanism: "scram-sha-256", username: "anna", password: "s3cret" },
    { mechanism: "scram-sha-512", username: "anna", password: "s3cret" },
    { mechanism: "oauthbearer", oauthBearerProvider },
  ];
  expect(await list({ brokers: [tlsUrl], ssl })).toEqual([]);
  for (const sasl of ways) {
    expect(await list({ brokers: [url], sasl })).toEqual([]);
    expect(await list({ brokers: [secureUrl], ssl, sasl })).toEqual([]);
  }
  const wrong = { mechanism: "plain", username: "anna", password: "guess" } as const;
  await expect(list({ brokers: [url], sasl: wrong })).rejects.toThrow("Authentication failed");
});

test("the shared ones are the same for all who ask, and cannot be killed", async () => {
  for (const share of [shareKafka, shareRabbitmq]) {
    const [one, other] = await Promise.all([share(), share()]);
    expect(one.url).toBe(other.url);
    await one.stop();
    await expect(other.kill()).rejects.toThrow("start one of your own");
    await expect(other.restart()).rejects.toThrow("start one of your own");
    expect((await share()).version).toBe(one.version);
  }
});

/** Rejects where the queue is not there. */
async function firstOf(connection: ChannelModel, queue: string): Promise<string> {
  const channel = await connection.createChannel();
  // The rejected call says the same.
  channel.on("error", () => {});
  await channel.prefetch(1);
  const offset = queue === "stream" ? { arguments: { "x-stream-offset": "first" } } : {};
  return new Promise((resolve, reject) => {
    const take = (message: ConsumeMessage | null) => resolve(String(message?.content));
    channel.consume(queue, take, offset).catch(reject);
  });
}

function redis(url: string, tls?: object, username?: string, password?: string) {
  const client = new Redis(url, {
    ...(tls ? { tls } : {}),
    ...(username && password ? { username, password } : {}),
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on("error", () => {});
  return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
}

async function administrate<T>(config: KafkaConfig, work: (admin: Admin) => Promise<T>) {
  const retry = { retries: 2 };
  const admin = new Kafka({ ...config, retry, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
