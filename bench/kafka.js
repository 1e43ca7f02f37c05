/** The emulator's Kafka against Apache Kafka, and kfake where one runs: the same client, the same messages, turn by turn. */
import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { compare } from "./compare.js";
import { startKafka } from "./kafka-server.js";
import { startEmulator } from "./servers.js";

const SMALL = 100;
const LARGE = 10_000;
/** What a producer sends in one call. */
const BATCH = 100;
/** How the topics of this run begin. */
const OURS = `bench-${randomUUID()}-`;

/** @type {Readonly<Record<string, readonly [what: string, figure: (url: string) => Promise<number>]>>} */
const figures = {
  produce: ["Kafka, 100 bytes to one partition, acks all, messages/s", produce(SMALL, 1)],
  "produce-large": ["Kafka, 10 kB to one partition, acks all, messages/s", produce(LARGE, 1)],
  "produce-12": ["Kafka, 100 bytes to twelve partitions, acks all, messages/s", produce(SMALL, 12)],
  consume: ["Kafka, 100 bytes from one partition, messages/s", consume(SMALL, 1)],
  "consume-large": ["Kafka, 10 kB from one partition, messages/s", consume(LARGE, 1)],
  "consume-group": [
    "Kafka, 100 bytes from twelve partitions by a group of three, messages/s",
    consume(SMALL, 12, 3),
  ],
  first: ["Kafka, from a consumer's run() to its first message, median, ms", firstMessage],
  latency: ["Kafka, end to end, one message after the other, 99th percentile, ms", latency],
};

export const kafkaFigures = Object.entries(figures).map(([name, [what, figure]]) => ({
  name: `kafka-${name}`,
  what,
  run: (/** @type {number} */ rounds, /** @type {string | undefined} */ kfake) =>
    onAll(rounds, figure, kfake),
}));

/** @param {number} rounds @param {(url: string) => Promise<number>} figure @param {string} [kfake] */
async function onAll(rounds, figure, kfake) {
  const real = await startKafka();
  const emulator = await startEmulator();
  try {
    return await compare(rounds, {
      measured: () => figure(emulator.kafka),
      against: () => figure(real.url),
      peer: kfake === undefined ? undefined : () => figure(kfake),
    });
  } finally {
    await Promise.all([real.stop(), emulator.stop()]);
    // One that is not there, or cannot, has said so in its figure.
    if (kfake !== undefined) await removeTopics(kfake).catch(() => {});
  }
}

/** @param {number} bytes @param {number} partitions */
function produce(bytes, partitions) {
  const count = bytes === LARGE ? 5_000 : 50_000;
  return async (/** @type {string} */ url) => {
    const kafka = clientOf(url);
    const topic = await freshTopic(kafka, partitions);
    const producer = kafka.producer();
    await producer.connect();
    try {
      await fill(producer, topic, BATCH, bytes);
      const started = performance.now();
      await fill(producer, topic, count, bytes);
      return rateOf(count, started);
    } finally {
      await producer.disconnect();
    }
  };
}

/**
 * From the first batch on; of several members from when each has its share, for what the first one reads alone says
 * nothing of the others.
 * @param {number} bytes @param {number} partitions @param {number} [members]
 */
function consume(bytes, partitions, members = 1) {
  const count = bytes === LARGE ? 5_000 : 100_000;
  return async (/** @type {string} */ url) => {
    const kafka = clientOf(url);
    const topic = await filledTopic(kafka, partitions, count, bytes);
    const groupId = `bench-${randomUUID()}`;
    // How soon who is paused looks again, and hears of others that join.
    const often = members > 1 ? { maxWaitTimeInMs: 20, heartbeatInterval: 100 } : {};
    const consumers = Array.from({ length: members }, () => kafka.consumer({ groupId, ...often }));
    let [seen, started] = [0, 0];
    const shared = members > 1 ? untilShared(consumers, topic, partitions / members) : undefined;
    try {
      const read = new Promise((resolve, reject) => {
        const run = async (/** @type {import("kafkajs").Consumer} */ consumer) => {
          await consumer.connect();
          await consumer.subscribe({ topic, fromBeginning: true });
          await consumer.run({
            eachBatch: async ({ batch }) => {
              if (started === 0) started = performance.now();
              seen += batch.messages.length;
              if (seen >= count) resolve(undefined);
            },
          });
        };
        const running = Promise.all(consumers.map(run)).then(() => shared);
        running.then(() => {
          if (shared === undefined) return;
          started = performance.now();
          for (const consumer of consumers) consumer.resume([{ topic }]);
        }, reject);
      });
      await Promise.race([read, crashOf(consumers)]);
      return rateOf(count, started);
    } finally {
      await Promise.all(consumers.map((consumer) => consumer.disconnect()));
    }
  };
}

/** Resolves when each has as many partitions; until then nobody reads. @param {readonly import("kafkajs").Consumer[]} consumers @param {string} topic @param {number} share */
function untilShared(consumers, topic, share) {
  const shares = new Map();
  return new Promise((resolve) => {
    for (const consumer of consumers)
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        consumer.pause([{ topic }]);
        shares.set(consumer, payload.memberAssignment[topic]?.length ?? 0);
        if (consumers.every((each) => shares.get(each) === share)) resolve(undefined);
      });
  });
}

/** Rejects when one of them gives up for good, which kafkajs tells its listeners only. @param {readonly import("kafkajs").Consumer[]} consumers */
function crashOf(consumers) {
  /** @type {Promise<never>} */
  const crash = new Promise((_, reject) => {
    for (const consumer of consumers)
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        // A server that has just started may not know its groups yet.
        if (!payload.restart) reject(payload.error);
      });
  });
  // It may come while nobody waits yet.
  crash.catch(() => {});
  return crash;
}

/** The topic is there, and so is its message: what is left is the way into a group. @param {string} url */
async function firstMessage(url, count = 20) {
  const kafka = clientOf(url);
  const topic = await filledTopic(kafka, 1, BATCH, SMALL);
  /** @type {number[]} */
  const took = [];
  for (let index = 0; index < count; index++) {
    const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}` });
    const crash = crashOf([consumer]);
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      const started = performance.now();
      const first = new Promise((resolve, reject) => {
        const eachMessage = async () => resolve(undefined);
        consumer.run({ eachMessage }).catch(reject);
      });
      await Promise.race([first, crash]);
      took.push(performance.now() - started);
    } finally {
      await consumer.disconnect();
    }
  }
  return took.sort((a, b) => a - b)[count >> 1] ?? Number.NaN;
}

/** @param {string} url */
async function latency(url, count = 500) {
  const kafka = clientOf(url);
  const topic = await freshTopic(kafka, 1);
  const [producer, consumer] = [
    kafka.producer(),
    kafka.consumer({ groupId: `bench-${randomUUID()}` }),
  ];
  const crash = crashOf([consumer]);
  try {
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topic, fromBeginning: true });
    /** @type {() => void} */
    let arrived = () => {};
    await consumer.run({ eachMessage: async () => arrived() });
    const value = Buffer.alloc(SMALL, "x");
    /** @type {number[]} */
    const took = [];
    for (let index = 0; index < count; index++) {
      const started = performance.now();
      const arrival = new Promise((resolve) => (arrived = () => resolve(undefined)));
      await producer.send({ topic, acks: -1, messages: [{ value }] });
      await Promise.race([arrival, crash]);
      took.push(performance.now() - started);
    }
    // The first ones wait for the group.
    const steady = took.slice(count / 10).sort((a, b) => a - b);
    return steady[Math.floor(steady.length * 0.99)] ?? Number.NaN;
  } finally {
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
  }
}

/** @param {string} url */
function clientOf(url) {
  return new Kafka({ brokers: url.split(","), logLevel: logLevel.NOTHING });
}

/** @param {Kafka} kafka @param {number} numPartitions */
async function freshTopic(kafka, numPartitions) {
  const topic = `${OURS}${randomUUID()}`;
  await administer(kafka, (admin) =>
    admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }),
  );
  return topic;
}

/** @param {Kafka} kafka @param {number} partitions @param {number} count @param {number} bytes */
async function filledTopic(kafka, partitions, count, bytes) {
  const topic = await freshTopic(kafka, partitions);
  const producer = kafka.producer();
  await producer.connect();
  try {
    await fill(producer, topic, count, bytes);
  } finally {
    await producer.disconnect();
  }
  return topic;
}

/** From a server that outlives its figure: what it still held would slow the next one. @param {string} url */
async function removeTopics(url) {
  await administer(clientOf(url), async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(OURS));
    await admin.deleteTopics({ topics });
  });
}

/** @param {Kafka} kafka @param {(admin: import("kafkajs").Admin) => Promise<unknown>} work */
async function administer(kafka, work) {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** @param {import("kafkajs").Producer} producer @param {string} topic @param {number} count @param {number} bytes */
async function fill(producer, topic, count, bytes) {
  const value = Buffer.alloc(bytes, "x");
  const messages = Array.from({ length: BATCH }, () => ({ value }));
  for (let sent = 0; sent < count; sent += BATCH)
    await producer.send({ topic, acks: -1, messages });
}

/** @param {number} count @param {number} started */
function rateOf(count, started) {
  return (count / (performance.now() - started)) * 1000;
}
