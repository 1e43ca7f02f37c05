/** Streams and their consumers, on nats-server; what all brokers promise is in ../conformance. */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  App,
  createLogger,
  DeclarationError,
  PublishError,
  testBroker,
  type AnyBroker,
  type Logger,
} from "millrace";
import { jetstream, kv, NatsBroker, type From, type NatsOptions } from "millrace/nats";
import { connect, type JetStreamManager, type NatsConnection } from "nats";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Gate, Inbox } from "../conformance/inbox.ts";
import { startNatsServer, type RealBroker } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { startWire } from "./wire.ts";

let server: RealBroker;
let client: NatsConnection;
let manager: JetStreamManager;
beforeAll(async () => {
  server = await startNatsServer("jetstream {}");
  client = await connect({ servers: server.url });
  manager = await client.jetstreamManager();
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const quiet = createLogger({ level: "silent" });

async function start(broker: AnyBroker, logger: Logger = quiet): Promise<App> {
  const app = new App(broker, { title: "jetstream", logger });
  await app.start();
  return app;
}

const make = (options: NatsOptions = {}) => new NatsBroker({ url: server.url, ...options });

/** A stream that nobody else has, and subjects of it. */
function own() {
  const name = `S${randomUUID().slice(0, 8)}`;
  return {
    name,
    // Typed as it was written, for its parameters' sake.
    at: <const Subject extends string>(subject: Subject) => `${name}.${subject}` as Subject,
    declared: { name, subjects: [`${name}.>`], storage: "memory", declare: true },
  } as const;
}

const newerThan = (minor: number) => Number(server.version.split(".")[1]) >= minor;

test("a stream that must exist and does not is named, with what to do", async () => {
  const broker = make();
  broker.subscriber(jetstream("orders", { stream: "NOWHERE" }), {}, async () => {});
  const error = await start(broker).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DeclarationError);
  expect(String(error)).toMatch(/stream "NOWHERE" does not exist .*declare: true/);
});

test("a server without JetStream is told of", async () => {
  await using plain = await startNatsServer();
  const broker = new NatsBroker({ url: plain.url });
  const { declared, at } = own();
  broker.subscriber(jetstream(at("a"), { stream: declared }), {}, async () => {});
  await expect(start(broker)).rejects.toThrow(/JetStream is not enabled/);
  const publisher = new NatsBroker({ url: plain.url });
  await using _app = await start(publisher);
  await expect(publisher.publish(jetstream("a", { stream: "S" }), 1)).rejects.toThrow(
    /no stream "S" takes "a"/,
  );
});

test("a declared stream is made as declared, and only once; one that differs is told of and left as it is", async () => {
  const { name } = own();
  const stream = {
    name,
    subjects: [`${name}.>`],
    retention: "workqueue",
    storage: "memory",
    maxAge: 60_000,
    maxMessages: 1000,
    maxBytes: 1_000_000,
    maxMessageBytes: 1000,
    maxMessagesPerSubject: 10,
    discard: "new",
    duplicateWindow: 5000,
    description: "for a test",
    declare: true,
  } as const;
  const log = recordedLog();
  const first = make();
  const second = make();
  for (const broker of [first, second])
    broker.subscriber(jetstream(`${name}.a`, { stream }), { group: "g" }, async () => {});
  await using _apps = await start(first, log.logger);
  await using _again = await start(second, log.logger);
  const made = (await manager.streams.info(name)).config;
  expect(made).toMatchObject({
    subjects: [`${name}.>`],
    retention: "workqueue",
    storage: "memory",
    max_age: 60_000e6,
    max_msgs: 1000,
    max_bytes: 1_000_000,
    max_msg_size: 1000,
    max_msgs_per_subject: 10,
    discard: "new",
    duplicate_window: 5000e6,
    description: "for a test",
  });
  const lines = () => log.lines.items.map(({ msg }) => msg);
  expect(lines().filter((msg) => msg === `made the stream "${name}"`)).toHaveLength(1);
  expect(lines().filter((msg) => msg.includes("not as declared"))).toEqual([]);

  const other = make();
  const changed = { ...stream, maxAge: 1000, subjects: [`${name}.>`, `${name}-2.>`] };
  other.subscriber(jetstream(`${name}.b`, { stream: changed }), { group: "h" }, async () => {});
  await using _other = await start(other, log.logger);
  expect(lines().filter((msg) => msg.includes("not as declared"))).toEqual([
    `the stream "${name}" is not as declared and stays as it is: subjects is [${name}.>], declared [${name}.>, ${name}-2.>]; maxAge is 60000 ms, declared 1000 ms`,
  ]);
  expect((await manager.streams.info(name)).config).toEqual(made);
});

test("a consumer is made as declared; one that differs is told of, one for other messages refused", async () => {
  const { name, declared, at } = own();
  const options = {
    group: "billing",
    ackWait: 5000,
    maxDeliver: 7,
    maxAckPending: 50,
    headersOnly: true,
    replay: "original",
    inactiveThreshold: 60_000,
    from: "last-per-subject",
  } as const;
  const log = recordedLog();
  const first = make();
  first.subscriber(jetstream(at("a.*"), { stream: declared }), options, async () => {});
  await using _first = await start(first, log.logger);
  const made = (await manager.consumers.info(name, "billing")).config;
  expect(made).toMatchObject({
    durable_name: "billing",
    filter_subject: at("a.*"),
    ack_policy: "explicit",
    ack_wait: 5000e6,
    max_deliver: 7,
    max_ack_pending: 50,
    headers_only: true,
    replay_policy: "original",
    inactive_threshold: 60_000e6,
    deliver_policy: "last_per_subject",
  });

  const second = make();
  const changed = { ...options, ackWait: 9000, maxAckPending: 10 };
  second.subscriber(jetstream(at("a.*"), { stream: name }), changed, async () => {});
  await using _second = await start(second, log.logger);
  expect(log.lines.items.map(({ msg }) => msg)).toContain(
    `the consumer "billing" of stream "${name}" is not as declared and stays as it is: ackWait is 5000 ms, declared 9000 ms; maxAckPending is 50, declared 10`,
  );
  expect((await manager.consumers.info(name, "billing")).config).toEqual(made);

  const foreign = make();
  foreign.subscriber(jetstream(at("b"), { stream: name }), { group: "billing" }, async () => {});
  await expect(start(foreign)).rejects.toThrow(
    `receives ${at("a.*")}, this subscriber wants ${at("b")}`,
  );
  const pushed = make();
  pushed.subscriber(
    jetstream(at("a.*"), { stream: name, deliver: "push" }),
    { group: "billing" },
    async () => {},
  );
  await expect(start(pushed)).rejects.toThrow(/is a pull consumer/);
});

test("what the server refuses of a consumer or a stream is an error at start", async () => {
  const { declared, at } = own();
  const broker = make();
  broker.subscriber(
    jetstream(at("a"), { stream: { ...declared, subjects: ["$JS.API.>"] } }),
    {},
    async () => {},
  );
  await expect(start(broker)).rejects.toThrow(/NATS refuses to make the stream/);
  const missed = make();
  const elsewhere = { sequence: 0 };
  missed.subscriber(
    jetstream(at("a"), { stream: declared }),
    { group: "g", from: elsewhere },
    async () => {},
  );
  await expect(start(missed)).rejects.toThrow(/NATS refuses the consumer "g"/);
});

const froms: [From, number[]][] = [
  ["all", [1, 2, 3, 4, 5, 6]],
  ["new", [6]],
  ["last", [5, 6]],
  ["last-per-subject", [4, 5, 6]],
  [{ sequence: 3 }, [3, 4, 5, 6]],
];
test.for(froms)("a new consumer begins at %s", async ([from, expected]) => {
  const { declared, at } = own();
  const publisher = make();
  await using _publisher = await start(publisher);
  const send = (n: number) =>
    publisher.publish(jetstream(at(n === 5 ? "b" : "a"), { stream: declared }), n);
  for (const n of [1, 2, 3, 4, 5]) await send(n);
  const seen = {
    group: new Inbox<number>(),
    alone: new Inbox<number>(),
    ordered: new Inbox<number>(),
  };
  const broker = make();
  const on = jetstream(at("*"), { stream: declared });
  broker.subscriber(on, { from, group: "g" }, async (n: number) => seen.group.push(n));
  broker.subscriber(on, { from }, async (n: number) => seen.alone.push(n));
  broker.subscriber(
    jetstream(at("*"), { stream: declared, ordered: true }),
    { from },
    async (n: number) => seen.ordered.push(n),
  );
  await using _app = await start(broker);
  await send(6);
  for (const inbox of Object.values(seen)) {
    await inbox.until(() => inbox.items.includes(6), "6");
    expect(inbox.items).toEqual(expected);
  }
});

test("a new consumer begins at a time", async () => {
  const { declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const publisher = make();
  await using _publisher = await start(publisher);
  await publisher.publish(on, 1);
  await pause(5);
  const time = new Date();
  await pause(5);
  await publisher.publish(on, 2);
  const seen = new Inbox<number>();
  const broker = make();
  broker.subscriber(on, { from: { time } }, async (n: number) => seen.push(n));
  await using _app = await start(broker);
  await publisher.publish(on, 3);
  expect(await seen.first(2)).toEqual([2, 3]);
});

test("without `from` a group gets what was there before it, and a lone subscriber what comes", async () => {
  const { declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const publisher = make();
  await using _publisher = await start(publisher);
  await publisher.publish(on, 1);
  const seen = new Inbox<string>();
  const broker = make();
  broker.subscriber(on, { group: "g" }, async (n: number) => seen.push(`group ${n}`));
  broker.subscriber(on, {}, async (n: number) => seen.push(`alone ${n}`));
  await using _app = await start(broker);
  await publisher.publish(on, 2);
  expect((await seen.first(3)).toSorted()).toEqual(["alone 2", "group 1", "group 2"]);
});

test("a stream keeps one message of an id, and a publish fails where the stream is not as expected", async () => {
  const { name, declared, at } = own();
  const broker = make();
  await using _app = await start(broker);
  const on = jetstream(at("a"), { stream: declared });
  for (const _ of [1, 2, 3]) await broker.publish(on, 1, { messageId: "order-1" });
  expect((await manager.streams.info(name)).state.messages).toBe(1);
  await broker.publish(on, 2, { expect: { lastSubjectSequence: 1, lastSequence: 1 } });
  await broker.publish(on, 3, { messageId: "x", expect: { lastSequence: 2 } });
  await broker.publish(on, 4, { expect: { lastMessageId: "x" } });
  for (const wrong of [{ lastSubjectSequence: 1 }, { lastSequence: 1 }, { lastMessageId: "y" }])
    await expect(broker.publish(on, 5, { expect: wrong })).rejects.toThrow(
      /was not published, since the stream is not as expected/,
    );
  expect((await manager.streams.info(name)).state.messages).toBe(4);
});

test("a publish that no stream takes, that another stream takes or that is refused fails with the reason", async () => {
  const { declared, at } = own();
  const broker = make();
  await using _app = await start(broker);
  const missing = broker.publish(jetstream("nobody.here", { stream: "NOWHERE" }), 1);
  await expect(missing).rejects.toThrow(PublishError);
  await expect(missing).rejects.toThrow(/no stream "NOWHERE" takes "nobody.here"/);
  await broker.publish(jetstream(at("a"), { stream: declared }), 1);
  await expect(broker.publish(jetstream(at("a"), { stream: "OTHER" }), 1)).rejects.toThrow(
    /another stream takes it/,
  );
  const full = own();
  const small = { ...full.declared, maxMessages: 1, discard: "new" } as const;
  await broker.publish(jetstream(full.at("a"), { stream: small }), 1);
  await expect(broker.publish(jetstream(full.at("a"), { stream: small }), 2)).rejects.toThrow(
    /the stream refuses the message .*maximum messages exceeded/,
  );
  await expect(
    broker.publish(jetstream(at("a"), { stream: declared }), "x".repeat(2_000_000)),
  ).rejects.toThrow(/max_payload/);
  await expect(broker.request(jetstream(at("a"), { stream: declared }), 1)).rejects.toMatchObject({
    name: "RequestError",
    reason: "unsupported",
  });
});

test("somebody who answers a plain request is no stream", async () => {
  const broker = make();
  broker.subscriber("impostor", {}, async () => "not a stream");
  await using _app = await start(broker);
  await expect(broker.publish(jetstream("impostor", { stream: "S" }), 1)).rejects.toThrow(
    /answered by somebody who is no stream|no stream/,
  );
});

test("a scheduled message comes at its time, where the server can", async () => {
  const { declared, at } = own();
  const stream = { ...declared, ...(newerThan(12) ? { schedules: true } : {}) };
  const broker = make();
  const seen = new Inbox<number>();
  broker.subscriber(jetstream(at("due"), { stream }), {}, async () => seen.push(Date.now()));
  await using _app = await start(broker);
  const due = Date.now() + 2000;
  const schedule = { at: new Date(due), target: at("due") };
  const publishing = broker.publish(jetstream(at("later"), { stream }), 1, { schedule });
  if (newerThan(12)) {
    await publishing;
    // Its finest unit is a second.
    expect((await seen.first(1))[0]).toBeGreaterThan(due - 1100);
  } else {
    await expect(publishing).rejects.toThrow(/needs nats-server 2.12/);
  }
});

test("a handler may take longer than ackWait: its message does not come again meanwhile", async () => {
  const { name, declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const broker = make();
  const seen = new Inbox<string>();
  // The second one waits in this process, and longer than that as well.
  broker.subscriber(on, { group: "g", ackWait: 2000 }, async (n: number, { message }) => {
    await pause(2500);
    seen.push(`${n} ${message.attempt}`);
  });
  await using _app = await start(broker);
  for (const n of [1, 2]) await broker.publish(on, n);
  expect(await seen.first(2)).toEqual(["1 1", "2 1"]);
  const last = await manager.consumers.info(name, "g");
  expect(last.num_redelivered).toBe(0);
  expect(last.delivered.consumer_seq).toBe(2);
});

test("what comes again because an outage was longer than ackWait is handled once", async () => {
  await using wire = await startWire(server.url);
  const { name, declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const broker = make({ url: wire.url });
  const seen = new Inbox<number>();
  const begun = new Gate();
  const gate = new Gate();
  broker.subscriber(on, { group: "g", ackWait: 1000 }, async (n: number) => {
    begun.open();
    await gate.opened;
    seen.push(n);
  });
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  await broker.publish(on, 1);
  await begun.opened;
  wire.cut({ refuse: true });
  await pause(2000);
  wire.mend();
  const delivered = async () => (await manager.consumers.info(name, "g")).delivered.consumer_seq;
  while ((await delivered()) < 2) await pause(20);
  gate.open();
  await broker.publish(on, 2);
  await seen.until(() => seen.items.includes(2), "2");
  while ((await manager.consumers.info(name, "g")).num_ack_pending > 0) await pause(20);
  expect(seen.items).toEqual([1, 2]);
});

test("an acknowledgement is not lost with the connection", async () => {
  await using wire = await startWire(server.url);
  const { name, declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const broker = make({ url: wire.url });
  const seen = new Inbox<number>();
  broker.subscriber(on, { group: "g", ackWait: 60_000, prefetch: 0 }, async (n: number) => {
    // Gone before the handler ends, so what is said of it cannot arrive.
    if (n % 3 === 0) wire.cut();
    seen.push(n);
  });
  await using _app = await start(broker);
  const sender = make();
  await using _sender = await start(sender);
  const all = Array.from({ length: 30 }, (_, n) => n);
  for (const n of all) await sender.publish(on, n);
  await seen.until(() => all.every((n) => seen.items.includes(n)), "all");
  const open = async () => (await manager.consumers.info(name, "g")).num_ack_pending;
  await expect.poll(open).toBe(0);
});

test("nack waits its delay, reject ends it, and after maxDeliver it is given up with a log line", async () => {
  const { name, declared, at } = own();
  const on = jetstream(at("{what}"), { stream: declared });
  const broker = make();
  const log = recordedLog();
  const seen = new Inbox<{ what: string; attempt: number; time: number }>();
  broker.subscriber(
    on,
    { group: "g", maxDeliver: 3, concurrency: 3, ack: "manual" },
    async (_: unknown, { params: { what }, message }) => {
      seen.push({ what, attempt: message.attempt, time: performance.now() });
      if (what === "rejected") await message.reject();
      else await message.nack({ delay: what === "late" ? 400 : 10 });
    },
  );
  await using _app = await start(broker, log.logger);
  for (const what of ["rejected", "late", "soon"])
    await broker.publish(on, {}, { params: { what } });
  const of = (wanted: string) => seen.items.filter(({ what }) => what === wanted);
  for (const what of ["soon", "late"]) await seen.until(() => of(what).length === 3, what);
  expect(of("rejected").map(({ attempt }) => attempt)).toEqual([1]);
  expect(of("soon").map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(of("late").map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  const [first, second] = of("late");
  expect((second?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThan(390);
  const given = () => log.lines.items.filter(({ msg }) => msg.includes("3 times (maxDeliver)"));
  await log.lines.until(() => given().length === 2, "both to be given up");
  while ((await manager.consumers.info(name, "g")).num_ack_pending > 0) await pause(20);
});

test("backoff says when a message comes again that nobody settled", async () => {
  const { name, declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const broker = make();
  const options = { group: "g", backoff: [5000, 30_000], maxDeliver: 4 };
  broker.subscriber(on, options, async () => {});
  await using _app = await start(broker);
  const { config } = await manager.consumers.info(name, "g");
  expect(config.backoff).toEqual([5000e6, 30_000e6]);
});

test("several subjects, no payloads, keys and metadata", async () => {
  const { declared, at } = own();
  const seen = new Inbox<unknown>();
  const broker = make();
  const on = jetstream(at("a.{id}"), { stream: declared });
  broker.subscriber(on, { headersOnly: true }, async (nothing: null, { message, params }) => {
    const { info } = message.raw;
    seen.push([nothing, message.key, params.id, message.headers["x"], info.stream, message.id]);
  });
  await using _app = await start(broker);
  const options = { params: { id: "7" }, key: "k", headers: { x: "y" } };
  await broker.publish(on, { large: "x".repeat(1000) }, options);
  expect(await seen.first(1)).toEqual([[null, "k", "7", "y", declared.name, `${declared.name}:1`]]);

  const several = make();
  const both = new Inbox<string>();
  several.subscriber(
    jetstream(at("b"), { stream: declared }),
    { group: "g", subjects: [at("c.*")] },
    async (text: string) => both.push(text),
  );
  if (!newerThan(10)) {
    await expect(start(several)).rejects.toThrow(/subjects: .*needs nats-server 2.10/);
    return;
  }
  await using _several = await start(several);
  for (const subject of ["b", "c.1", "d"])
    await broker.publish(jetstream(at(subject), { stream: declared }), subject);
  await broker.publish(jetstream(at("b"), { stream: declared }), "last");
  expect(await both.first(3)).toEqual(["b", "c.1", "last"]);
});

test("a batch and the messages of a key keep their order with concurrency", async () => {
  const { declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const seen = new Inbox<string>();
  const broker = make();
  broker.subscriber(on, { group: "g", concurrency: 8 }, async (n: number, { message }) => {
    await pause(n % 3);
    seen.push(`${message.key} ${n}`);
  });
  await using _app = await start(broker);
  for (let n = 0; n < 60; n++) await broker.publish(on, n, { key: `k${n % 4}` });
  await seen.first(60);
  for (const key of ["k0", "k1", "k2", "k3"]) {
    const own = seen.items
      .filter((each) => each.startsWith(key))
      .map((each) => Number(each.slice(3)));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
});

test("prefetch and concurrency bound what is held here; the rest stays at the server for others", async () => {
  const { name, declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const gate = new Gate();
  const begun = new Inbox<number>();
  const broker = make();
  broker.subscriber(on, { group: "g", concurrency: 2, prefetch: 3 }, async (n: number) => {
    begun.push(n);
    await gate.opened;
  });
  await using _app = await start(broker);
  for (let n = 0; n < 20; n++) await broker.publish(on, n);
  await begun.first(2);
  const { num_ack_pending, num_pending } = await manager.consumers.info(name, "g");
  expect(num_ack_pending).toBeLessThanOrEqual(5);
  expect(num_ack_pending + num_pending).toBe(20);
  gate.open();
  await begun.first(20);
});

test("a publish whose answer an outage swallowed is tried again where it has an id", async () => {
  await using wire = await startWire(server.url);
  const { name, declared, at } = own();
  const on = jetstream(at("a"), { stream: declared });
  const broker = make({ url: wire.url, publishTimeout: 5000 });
  await using _app = await start(broker);
  await broker.publish(on, 0);
  for (let n = 1; n <= 5; n++) {
    const publishing = broker.publish(on, n, { messageId: String(n) });
    wire.cut();
    await publishing;
  }
  expect((await manager.streams.info(name)).state.messages).toBe(6);
  const unnamed = broker.publish(on, 6);
  wire.cut({ refuse: true });
  await expect(unnamed).rejects.toThrow(/may or may not have arrived; with a messageId/);
  const late = make({ url: wire.url, publishTimeout: 200 });
  wire.mend();
  const log = recordedLog();
  await using _late = await start(late, log.logger);
  // In time at last: on a busy machine one may take longer than that.
  await vi.waitFor(() => late.publish(on, 7), { timeout: 30_000 });
  wire.cut({ refuse: true });
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.startsWith("lost the connection")),
    "the loss",
  );
  await expect(late.publish(on, 8)).rejects.toThrow(/out of reach for 200 ms/);
  wire.mend();
});

test("who hears what is published to a stream's subject is the same as on a test's memory rung", async () => {
  // The twin of runtime/src/nats/memory.test.ts.
  const { declared, at } = own();
  const seen: string[] = [];
  const note = (who: string) => async (value: string) => void seen.push(`${who} ${value}`);
  const broker = make();
  const on = (subject: string) => jetstream(at(subject), { stream: declared });
  broker.subscriber(at("*"), {}, note("plain"));
  broker.subscriber(on("{id}"), {}, note("alone"));
  broker.subscriber(jetstream(at("*"), { stream: declared, ordered: true }), {}, note("ordered"));
  for (const _ of [1, 2]) broker.subscriber(on(">"), { group: "g" }, note("durable"));
  broker.subscriber(at(">"), { group: "g" }, note("queue group"));
  broker.subscriber(
    kv(declared.name, { key: ">", declare: { storage: "memory" } }),
    {},
    note("bucket"),
  );
  await using t = await testBroker(broker, { on: "real" });
  const everybody = ["alone", "durable", "ordered", "plain", "queue group"];
  await t.publish(at("1"), "core");
  expect(seen.toSorted()).toEqual(everybody.map((who) => `${who} core`));
  seen.length = 0;
  await t.publish(broker.publisher(on("2")), "stream");
  expect(seen.toSorted()).toEqual(everybody.map((who) => `${who} stream`));
});
