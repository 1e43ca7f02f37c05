/** What is special about Kafka, on Apache Kafka; what all brokers promise is in ../conformance. */
import { ConnectError, PublishError } from "millrace";
import { KafkaBroker, partitions, pattern, type KafkaOptions } from "millrace/kafka";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Gate, Inbox } from "../conformance/inbox.ts";
import { startWiredKafka } from "../conformance/worlds-kafka.ts";
import { start } from "./app.ts";
import { startKafka, unsecuredToken, type RealKafka } from "./brokers.ts";
import { recordedLog } from "./log.ts";

let server: RealKafka;
let clock = 0;

beforeAll(async () => {
  server = await startKafka({ partitions: 3 });
});
afterAll(() => server?.stop());

const broker = (options: KafkaOptions = {}) =>
  new KafkaBroker({ url: server.url, topicRefresh: 200, ...options });
/** A topic nobody else uses. */
const fresh = (name = "orders") => `${name}-${process.pid}-${clock++}`;
const raw = () => new Kafka({ brokers: [server.url], logLevel: logLevel.NOTHING });

/** What the group has committed of each partition. */
async function committed(group: string, topic: string): Promise<Record<number, number>> {
  const admin = raw().admin();
  await admin.connect();
  const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  await admin.disconnect();
  return Object.fromEntries(
    (found?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]),
  );
}

/** Snappy's raw format with nothing compressed: the length, then literals of up to 60 bytes. */
function literalSnappy(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let length = bytes.byteLength;
  for (; length > 127; length >>>= 7) out.push((length & 127) | 128);
  out.push(length);
  for (let at = 0; at < bytes.byteLength; at += 60) {
    const chunk = bytes.subarray(at, at + 60);
    out.push((chunk.byteLength - 1) << 2, ...chunk);
  }
  return Uint8Array.from(out);
}

function unliteralSnappy(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let at = 0;
  while ((bytes[at] ?? 0) > 127) at++;
  for (at++; at < bytes.byteLength;) {
    const length = ((bytes[at] ?? 0) >> 2) + 1;
    out.push(...bytes.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return Uint8Array.from(out);
}

describe("records", () => {
  test("a tombstone comes as null, with a key and without one, and raw shows its missing value", async () => {
    const topic = fresh();
    const kafka = broker();
    const seen = new Inbox<unknown>();
    kafka.subscriber(topic, {}, async (value: unknown, { message }) =>
      seen.push([value, message.key, message.raw.value, message.raw.partition]),
    );
    await using _app = await start(kafka);
    await kafka.publish(topic, null, { key: "gone", partition: 1 });
    await seen.first(1);
    await kafka.publish(topic, null, { partition: 2 });
    expect(await seen.first(2)).toEqual([
      [null, "gone", null, 1],
      [null, undefined, null, 2],
    ]);
  });

  test("binary and repeated headers, timestamp and partition arrive as they were given", async () => {
    const topic = fresh();
    const kafka = broker();
    const seen = new Inbox<Record<string, unknown>>();
    kafka.subscriber(topic, {}, async (_: unknown, { message }) =>
      seen.push({ ...message.raw, text: message.headers }),
    );
    await using _app = await start(kafka);
    const at = new Date("2020-01-02T03:04:05Z");
    await kafka.publisher(topic).publish({} as never, {
      partition: 2,
      timestamp: at,
      headers: { tenant: "Zoë" },
      binaryHeaders: { signature: Uint8Array.of(0, 255), tags: ["a", Uint8Array.of(98)] },
    });
    const [message] = await seen.first(1);
    expect(message).toMatchObject({
      topic,
      partition: 2,
      timestamp: String(at.getTime()),
      headers: { signature: Buffer.of(0, 255), tags: [Buffer.from("a"), Buffer.from("b")] },
      text: { tenant: "Zoë", tags: "a, b" },
    });
    await expect(kafka.publish(topic, {}, { partition: 3 })).rejects.toThrow(
      /partition 3 of ".*": it has 3/,
    );
  });

  test("compressed messages are read, with gzip and with a codec that was given", async () => {
    const topic = fresh();
    const done: string[] = [];
    const kafka = broker({
      codecs: {
        snappy: {
          compress(bytes) {
            done.push("compressed");
            return literalSnappy(bytes);
          },
          decompress(bytes) {
            done.push("decompressed");
            return unliteralSnappy(bytes);
          },
        },
      },
    });
    const seen = new Inbox<string>();
    kafka.subscriber(topic, {}, async (value: string) => seen.push(value));
    await using _app = await start(kafka);
    const text = "abc".repeat(100);
    await kafka.publish(topic, text, { compression: "gzip", key: "a" });
    expect(await seen.first(1)).toEqual([text]);
    // The broker, too, looks into it.
    await kafka.publish(topic, text, { compression: "snappy", key: "a" });
    expect(await seen.first(2)).toEqual([text, text]);
    expect(done).toEqual(["compressed", "decompressed"]);
    await expect(kafka.publish(topic, text, { compression: "lz4" })).rejects.toThrow(/LZ4/);
  });

  test("a message too large is an error of its own; those sent with it arrive", async () => {
    const topic = fresh();
    const kafka = broker();
    const seen = new Inbox<string>();
    kafka.subscriber(topic, {}, async (value: string) => seen.push(value));
    await using _app = await start(kafka);
    const all = await Promise.allSettled(
      ["a", "x".repeat(1_200_000), "b"].map((value) => kafka.publish(topic, value, { key: "k" })),
    );
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(String((all[1] as PromiseRejectedResult).reason)).toMatch(
      /too large.*max.message.bytes/,
    );
    expect(await seen.first(2)).toEqual(["a", "b"]);
  });

  test("what is published in one turn goes in one request, in order", async () => {
    const topic = fresh();
    const kafka = broker({ idempotent: true });
    const seen = new Inbox<number>();
    kafka.subscriber(topic, {}, async (value: number) => seen.push(value));
    await using _app = await start(kafka);
    const numbers = Array.from({ length: 5000 }, (_, number) => number);
    const began = performance.now();
    await Promise.all(numbers.map((number) => kafka.publish(topic, number, { key: "k" })));
    // One request each would take many times as long.
    console.log(`5000 publishes: ${Math.round(performance.now() - began)} ms`);
    expect(await seen.first(5000)).toEqual(numbers);
  });
});

describe("where to begin", () => {
  test("earliest, a time, and chosen partitions with an offset", async () => {
    const topic = fresh();
    const sender = broker({ topics: { create: true, partitions: 2 } });
    await using _sender = await start(sender);
    const times = [1000, 2000, 3000];
    for (const time of times)
      for (const partition of [0, 1])
        await sender.publish(topic, `${partition}@${time}`, { partition, timestamp: time });

    const kafka = broker();
    const seen = { all: new Inbox<string>(), time: new Inbox<string>(), one: new Inbox<string>() };
    const latest = new Inbox<string>();
    kafka.subscriber(topic, { from: "earliest" }, async (value: string) => seen.all.push(value));
    kafka.subscriber(
      topic,
      { group: fresh("g"), from: { timestamp: 2000 } },
      async (value: string) => seen.time.push(value),
    );
    kafka.subscriber(partitions(topic, [1]), { from: { offset: 2 } }, async (value: string) =>
      seen.one.push(value),
    );
    kafka.subscriber(partitions(topic, [0]), {}, async (value: string) => latest.push(value));
    await using _app = await start(kafka);
    for (const partition of [0, 1]) await sender.publish(topic, `${partition}@new`, { partition });
    expect((await seen.all.first(8)).toSorted()).toEqual(
      ["1000", "2000", "3000", "new"].flatMap((time) => [`0@${time}`, `1@${time}`]).toSorted(),
    );
    expect((await seen.time.first(6)).toSorted()).toEqual(
      ["2000", "3000", "new"].flatMap((time) => [`0@${time}`, `1@${time}`]).toSorted(),
    );
    expect(await seen.one.first(2)).toEqual(["1@3000", "1@new"]);
    expect(await latest.first(1)).toEqual(["0@new"]);
  });

  test("a partition that is not there is said at start", async () => {
    const kafka = broker();
    kafka.subscriber(partitions(fresh(), [2, 7]), {}, async () => {});
    await expect(start(kafka)).rejects.toThrow(/3 partitions.*no 7/);
  });

  test("partitions that are added are read from their first message", async () => {
    const topic = fresh();
    const group = fresh("g");
    const kafka = broker();
    const seen = new Inbox<string>();
    kafka.subscriber(topic, { group }, async (value: string) => seen.push(value));
    await using _app = await start(kafka);
    const admin = raw().admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
    // The controller has them first, the broker a moment later.
    const partitionsOf = async () =>
      (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length;
    await expect.poll(partitionsOf).toBe(4);
    await admin.disconnect();
    const sender = broker();
    await using _sender = await start(sender);
    await sender.publish(topic, "early", { partition: 3 });
    // A member that comes makes the group look at its topics again; by itself it does so every five minutes.
    const second = broker();
    second.subscriber(topic, { group, from: "earliest" }, async (value: string) =>
      seen.push(value),
    );
    await using _second = await start(second);
    await seen.until(() => seen.items.includes("early"), "early");
    expect(seen.items).toEqual(["early"]);
  });

  test("a pattern picks up topics that come later, from their first message, with its named groups", async () => {
    const root = fresh("shop");
    const kafka = broker();
    const seen = new Inbox<string>();
    kafka.subscriber(
      pattern(new RegExp(`^${root}\\.(?<country>[a-z]+)\\.orders$`)),
      { group: fresh("g") },
      async (value: string, { message, params }) =>
        seen.push(`${value} ${message.address} ${JSON.stringify(params)}`),
    );
    await using _app = await start(kafka);
    // By somebody else, so that only looking around finds it.
    const other = broker();
    await using _other = await start(other);
    for (const country of ["de", "fr"]) await other.publish(`${root}.${country}.orders`, country);
    await other.publish(`${root}.de.invoices`, "no");
    expect((await seen.first(2)).toSorted()).toEqual([
      `de ${root}.de.orders {"country":"de"}`,
      `fr ${root}.fr.orders {"country":"fr"}`,
    ]);
  });
});

describe("groups", () => {
  test("members of one group with different topics each get all of their own", async () => {
    const [orders, invoices] = [fresh("orders"), fresh("invoices")];
    const group = fresh("g");
    const seen = new Inbox<string>();
    const make = (service: string) => {
      const kafka = broker();
      for (const topic of service === "both" ? [orders, invoices] : [invoices])
        kafka.subscriber(topic, { group }, async (value: string) => seen.push(value));
      return kafka;
    };
    const both = make("both");
    await using _both = await start(both);
    await using _one = await start(make("one"));
    for (const topic of [orders, invoices])
      for (const partition of [0, 1, 2])
        await both.publish(topic, `${topic} ${partition}`, { partition });
    expect((await seen.first(6)).toSorted()).toEqual(
      [orders, invoices].flatMap((topic) => [0, 1, 2].map((each) => `${topic} ${each}`)).toSorted(),
    );
  });

  test("nothing is committed past an unfinished message, and what is done is committed on stop", async () => {
    const topic = fresh();
    const group = fresh("g");
    const gate = new Gate();
    const kafka = broker();
    const done = new Inbox<number>();
    kafka.subscriber(
      topic,
      { group, concurrency: 10, commitInterval: 0 },
      async (number: number) => {
        if (number === 2) await gate.opened;
        done.push(number);
      },
    );
    const app = await start(kafka);
    for (let number = 0; number < 6; number++)
      await kafka.publish(topic, number, { partition: 0, key: String(number) });
    await done.first(5);
    // A commit has passed since: that of another partition.
    await kafka.publish(topic, 10, { partition: 1 });
    await done.first(6);
    while ((await committed(group, topic))[1] !== 1);
    expect(await committed(group, topic)).toMatchObject({ 0: 2, 1: 1 });
    const stopped = app.stop();
    gate.open();
    await stopped;
    expect(await committed(group, topic)).toMatchObject({ 0: 6, 1: 1 });
  });

  test("a handler longer than the session keeps its partitions, and other partitions get on", async () => {
    const topic = fresh();
    const gate = new Gate();
    const kafka = broker();
    const seen = new Inbox<string>();
    const log = recordedLog();
    kafka.subscriber(
      topic,
      { group: fresh("g"), sessionTimeout: 6000, heartbeatInterval: 500, concurrency: 2 },
      async (value: string) => {
        seen.push(value);
        if (value === "slow") await gate.opened;
      },
    );
    await using _app = await start(kafka, log.logger);
    await kafka.publish(topic, "slow", { partition: 0, key: "a" });
    await kafka.publish(topic, "behind", { partition: 0, key: "a" });
    await seen.first(1);
    const began = performance.now();
    for (let number = 0; performance.now() - began < 9000; number++) {
      await kafka.publish(topic, `quick ${number}`, { partition: 1 });
      await seen.until(() => seen.items.includes(`quick ${number}`), "a quick one");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(seen.items.filter((value) => !value.startsWith("quick"))).toEqual(["slow"]);
    gate.open();
    await seen.until(() => seen.items.includes("behind"), "the one behind");
    expect(seen.items.filter((value) => value === "slow")).toHaveLength(1);
    expect(log.lines.items.filter(({ msg }) => msg.includes("joins again"))).toEqual([]);
  });

  test("members come and go under load: everything is handled, in order of its key, and nothing twice", async () => {
    const topic = fresh();
    const group = fresh("g");
    const seen = new Inbox<string>();
    const member = async () => {
      const kafka = broker();
      kafka.subscriber(topic, { group, concurrency: 5 }, async (value: string) => {
        await new Promise((resolve) => setTimeout(resolve, 3));
        seen.push(value);
      });
      return start(kafka);
    };
    const first = await member();
    const sender = broker();
    await using _sender = await start(sender);
    let sending = true;
    const sent: string[] = [];
    const load = Promise.all(
      ["a", "b", "c", "d", "e", "f"].map(async (key) => {
        for (let number = 0; sending; number++) {
          await sender.publish(topic, `${key} ${number}`, { key });
          sent.push(`${key} ${number}`);
          // Not further ahead than the members can follow, however slow the machine.
          await seen.until(() => sent.length - seen.items.length < 300, "the members");
        }
      }),
    );
    await seen.first(50);
    const second = await member();
    const third = await member();
    await seen.first(seen.items.length + 100);
    await second.stop();
    await seen.first(seen.items.length + 100);
    await first.stop();
    await seen.first(seen.items.length + 100);
    sending = false;
    await load;
    await seen.until(() => new Set(seen.items).size === sent.length, "all");
    await third.stop();
    console.log(
      `rebalances: ${sent.length} sent, ${new Set(seen.items).size} handled, ${seen.items.length - new Set(seen.items).size} twice`,
    );
    expect(seen.items).toHaveLength(sent.length);
    for (const key of ["a", "b", "c", "d", "e", "f"]) {
      const own = seen.items.filter((value) => value.startsWith(key));
      expect(own).toEqual(own.map((_, number) => `${key} ${number}`));
    }
  });

  test("a static member comes back to its partitions, and the others notice nothing", async () => {
    const topic = fresh();
    const group = fresh("g");
    const seen = new Inbox<string>();
    const member = async (groupInstanceId: string) => {
      const kafka = broker();
      kafka.subscriber(topic, { group, groupInstanceId }, async (_: unknown, { message }) =>
        seen.push(`${groupInstanceId} ${message.raw.partition}`),
      );
      const log = recordedLog();
      return { app: await start(kafka, log.logger), joins: joinsOf(log) };
    };
    const joinsOf = (log: ReturnType<typeof recordedLog>) => () =>
      log.lines.items.filter(({ msg }) => / reads \d/.test(msg)).length;
    const sender = broker();
    await using _sender = await start(sender);
    const a = await member("a");
    const b = await member("b");
    const round = async () => {
      const before = seen.items.length;
      for (const partition of [0, 1, 2]) await sender.publish(topic, 1, { partition });
      await seen.first(before + 3);
      return seen.items.slice(before).toSorted();
    };
    const shares = await round();
    const joins = a.joins();
    await b.app.stop();
    const again = await member("b");
    expect(await round()).toEqual(shares);
    expect(a.joins()).toBe(joins);
    await a.app.stop();
    await again.app.stop();
  });

  test("what a transaction gave up, and its marks, hold back no commit", async () => {
    const topic = fresh();
    const group = fresh("g");
    const kafka = broker();
    const seen = new Inbox<unknown>();
    kafka.subscriber(topic, { group, commitInterval: 0 }, async (value: unknown) =>
      seen.push(value),
    );
    await using _app = await start(kafka);
    const producer = raw().producer({
      transactionalId: fresh("t"),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const given = await producer.transaction();
    await given.send({ topic, messages: [{ partition: 0, value: '"kept"' }] });
    await given.commit();
    const up = await producer.transaction();
    await up.send({ topic, messages: [{ partition: 0, value: '"given up"' }] });
    await up.abort();
    await producer.disconnect();
    expect(await seen.first(1)).toEqual(["kept"]);
    await expect.poll(() => committed(group, topic)).toMatchObject({ 0: 4 });
    expect(seen.items).toEqual(["kept"]);
  });

  test("a subscriber without a group leaves no group behind", async () => {
    const kafka = broker({ name: "passing-by" });
    kafka.subscriber(fresh(), {}, async () => {});
    const app = await start(kafka);
    const admin = raw().admin();
    await admin.connect();
    const own = async () =>
      (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith("passing-by-"));
    expect(await own()).toHaveLength(1);
    await app.stop();
    expect(await own()).toEqual([]);
    await admin.disconnect();
  });
});

describe("topics", () => {
  test("are made with what is asked for, or not at all, and a missing one is an error that says so", async () => {
    const topic = fresh();
    const kafka = broker({
      topics: { create: true, partitions: 5, config: { "cleanup.policy": "compact" } },
    });
    kafka.subscriber(topic, {}, async () => {});
    await using _app = await start(kafka);
    const published = fresh();
    await kafka.publish(published, 1, { key: "a" });
    const admin = raw().admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic, published] });
    expect(topics.map((each) => each.partitions.length)).toEqual([5, 5]);
    await admin.disconnect();

    const strict = broker({ topics: { create: false } });
    const absent = fresh("absent");
    strict.subscriber(absent, {}, async () => {});
    await expect(start(strict)).rejects.toThrow(ConnectError);
    await expect(start(strict)).rejects.toThrow(/there is no topic "absent.*create: true/);
    const sender = broker({ topics: { create: false } });
    await using _sender = await start(sender);
    await expect(sender.publish(absent, 1)).rejects.toThrow(/there is no topic/);
    // It spoils nothing for others.
    await sender.publish(topic, 1, { key: "a" });
  });
});

describe("a client that was passed in", () => {
  test("is used, for each subscriber anew where it is a function", async () => {
    const topic = fresh();
    let made = 0;
    const kafka = new KafkaBroker({
      client: () => {
        made++;
        return raw();
      },
    });
    const seen = new Inbox<number>();
    for (const _ of [1, 2])
      kafka.subscriber(topic, { group: fresh("g") }, async (value: number) => seen.push(value));
    await using _app = await start(kafka);
    await kafka.publish(topic, 7, { key: "a" });
    expect(await seen.first(2)).toEqual([7, 7]);
    expect(made).toBeGreaterThan(3);
    const one = new KafkaBroker({ client: raw() });
    await using _one = await start(one);
    await one.publish(topic, 8, { key: "a" });
    expect(await seen.first(4)).toEqual([7, 7, 8, 8]);
    const shared = new KafkaBroker({ client: raw() });
    for (const each of [topic, fresh()]) shared.subscriber(each, { group: "g" }, async () => {});
    await expect(start(shared)).rejects.toThrow(/shares the group "g".*client: \(\) =>/);
  });
});

test("a client without kafkajs' events is refused, and told so", async () => {
  const kafka = raw();
  const events = () => {
    throw new Error("not implemented");
  };
  const lacking = {
    admin: () => kafka.admin(),
    producer: () => kafka.producer(),
    consumer: (config: Parameters<typeof kafka.consumer>[0]) =>
      Object.defineProperty({ ...kafka.consumer(config) }, "events", { get: events }),
  };
  const lame = new KafkaBroker({ client: lacking });
  lame.subscriber(fresh(), { group: "g" }, async () => {});
  await expect(start(lame)).rejects.toThrow(/without kafkajs' events/);
});

describe("an outage", () => {
  test("a publish waits for its time, then fails; it never hangs, and the next arrives", async () => {
    const { server: own, wire, url } = await startWiredKafka();
    try {
      const kafka = new KafkaBroker({ url, publishTimeout: 700 });
      /** In time at last: on a busy machine one may take longer than that. */
      const publish = (tick: number) =>
        vi.waitFor(() => kafka.publish("ticks", tick), { timeout: 30_000 });
      const seen = new Inbox<number>();
      kafka.subscriber("ticks", {}, async (value: number) => seen.push(value));
      const log = recordedLog();
      await using app = await start(kafka, log.logger);
      await publish(1);
      wire.cut({ refuse: true });
      const began = performance.now();
      await expect(kafka.publish("ticks", 2)).rejects.toThrow(PublishError);
      await expect(kafka.publish("ticks", 3)).rejects.toThrow(/out of reach for 700 ms/);
      // kafkajs alone would wait half a minute for an answer.
      expect(performance.now() - began).toBeLessThan(20_000);
      expect(app.health().status).toBe("down");
      wire.mend();
      await log.lines.until(
        () => log.lines.items.some(({ msg }) => msg.endsWith("again")),
        "the connection",
      );
      await publish(4);
      await seen.until(() => seen.items.includes(4), "tick 4");
      expect(app.health().status).toBe("up");
    } finally {
      await wire.stop();
      await own.stop();
    }
  });

  test("stopping in the middle of it ends within its deadline", async () => {
    const { server: own, wire, url } = await startWiredKafka();
    try {
      const kafka = new KafkaBroker({ url });
      kafka.subscriber("ticks", { group: "g" }, async () => {});
      const app = await start(kafka);
      const late = kafka.publish("ticks", 1);
      await late;
      wire.cut({ refuse: true });
      const waiting = kafka.publish("ticks", 2).catch((error: unknown) => error);
      const began = performance.now();
      await app.stop({ deadline: 500 });
      expect(performance.now() - began).toBeLessThan(8000);
      expect(await waiting).toBeInstanceOf(PublishError);
    } finally {
      await wire.stop();
      await own.stop();
    }
  });
});

describe("who may come in", () => {
  test("nobody there, a wrong address and a wrong password are one clear error each", async () => {
    await expect(
      start(new KafkaBroker({ url: "127.0.0.1:1", connectTimeout: 2000 })),
    ).rejects.toThrow(/Kafka at 127.0.0.1:1 does not answer.*MILLRACE_KAFKA_URL/);
    await expect(start(new KafkaBroker({ url: "a:b@127.0.0.1:9" }))).rejects.toThrow(/sasl/);
  });

  test("TLS and every SASL mechanism, with and without TLS", async () => {
    await using guarded = await startKafka({ tls: true, users: { anna: "s3cret" } });
    const { secure, sasl } = guarded;
    if (secure === undefined || sasl?.secureUrl === undefined) throw new Error("not guarded");
    const tls = { ca: secure.ca, cert: secure.cert, key: secure.key };
    const password = { username: "anna", password: "s3cret" };
    const ways: KafkaOptions[] = [
      { url: secure.url, tls },
      { url: sasl.url, sasl: { mechanism: "plain", ...password } },
      { url: sasl.url, sasl: { mechanism: "scram-sha-256", ...password } },
      { url: sasl.secureUrl, tls, sasl: { mechanism: "scram-sha-512", ...password } },
      {
        url: sasl.secureUrl,
        tls,
        sasl: { mechanism: "oauthbearer", token: () => unsecuredToken("anna") },
      },
    ];
    for (const [index, way] of ways.entries()) {
      const kafka = new KafkaBroker(way);
      const seen = new Inbox<number>();
      kafka.subscriber(`way-${index}`, {}, async (value: number) => seen.push(value));
      await using app = await start(kafka);
      await kafka.publish(`way-${index}`, index);
      expect(await seen.first(1)).toEqual([index]);
      expect(app.health().status).toBe("up");
    }
    for (const mechanism of ["plain", "scram-sha-256"] as const) {
      const error = await start(
        new KafkaBroker({
          url: sasl.url,
          sasl: { mechanism, username: "anna", password: "wr0ng" },
        }),
      ).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConnectError);
      expect(String(error)).toMatch(/refused the credentials/);
      expect(String(error)).not.toContain("wr0ng");
    }
    await expect(start(new KafkaBroker({ url: secure.url, tls: true }))).rejects.toThrow(
      ConnectError,
    );
  });
});
