/** Exchanges, queues and streams as only RabbitMQ has them; what all brokers promise is in ../conformance. */
import { randomUUID } from "node:crypto";
import { connect } from "amqplib";
import { DeclarationError, PublishError, RejectMessage, type ReceivedMessage } from "millrace";
import { direct, exchange, fanout, queue, RabbitmqBroker, topic } from "millrace/rabbitmq";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Gate, Inbox } from "../conformance/inbox.ts";
import { start } from "./app.ts";
import { shareRabbitmq, startRabbitmq, type RealBroker } from "./brokers.ts";
import { recordedLog } from "./log.ts";

let server: RealBroker;
beforeAll(async () => void (server = await shareRabbitmq()));
afterAll(() => server.stop());

const named = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const open = () => new RabbitmqBroker({ url: server.url });

/** Looks at the server with the plain client. */
async function look<Seen>(
  ask: (
    channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>["createChannel"]>>,
  ) => Promise<Seen>,
): Promise<Seen> {
  const client = await connect(server.url);
  client.on("error", () => {});
  const channel = await client.createChannel();
  channel.on("error", () => {});
  try {
    return await ask(channel);
  } finally {
    await client.close();
  }
}

test("a quorum queue counts attempts itself, and dead-letters after its delivery limit", async () => {
  const dead = queue(named("dead"), { autoDelete: true });
  const jobs = queue(named("jobs"), {
    type: "quorum",
    deliveryLimit: 2,
    deadLetter: { key: dead.address },
  });
  const broker = open();
  const attempts = new Inbox<number>();
  const buried = new Inbox<Readonly<Record<string, string>>>();
  broker.subscriber(jobs, {}, async (_: unknown, { message }) => {
    attempts.push(message.attempt);
    await message.nack();
  });
  broker.subscriber(dead, {}, async (_: unknown, { message }) => buried.push(message.headers));
  await using _app = await start(broker);
  await broker.publish(jobs, 1);
  const [headers] = await buried.first(1);
  expect(attempts.items).toEqual([1, 2, 3]);
  expect(headers?.["x-first-death-reason"]).toBe("delivery_limit");
  expect(JSON.parse(headers?.["x-death"] ?? "")).toMatchObject([
    {
      queue: jobs.address,
      reason: "delivery_limit",
      count: 1,
      time: expect.stringMatching(/^20.*Z$/),
    },
  ]);
});

test("what is rejected or cannot be read goes to the dead-letter exchange, with its routing key", async () => {
  const graves = topic(named("graves"), { autoDelete: true });
  const options = { group: named("billing"), queue: { deadLetter: { exchange: graves } } };
  const address = named("orders");
  const broker = open();
  const buried = new Inbox<string>();
  broker.subscriber(`${address}.{id}`, options, async () => {
    throw new RejectMessage();
  });
  // A filter sees what no schema can read.
  const filter = ({ address: to, payload, headers }: ReceivedMessage) => {
    buried.push(`${to} ${Buffer.from(payload).toString()} ${headers["x-first-death-reason"]}`);
    return false;
  };
  broker.subscriber("#", { exchange: graves, filter }, async () => {});
  await using _app = await start(broker);
  await broker.publish(`${address}.{id}`, "rejected", { params: { id: "1" } });
  const raw = broker.publisher(`${address}.2`, {
    codec: "text",
    headers: { "content-type": "application/json" },
  });
  await raw.publish("{ not JSON");
  expect((await buried.first(2)).toSorted()).toEqual([
    `${address}.1 "rejected" rejected`,
    `${address}.2 { not JSON rejected`,
  ]);
});

test("retries by dead-lettering count as attempts", async () => {
  const name = named("jobs");
  const jobs = queue(name, { deadLetter: { key: `${name}.wait` }, expires: 60_000 });
  // Nobody consumes it: what expires there goes back.
  const wait = queue(`${name}.wait`, {
    messageTtl: 20,
    deadLetter: { key: name },
    expires: 60_000,
  });
  const broker = open();
  const attempts = new Inbox<number>();
  broker.subscriber(jobs, {}, async (_: unknown, { message }) => {
    attempts.push(message.attempt);
    if (message.attempt < 3) throw new RejectMessage();
  });
  await using _app = await start(broker);
  // Declares it.
  await broker.publish(wait, "straight");
  expect(await attempts.first(3)).toEqual([1, 2, 3]);
});

test("priorities: the higher first", async () => {
  const jobs = queue(named("jobs"), { maxPriority: 5, expires: 60_000 });
  const sender = open();
  await using _sender = await start(sender);
  for (const priority of [1, 5, 3]) await sender.publish(jobs, priority, { priority });
  const broker = open();
  const seen = new Inbox<number>();
  broker.subscriber(jobs, {}, async (priority: number) => seen.push(priority));
  await using _app = await start(broker);
  expect(await seen.first(3)).toEqual([5, 3, 1]);
});

test("messages expire, by the queue's time or their own", async () => {
  const dead = queue(named("dead"), { autoDelete: true });
  const short = queue(named("short"), {
    messageTtl: 20,
    deadLetter: { key: dead.address },
    expires: 60_000,
  });
  const long = queue(named("long"), { deadLetter: { key: dead.address }, expires: 60_000 });
  const broker = open();
  const seen = new Inbox<string>();
  broker.subscriber(dead, {}, async (from: string, { message }) =>
    seen.push(`${from} ${message.headers["x-first-death-reason"]}`),
  );
  await using _app = await start(broker);
  await broker.publish(short, "short");
  await broker.publish(long, "own", { expiration: 20 });
  expect((await seen.first(2)).toSorted()).toEqual(["own expired", "short expired"]);
});

test("a full queue refuses the newest, and the publish says so; the one that fits is kept", async () => {
  const jobs = queue(named("jobs"), { maxLength: 1, overflow: "reject-publish", expires: 60_000 });
  const broker = open();
  await using _app = await start(broker);
  await broker.publish(jobs, 1);
  await expect(broker.publish(jobs, 2)).rejects.toThrow(/refused the message .* queue is full/);
  expect((await look((channel) => channel.checkQueue(jobs.address))).messageCount).toBe(1);
});

test("mandatory: what no queue takes is an error, and each message's own", async () => {
  const broker = open();
  const address = named("orders");
  broker.subscriber(address, {}, async () => {});
  await using _app = await start(broker);
  const nobody = named("nobody");
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      broker.publish(index % 2 === 0 ? address : nobody, index, { mandatory: true }),
    ),
  );
  for (const [index, { status }] of results.entries())
    expect(status).toBe(index % 2 === 0 ? "fulfilled" : "rejected");
  await expect(broker.publish(nobody, 1, { mandatory: true })).rejects.toThrow(
    /unroutable \(NO_ROUTE\)/,
  );
  await expect(broker.publish(nobody, 1, { mandatory: true })).rejects.toBeInstanceOf(PublishError);
  // Not mandatory: gone, as RabbitMQ does it.
  await broker.publish(nobody, 1);
});

test("what a publisher needs is declared again when it was deleted, after one publish that says so", async () => {
  const events = topic(named("events"));
  const jobs = queue(named("jobs"), { expires: 60_000 });
  const broker = open();
  await using _app = await start(broker);
  await broker.publish("a", 1, { exchange: events });
  await broker.publish(jobs, 1);
  await look((channel) => channel.deleteExchange(events.name));
  await expect(broker.publish("a", 2, { exchange: events })).rejects.toThrow(
    /NOT_FOUND - no exchange/,
  );
  await broker.publish("a", 3, { exchange: events });
  await broker.publish(jobs, 1);
  // To a queue by its name every message is mandatory: nobody else would miss it.
  await look((channel) => channel.deleteQueue(jobs.address));
  await expect(broker.publish(jobs, 2)).rejects.toThrow(/that queue is gone/);
  await broker.publish(jobs, 3);
  expect((await look((channel) => channel.checkQueue(jobs.address))).messageCount).toBe(1);
  await look((channel) => channel.deleteExchange(events.name));
});

test("options that the broker would refuse are refused before they cost a channel", async () => {
  const broker = open();
  await using _app = await start(broker);
  for (const options of [{ priority: 256 }, { expiration: -1 }, { delay: 0.5 }])
    await expect(broker.publish("a", 1, options)).rejects.toThrow(PublishError);
  await expect(
    broker.publish("a", 1, { headers: { ["x".repeat(256)]: "name too long" } }),
  ).rejects.toThrow(/cannot be sent/);
  await expect(broker.publish("a", 1, { headers: { a: "x".repeat(70_000) } })).rejects.toThrow(
    /cannot be sent: .*exceeds the 65536 byte/,
  );
  await broker.publish("a", 1);
});

test("an alternate exchange takes what no queue does", async () => {
  const lost = fanout(named("lost"), { autoDelete: true });
  const events = topic(named("events"), { alternate: lost });
  const broker = open();
  const seen = new Inbox<string>();
  broker.subscriber("known", { exchange: events }, async () => seen.push("known"));
  broker.subscriber("rest", { exchange: lost }, async (text: string) => seen.push(text));
  await using _app = await start(broker);
  await broker.publish("known", "a", { exchange: events });
  await broker.publish("unknown", "lost", { exchange: events, mandatory: true });
  expect((await seen.first(2)).toSorted()).toEqual(["known", "lost"]);
});

test("exclusive and single active consumers", async () => {
  const own = queue(named("own"), { autoDelete: true });
  const first = open();
  first.subscriber(own, { exclusive: true }, async () => {});
  await using _first = await start(first);
  const second = open();
  second.subscriber(own, {}, async () => {});
  await expect(start(second)).rejects.toThrow(/in exclusive use/);

  const jobs = queue(named("jobs"), { singleActiveConsumer: true, expires: 60_000 });
  const seen = new Inbox<string>();
  const make = (name: string) => {
    const broker = open();
    broker.subscriber(jobs, {}, async (job: number) => seen.push(`${name} ${job}`));
    return broker;
  };
  const active = await start(make("a"));
  await using _waiting = await start(make("b"));
  const sender = open();
  await using _sender = await start(sender);
  for (const job of [1, 2]) await sender.publish(jobs, job);
  await seen.first(2);
  await active.stop();
  await sender.publish(jobs, 3);
  expect(await seen.first(3)).toEqual(["a 1", "a 2", "b 3"]);
});

test("a consumer of higher priority is served first", async () => {
  const jobs = queue(named("jobs"), { autoDelete: true });
  const seen = new Inbox<string>();
  const gate = new Gate();
  const broker = open();
  for (const [name, priority] of [
    ["low", 1],
    ["high", 5],
  ] as const) {
    broker.subscriber(jobs, { priority, prefetch: 2 }, async (job: number) => {
      seen.push(`${name} ${job}`);
      await gate.opened;
    });
  }
  await using _app = await start(broker);
  for (const job of [1, 2, 3]) await broker.publish(jobs, job);
  // The third finds the first consumer busy: two of its own are unacknowledged.
  expect((await seen.first(2)).toSorted()).toEqual(["high 1", "low 3"]);
  gate.open();
});

test("prefetch bounds what the broker hands over; `concurrency` what is handled at once", async () => {
  const jobs = queue(named("jobs"), { autoDelete: true });
  const gate = new Gate();
  const started = new Inbox<number>();
  const broker = open();
  broker.subscriber(jobs, { prefetch: 3, concurrency: 2 }, async (job: number) => {
    started.push(job);
    await gate.opened;
  });
  await using _app = await start(broker);
  for (let job = 0; job < 10; job++) await broker.publish(jobs, job);
  await started.first(2);
  // Three are with the consumer, so seven wait at the broker.
  expect((await look((channel) => channel.checkQueue(jobs.address))).messageCount).toBe(7);
  expect(started.items).toEqual([0, 1]);
  gate.open();
  expect((await started.first(10)).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a stream keeps what was read: from its first message, a number, a time, the next one", async () => {
  const log = queue(named("log"), { type: "stream", maxAge: "1h" });
  const sender = open();
  await using _sender = await start(sender);
  for (const entry of [0, 1, 2]) await sender.publish(log, entry);

  const read = async (offset: "first" | "next" | number | Date | undefined, first: number) => {
    const broker = open();
    const seen = new Inbox<number>();
    const offsets: (string | undefined)[] = [];
    broker.subscriber(
      log,
      { ...(offset === undefined ? {} : { offset }), prefetch: 5 },
      async (entry: number, { message }) => {
        offsets.push(message.headers["x-stream-offset"]);
        seen.push(entry);
      },
    );
    const app = await start(broker);
    if (first === 3) await sender.publish(log, 3);
    const got = await seen.first(first === 3 ? 1 : 3 - first);
    await app.stop();
    expect(offsets).toEqual(got.map(String));
    return got;
  };
  expect(await read("first", 0)).toEqual([0, 1, 2]);
  expect(await read(1, 1)).toEqual([1, 2]);
  expect(await read(new Date(Date.now() - 60_000), 0)).toEqual([0, 1, 2]);
  expect(await read(undefined, 3)).toEqual([3]);
  await look((channel) => channel.deleteQueue(log.address));
});

test("each subscriber of a stream gets all of it; what is sent back comes again before those behind it", async () => {
  const log = queue(named("log"), { type: "stream" });
  const broker = open();
  const seen = new Inbox<string>();
  for (const name of ["a", "b"]) {
    broker.subscriber(log, { offset: "first" }, async (entry: number, { message }) => {
      seen.push(`${name} ${entry} ${message.attempt}`);
      if (name === "a" && message.attempt < 3) await message.nack({ delay: 5 });
    });
  }
  await using _app = await start(broker);
  for (const entry of [1, 2]) await broker.publish(log, entry);
  const all = await seen.first(8);
  expect(all.filter((each) => each.startsWith("a"))).toEqual(
    [1, 2].flatMap((entry) => [1, 2, 3].map((attempt) => `a ${entry} ${attempt}`)),
  );
  expect(all.filter((each) => each.startsWith("b"))).toEqual(["b 1 1", "b 2 1"]);
  await look((channel) => channel.deleteQueue(log.address));
});

test("what exists and is different is one clear error at start, naming it and the argument", async () => {
  const name = named("jobs");
  const events = named("events");
  await look(async (channel) => {
    await channel.assertQueue(name, { durable: false, exclusive: false, autoDelete: false });
    await channel.assertExchange(events, "fanout", { durable: true });
  });
  const failing = async (declare: (broker: RabbitmqBroker) => void) => {
    const broker = open();
    declare(broker);
    const error = await start(broker).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DeclarationError);
    return String(error);
  };
  expect(await failing((broker) => broker.subscriber(queue(name), {}, async () => {}))).toMatch(
    /the queue "jobs-.*" exists and is different: .* inequivalent arg 'durable'/,
  );
  expect(
    await failing((broker) =>
      broker.subscriber(queue(name, { durable: false, messageTtl: 1000 }), {}, async () => {}),
    ),
  ).toContain("inequivalent arg 'x-message-ttl'");
  expect(
    await failing((broker) => broker.subscriber("a", { exchange: topic(events) }, async () => {})),
  ).toMatch(/the exchange "events-.*" exists and is different: .* inequivalent arg 'type'/);
  expect(
    await failing((broker) =>
      broker.subscriber(queue(named("no"), { passive: true }), {}, async () => {}),
    ),
  ).toMatch(/the queue "no-.*" is not complete: .*NOT_FOUND - no queue/);
  expect(
    await failing((broker) =>
      broker.subscriber("a", { exchange: direct(named("no"), { passive: true }) }, async () => {}),
    ),
  ).toMatch(/NOT_FOUND - no exchange/);
  expect(
    await failing((broker) =>
      broker.subscriber(
        "a",
        { exchange: exchange(named("later"), { type: "x-delayed-message", delayedType: "topic" }) },
        async () => {},
      ),
    ),
  ).toMatch(/unknown exchange type 'x-delayed-message'/);
  // A publisher hears of it when it publishes, and the broker's connection lives.
  const broker = open();
  await using _app = await start(broker);
  await expect(broker.publish(queue(name), 1)).rejects.toThrow(/inequivalent arg 'durable'/);
  await expect(broker.publish("a", 1, { exchange: topic(events) })).rejects.toThrow(PublishError);
  await broker.publish(queue(name, { passive: true }), 1);
  await broker.publish("fine", 1);
  expect((await look((channel) => channel.checkQueue(name))).messageCount).toBe(1);
  await look(async (channel) => {
    await channel.deleteQueue(name);
    await channel.deleteExchange(events);
  });
});

test("a queue that is deleted comes back with its consumer, and health says what was wrong", async () => {
  const jobs = queue(named("jobs"), { autoDelete: false, expires: 60_000 });
  const broker = open();
  const seen = new Inbox<number>();
  broker.subscriber(jobs, {}, async (job: number) => seen.push(job));
  const log = recordedLog();
  await using app = await start(broker, log.logger);
  await broker.publish(jobs, 1);
  await seen.first(1);
  await look((channel) => channel.deleteQueue(jobs.address));
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.includes("nothing is received from queue")),
    "the loss",
  );
  expect(app.health()).toMatchObject({
    status: "down",
    brokers: [{ subscriptions: [{ problem: expect.stringContaining("cancelled the consumer") }] }],
  });
  const back = async () => {
    while (app.health().status !== "up") await new Promise(setImmediate);
  };
  await back();
  await broker.publish(jobs, 2);
  expect(await seen.first(2)).toEqual([1, 2]);
});

test("one subscriber's channel error is its own: it is back, and the others never noticed", async () => {
  const jobs = queue(named("jobs"), { expires: 60_000 });
  const other = named("other");
  const broker = open();
  const seen = new Inbox<string>();
  broker.subscriber(jobs, {}, async (job: number, { message }) => {
    seen.push(`${job} ${message.attempt}`);
    // Acknowledging what was never delivered costs the channel (406).
    if (message.attempt === 1) message.raw.fields.deliveryTag = 999;
  });
  broker.subscriber(other, {}, async (job: number) => seen.push(`other ${job}`));
  const log = recordedLog();
  await using app = await start(broker, log.logger);
  await broker.publish(other, 1);
  await broker.publish(jobs, 1);
  await broker.publish(other, 2);
  await seen.until(() => seen.items.includes("1 2"), "the second attempt");
  await broker.publish(other, 3);
  await seen.until(() => seen.items.includes("other 3"), "the other subscriber");
  expect(seen.items.toSorted()).toEqual(["1 1", "1 2", "other 1", "other 2", "other 3"]);
  const errors = log.lines.items.filter(({ level }) => level >= 50).map(({ msg }) => msg);
  expect(errors).toEqual([
    expect.stringMatching(/nothing is received from queue "jobs-.*unknown delivery tag 999/),
  ]);
  expect(app.health().status).toBe("up");
});

test("properties and headers of other clients are read, and ours are written where they look", async () => {
  const jobs = queue(named("jobs"), { expires: 60_000 });
  const broker = open();
  const seen = new Inbox<{
    headers: Readonly<Record<string, string>>;
    id: string;
    correlationId: string;
  }>();
  broker.subscriber(jobs, {}, async (_: unknown, { message }) =>
    seen.push({ headers: message.headers, id: message.id, correlationId: message.correlationId }),
  );
  await using app = await start(broker);
  await look(async (channel) => {
    channel.sendToQueue(jobs.address, Buffer.from("1"), {
      contentType: "application/json",
      correlationId: "chain",
      messageId: "m1",
      headers: {
        number: 7,
        yes: true,
        nothing: null,
        bytes: Buffer.from("ab"),
        table: { a: [1, "two"] },
        when: { "!": "timestamp", value: 0 },
      },
    });
    // The client closes its connection before it has written everything.
    await channel.checkQueue(jobs.address);
  });
  expect((await seen.first(1))[0]).toEqual({
    id: "m1",
    correlationId: "chain",
    headers: {
      "content-type": "application/json",
      correlation_id: "chain",
      number: "7",
      yes: "true",
      nothing: "null",
      bytes: "YWI=",
      table: '{"a":[1,"two"]}',
      when: "1970-01-01T00:00:00.000Z",
    },
  });
  await app.stop();
  const sender = open();
  await using _sender = await start(sender);
  const timestamp = new Date("2026-01-02T03:04:05Z");
  await sender.publish(
    jobs,
    { id: 1 },
    {
      correlationId: "chain",
      headers: { tenant: "Zoë" },
      key: "k",
      appId: "shop",
      type: "order",
      timestamp,
      userId: "guest",
      persistent: false,
    },
  );
  const raw = await look((channel) => channel.get(jobs.address, { noAck: true }));
  expect(raw).toMatchObject({
    properties: {
      contentType: "application/json",
      correlationId: "chain",
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      appId: "shop",
      type: "order",
      userId: "guest",
      deliveryMode: 1,
      timestamp: timestamp.getTime() / 1000,
      headers: { tenant: "Zoë", "millrace-key": "k" },
    },
  });
  expect((raw as { properties: { headers: object } }).properties.headers).not.toHaveProperty(
    "correlation_id",
  );
  await expect(sender.publish(jobs, 1, { userId: "mallory" })).rejects.toThrow(
    /user_id property set to 'mallory'/,
  );
  await sender.publish(jobs, 2);
});

test("types of exchanges that plugins bring", async () => {
  await using own = await startRabbitmq({
    plugins: [
      "rabbitmq_consistent_hash_exchange",
      "rabbitmq_random_exchange",
      "rabbitmq_recent_history_exchange",
    ],
  });
  const broker = new RabbitmqBroker({ url: own.url });
  const hashed = exchange("hashed", { type: "x-consistent-hash", hashHeader: "customer" });
  const random = exchange("random", { type: "x-random" });
  const recent = exchange("recent", { type: "x-recent-history", keep: 2 });
  const seen = new Inbox<string>();
  for (const name of ["a", "b"]) {
    for (const of of [hashed, random])
      broker.subscriber(name, { exchange: of }, async (message: string) =>
        seen.push(`${of.name} ${message} ${name}`),
      );
  }
  await using _app = await start(broker);
  for (let index = 0; index < 20; index++) {
    await broker.publish("k", `${index % 4}`, {
      exchange: hashed,
      headers: { customer: `c${index % 4}` },
    });
    await broker.publish("k", `${index}`, { exchange: random });
  }
  const all = await seen.first(40);
  // One queue for each message; the same customer's go to the same one.
  expect(new Set(all.filter((each) => each.startsWith("hashed"))).size).toBe(4);
  expect(new Set(all.filter((each) => each.startsWith("random"))).size).toBe(20);
  for (const index of [1, 2, 3]) await broker.publish("k", `${index}`, { exchange: recent });
  const late = new RabbitmqBroker({ url: own.url });
  late.subscriber("x", { exchange: recent }, async (message: string) =>
    seen.push(`recent ${message}`),
  );
  await using _late = await start(late);
  expect((await seen.first(42)).slice(40).toSorted()).toEqual(["recent 2", "recent 3"]);
});
