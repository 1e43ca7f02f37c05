/**
 * What JetStream got after the release that the emulator claims to be: the same script on the emulator and on the newest
 * nats-server, answer by answer. Holds from nats-server 2.15.2.
 */
import fc from "fast-check";
import { type Emulator, startEmulator } from "@millrace/emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RealBroker, startNatsServer } from "../../real/brokers.ts";
import { publishes, streamConfig } from "./jetstream-new-headers.ts";
import { Peer } from "./jetstream-peer.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealBroker;
let emulator: Emulator;

beforeAll(async () => {
  real = await startNatsServer("jetstream {}");
  emulator = await startEmulator({ only: ["nats"], ports: { nats: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

/** `run` is played on both, with one idea of what time it is. */
function agree(name: string, run: (peer: Peer, now: number) => Promise<void>): void {
  test(name, async () => {
    const now = Date.now();
    const [theirs, mine] = await onBoth((peer) => run(peer, now));
    expect(mine).toEqual(theirs);
  });
}

function onBoth(run: (peer: Peer) => Promise<void>): Promise<[expected: string[], seen: string[]]> {
  const play = async (url: string) => {
    const peer = await Peer.open(url);
    try {
      await run(peer);
    } finally {
      await peer.close();
    }
    return peer.seen;
  };
  return Promise.all([play(real.url), play(emulator.servers[0]?.url ?? "")]);
}

/** A stream S on `s.>` with three messages, and its pull consumer C. */
async function withConsumer(peer: Peer, config: object = {}, messages = 3): Promise<void> {
  await peer.api("STREAM.CREATE.S", { name: "S", subjects: ["s.>"], storage: "memory" });
  for (let number = 1; number <= messages; number++) await peer.publish("s.a", `m${number}`);
  await createConsumer(peer, config);
}

async function createConsumer(peer: Peer, config: object, name = "C"): Promise<void> {
  const asked = { durable_name: name, name, ack_policy: "explicit", ...config };
  await peer.api(`CONSUMER.DURABLE.CREATE.S.${name}`, { stream_name: "S", config: asked }, [
    "config",
    "paused",
    "priority_groups",
  ]);
}

const CONSUMER = ["num_ack_pending", "num_pending", "num_waiting", "paused", "priority_groups"];
const info = (peer: Peer) => peer.api("CONSUMER.INFO.S.C", undefined, CONSUMER);
const LATER = "2099-01-01T00:00:00Z";

describe("a pause", () => {
  agree("holds deliveries back until it ends", async (peer) => {
    const events = peer.inbox("$JS.EVENT.ADVISORY.CONSUMER.PAUSE.>");
    await withConsumer(peer, { pause_until: LATER });
    await info(peer);
    const waiting = peer.pull("S", "C", { batch: 2, expires: 5e9 });
    const hasty = peer.pull("S", "C", { batch: 1, no_wait: true });
    await hasty.until(1);
    await waiting.now();
    await peer.api("CONSUMER.PAUSE.S.C", undefined, ["paused", "pause_until"]);
    // nats-server goes on with the next that happens to the consumer, the emulator at once.
    await createConsumer(peer, { max_ack_pending: 9 });
    await waiting.until(2);
    await peer.api("CONSUMER.PAUSE.S.C", { pause_until: "2099-01-01T02:00:00+01:00" }, [
      "paused",
      "pause_until",
    ]);
    await info(peer);
    // An update leaves a pause as it is.
    await createConsumer(peer, { description: "paused", max_ack_pending: 9 });
    await events.until(3);
  });

  agree("ends by itself", async (peer, now) => {
    const events = peer.inbox("$JS.EVENT.ADVISORY.CONSUMER.PAUSE.>");
    await withConsumer(peer);
    const until = new Date(now + 700).toISOString();
    await peer.api("CONSUMER.PAUSE.S.C", { pause_until: until }, ["paused"]);
    const waiting = peer.pull("S", "C", { batch: 2, expires: 5e9 });
    await waiting.until(2);
    expect(await events.until(2)).toHaveLength(2);
  });

  agree("is refused for what is not there", async (peer) => {
    await peer.api("CONSUMER.PAUSE.S.C", { pause_until: LATER });
    await withConsumer(peer);
    await peer.api("CONSUMER.PAUSE.S.D", { pause_until: LATER });
    await peer.api("CONSUMER.PAUSE.S.C", { pause_until: "soon" });
  });
});

describe("priority groups", () => {
  agree("let an overflow client have what is too much for the others", async (peer) => {
    await withConsumer(peer, { priority_policy: "overflow", priority_groups: ["g"] }, 0);
    await info(peer);
    const many = peer.pull("S", "C", { group: "g", min_pending: 3, batch: 5, expires: 20e9 });
    const acks = peer.pull("S", "C", { group: "g", min_ack_pending: 2, batch: 5, expires: 20e9 });
    const none = peer.pull("S", "C", { group: "g", min_pending: 9, batch: 1, no_wait: true });
    await none.until(1);
    for (const text of ["1", "2"]) await peer.publish("s.a", text);
    await info(peer);
    await peer.publish("s.a", "3");
    const [first] = await many.until(1);
    await info(peer);
    const always = peer.pull("S", "C", { group: "g", batch: 1, expires: 20e9 });
    await always.until(1);
    await acks.until(1);
    await info(peer);
    await peer.settle(first);
    await peer.settle(first, "-NAK");
    await info(peer);
    const passed = peer.pull("S", "C", { group: "g", min_pending: 4, batch: 1, no_wait: true });
    await passed.until(1);
  });

  agree("pin one client until it keeps quiet, or is unpinned", async (peer) => {
    const events = peer.inbox("$JS.EVENT.ADVISORY.CONSUMER.*.S.C");
    const config = { priority_policy: "pinned_client", priority_groups: ["g"] };
    await withConsumer(peer, { ...config, priority_timeout: 1e9 });
    const one = peer.pull("S", "C", { group: "g", batch: 1, expires: 20e9 });
    const [first] = await one.until(1);
    const id = first?.headers?.get("Nats-Pin-Id");
    const other = peer.pull("S", "C", { group: "g", batch: 2, expires: 20e9 });
    await other.now();
    await info(peer);
    await peer.pull("S", "C", { group: "g", id: "wrong", batch: 1, expires: 1e9 }).until(1);
    await peer.pull("S", "C", { group: "g", id, batch: 1, expires: 1e9 }).until(1);
    await other.now();
    await other.until(1);
    await events.until(4);
    await peer.pull("S", "C", { group: "g", id, batch: 1, expires: 1e9 }).until(1);
    await peer.api("CONSUMER.UNPIN.S.C", { group: "g" });
    const last = peer.pull("S", "C", { group: "g", id, batch: 1, expires: 9e9 });
    await peer.publish("s.b", "m4");
    await last.until(1);
    await other.until(2);
    await events.until(6);
  });

  agree("serve the lowest priority first", async (peer) => {
    const config = { priority_policy: "prioritized", priority_groups: ["g"] };
    await withConsumer(peer, config, 0);
    const pull = (priority: number, batch: number) =>
      peer.pull("S", "C", { group: "g", priority, batch, expires: 20e9 });
    const [last, first, second, alone] = [pull(3, 2), pull(1, 2), pull(1, 2), pull(0, 1)];
    for (const text of ["1", "2", "3", "4", "5", "6"]) await peer.publish("s.a", text);
    await alone.until(1);
    await first.until(2);
    await second.until(2);
    await last.until(1);
  });

  agree("refuse what makes no sense", async (peer) => {
    await withConsumer(peer, {}, 0);
    const wrong = [
      { priority_policy: "overflow" },
      { priority_groups: ["g"] },
      { priority_timeout: 1e9 },
      { priority_policy: "overflow", priority_groups: [""] },
      { priority_policy: "overflow", priority_groups: ["not good"] },
      { priority_policy: "overflow", priority_groups: ["g"], deliver_subject: "d" },
      { priority_policy: "first" },
      { priority_policy: "none", priority_timeout: -1 },
    ];
    for (const config of wrong) await createConsumer(peer, config, "W");
    const requests = [
      { min_pending: 1 },
      { min_ack_pending: 1 },
      { id: "x" },
      { priority: 10 },
      { priority: -1 },
      { group: "other" },
      {},
      { group: "g", priority: 1, no_wait: true },
      { group: "g", min_pending: 1, no_wait: true },
    ];
    for (const config of [
      {},
      { priority_policy: "overflow", priority_groups: ["g"] },
      { priority_policy: "pinned_client", priority_groups: ["g", "h"] },
      { priority_policy: "prioritized", priority_groups: ["g"] },
    ]) {
      await createConsumer(peer, config, "R");
      for (const request of requests)
        await peer.pull("S", "R", { expires: 5e7, ...request }).until(1);
    }
    await peer.api("CONSUMER.UNPIN.S.C", { group: "g" });
    await peer.api("CONSUMER.UNPIN.S.R", { group: "x" });
    await peer.api("CONSUMER.UNPIN.S.R", { group: "no group" });
    await peer.api("CONSUMER.UNPIN.S.R", { group: "" });
    await peer.api("CONSUMER.UNPIN.S.R");
    await peer.api("CONSUMER.UNPIN.S.Q", { group: "g" });
    await peer.api("CONSUMER.UNPIN.T.C", { group: "g" });
  });
});

const STREAM = ["config", "did_create"];
const create = (peer: Peer, config: object, name = "S") =>
  peer.api(
    `STREAM.CREATE.${name}`,
    { name, subjects: [`${name.toLowerCase()}.>`], storage: "memory", ...config },
    STREAM,
  );
const state = (peer: Peer) => peer.api("STREAM.INFO.S", undefined, ["state"]);
const last = (peer: Peer, subject: string) =>
  peer.api("STREAM.MSG.GET.S", { last_by_subj: subject }, ["message"]);

describe("a message's time to live", () => {
  agree("is read as seconds or a duration, and refused where the stream has none", async (peer) => {
    await create(peer, {});
    await create(peer, { allow_msg_ttl: true, subjects: ["t.>"] }, "T");
    const forms = [
      "1",
      "10s",
      "1h0m1.5s",
      "0",
      "never",
      "NEVER",
      "0s",
      "999ms",
      "-5",
      "soon",
      "1.5",
    ];
    for (const form of forms) {
      await peer.publish("s.a", "x", { "Nats-TTL": form });
      await peer.publish("t.a", "x", { "Nats-TTL": form });
    }
    await peer.api("STREAM.UPDATE.T", { name: "T", subjects: ["t.>"], storage: "memory" });
  });

  agree("leaves a marker in place of a subject's last message", async (peer) => {
    await create(peer, { subject_delete_marker_ttl: 1e9 });
    const live = peer.inbox("live");
    const push = { deliver_subject: "live", ack_policy: "none" };
    await createConsumer(peer, push, "P");
    await peer.publish("s.a", "1", { "Nats-TTL": "1" });
    await peer.publish("s.b", "2", { "Nats-TTL": "1s" });
    await peer.publish("s.b", "3");
    await peer.publish("s.c", "4", { "Nats-TTL": "1s", "KV-Operation": "PURGE" });
    await live.until(5);
    await peer.messages("S", 2);
    await last(peer, "s.a");
    await state(peer);
  });

  agree("is at least as long as a marker's", async (peer) => {
    await create(peer, { subject_delete_marker_ttl: 5e9 });
    await create(peer, { subject_delete_marker_ttl: 5e9, max_msgs_per_subject: 1 }, "T");
    await peer.publish("s.a", "1", { "Nats-TTL": "2s", More: "here" });
    await peer.publish("s.b", "1", { "Nats-TTL": "7s" });
    await last(peer, "s.a");
    await last(peer, "s.b");
    await peer.publish("t.a", "1", { "Nats-TTL": "2s" });
    await peer.api("STREAM.MSG.GET.T", { seq: 1 }, ["message"]);
  });

  agree("asks for a sound configuration", async (peer) => {
    await create(peer, { subject_delete_marker_ttl: 1e8 });
    await create(peer, { subject_delete_marker_ttl: -1 });
    await create(peer, { subject_delete_marker_ttl: 1e9, deny_purge: true });
    await create(
      peer,
      { subject_delete_marker_ttl: 1e9, mirror: { name: "S" }, subjects: [] },
      "M",
    );
  });
});

describe("counters", () => {
  agree("add up", async (peer) => {
    await create(peer, { allow_msg_counter: true });
    for (const step of ["1", "+2", "-5", "123456789012345678901234567890", "0"])
      await peer.publish("s.a", "", { "Nats-Incr": step });
    await peer.publish("s.b", "", { "Nats-Incr": "7", "Nats-Msg-Id": "m" });
    await peer.publish("s.b", "", { "Nats-Incr": "7", "Nats-Msg-Id": "m" });
    await last(peer, "s.a");
    await last(peer, "s.b");
  });

  agree("are kept apart by source", async (peer) => {
    await create(peer, { allow_msg_counter: true });
    await create(peer, { allow_msg_counter: true }, "T");
    const sources = [{ name: "S" }, { name: "T" }];
    const transforms = sources.map(({ name }) => ({
      name,
      subject_transforms: [{ src: `${name.toLowerCase()}.>`, dest: "sum.>" }],
    }));
    await create(peer, { allow_msg_counter: true, subjects: [], sources: transforms }, "U");
    await peer.publish("s.a", "", { "Nats-Incr": "3" });
    const live = peer.inbox("live");
    await peer.api("CONSUMER.CREATE.U.P", {
      stream_name: "U",
      config: { name: "P", deliver_subject: "live", ack_policy: "none" },
    });
    await live.until(1);
    await peer.publish("t.a", "", { "Nats-Incr": "4" });
    await live.until(2);
    await peer.publish("s.a", "", { "Nats-Incr": "1" });
    await live.until(3);
  });

  agree("refuse what is no count", async (peer) => {
    await create(peer, { allow_msg_counter: true });
    await create(peer, {}, "T");
    await peer.publish("s.a", "");
    await peer.publish("s.a", "", { Other: "x" });
    await peer.publish("s.a", "x", { "Nats-Incr": "1" });
    await peer.publish("s.a", "", { "Nats-Incr": "one" });
    await peer.publish("s.a", "", { "Nats-Incr": "1.5" });
    await peer.publish("s.a", "", { "Nats-Incr": "1", "Nats-Expected-Last-Sequence": "0" });
    await peer.publish("s.a", "", { "Nats-Incr": "1", "Nats-Rollup": "sub" });
    await peer.publish("s.a", "", { "Nats-Incr": "1", "Nats-Expected-Stream": "S" });
    await peer.publish("t.a", "", { "Nats-Incr": "1" });
    for (const config of [
      { discard: "new" },
      { allow_msg_ttl: true },
      { allow_msg_schedules: true },
      { retention: "workqueue" },
      { mirror: { name: "S" }, subjects: [] },
    ])
      await create(peer, { allow_msg_counter: true, ...config }, "V");
    await peer.api("STREAM.UPDATE.S", { name: "S", subjects: ["s.>"], storage: "memory" });
  });
});

const batch = (id: string, seq: number | string, more: object = {}) => ({
  "Nats-Batch-Id": id,
  "Nats-Batch-Sequence": seq,
  ...more,
});
const END = { "Nats-Batch-Commit": "1" };

describe("an atomic batch", () => {
  agree("is stored with its last message, or with what comes behind it", async (peer) => {
    await create(peer, { allow_atomic: true });
    await peer.publish("s.a", "1", batch("one", 1));
    await peer.publish("s.b", "2", batch("one", 2));
    await state(peer);
    await peer.publish("s.a", "3", batch("one", 3, END));
    await peer.publish("s.a", "4", batch("two", 1, { "Nats-Required-Api-Level": "1" }));
    await peer.publish("s.a", "", batch("two", 2, { "Nats-Batch-Commit": "eob" }));
    await peer.publish("s.a", "5", batch("three", 1, END));
    await state(peer);
    for (const seq of [1, 3, 4, 5]) await peer.api("STREAM.MSG.GET.S", { seq }, ["message"]);
  });

  agree("is refused as a whole", async (peer) => {
    await create(peer, { allow_atomic: true, allow_rollup_hdrs: true });
    await create(peer, {}, "T");
    const events = peer.inbox("$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.>");
    await peer.publish("t.a", "x", batch("b", 1));
    await peer.publish("s.a", "x", { "Nats-Batch-Id": "b" });
    await peer.publish("s.a", "x", batch("b", "first"));
    await peer.publish("s.a", "x", batch("b".repeat(65), 1));
    await peer.publish("s.a", "x", batch("b", 2));
    await peer.publish("s.a", "x", batch("b", 1001));
    await peer.publish("s.a", "x", batch("b", 1));
    await peer.publish("s.a", "x", batch("b", 3));
    await peer.publish("s.a", "x", batch("b", 2));
    await peer.publish("s.a", "x", batch("b", 1, { "Nats-Batch-Commit": "no" }));
    await peer.publish("s.a", "x", batch("b", 1, { "Nats-Batch-Commit": "eob" }));
    await peer.publish("s.a", "x", batch("b", 1, { "Nats-Required-Api-Level": "99" }));
    const both = async (first: object, second: object, subject = "s.a") => {
      await peer.publish("s.a", "x", batch("c", 1, first));
      await peer.publish(subject, "x", batch("c", 2, { ...second, ...END }));
    };
    await both({}, { "Nats-Expected-Last-Msg-Id": "m" });
    await both({ "Nats-Expected-Last-Sequence": 5 }, {});
    await both({}, { "Nats-Expected-Last-Sequence": 0 });
    await both({}, { "Nats-Expected-Last-Sequence": 1 });
    await both({}, { "Nats-Expected-Last-Subject-Sequence": 0 });
    await both({}, { "Nats-Expected-Last-Subject-Sequence": 0 }, "s.b");
    await both({ "Nats-Msg-Id": "m" }, { "Nats-Msg-Id": "m" });
    await both({}, { "Nats-Rollup": "sub" });
    await both({}, { "Nats-Rollup": "all" });
    await both({ "Nats-Rollup": "all" }, { "Nats-Rollup": "sub" }, "s.b");
    await both({ "Nats-TTL": "5s" }, {});
    await both({ "Nats-Expected-Stream": "T" }, {});
    await state(peer);
    await events.now();
  });

  agree("has to fit, and there is a most of them", async (peer) => {
    await create(peer, { allow_atomic: true, max_msgs: 3, discard: "new" });
    for (let seq = 1; seq <= 3; seq++) await peer.publish("s.a", "x", batch("b", seq));
    await peer.publish("s.a", "x", batch("b", 4, END));
    await state(peer);
    for (let number = 1; number <= 51; number++)
      await peer.publish("s.a", "x", batch(`b${number}`, 1));
  });

  agree("counts with counters", async (peer) => {
    await create(peer, { allow_atomic: true, allow_msg_counter: true });
    await peer.publish("s.a", "", { "Nats-Incr": 1 });
    await peer.publish("s.a", "", batch("b", 1, { "Nats-Incr": 2 }));
    await peer.publish("s.a", "", batch("b", 2, { "Nats-Incr": 3, ...END }));
    await last(peer, "s.a");
  });
});

describe("schedules", () => {
  const at = (now: number, ms: number) => `@at ${new Date(now + ms).toISOString()}`;

  agree("bring a message once", async (peer, now) => {
    await create(peer, { allow_msg_schedules: true, allow_msg_ttl: true });
    const live = peer.inbox("live");
    await createConsumer(peer, { deliver_subject: "live", ack_policy: "none" }, "P");
    await peer.publish("s.source", "news", { Kind: "late" });
    await peer.publish("s.plan.1", "hello", {
      "Nats-Schedule": at(now, 1500),
      "Nats-Schedule-Target": "s.out",
      "Nats-Schedule-TTL": "5m",
      "Nats-Msg-Id": "m",
      More: "here",
    });
    await live.until(2);
    await peer.publish("s.plan.2", "none", {
      "Nats-Schedule": at(now, 3000),
      "Nats-Schedule-Target": "s.out",
      "Nats-Schedule-Source": "s.source",
      "Nats-Schedule-Rollup": "sub",
    });
    await live.until(5);
    await state(peer);
  });

  agree("come again and again until they are ended", async (peer) => {
    await create(peer, { allow_msg_schedules: true });
    const out = peer.inbox("live");
    const config = { deliver_subject: "live", ack_policy: "none", headers_only: true };
    await createConsumer(peer, { ...config, filter_subject: "s.out" }, "P");
    await peer.publish("s.plan", "tick", {
      "Nats-Schedule": "@every 1s",
      "Nats-Schedule-Target": "s.out",
    });
    await peer.publish("s.other", "x", {
      "Nats-Schedule-Next": "purge",
      "Nats-Scheduler": "s.plan",
    });
    await peer.publish("s.plan", "tock", {
      "Nats-Schedule": "* * * * * *",
      "Nats-Schedule-Target": "s.out",
    });
    expect(await out.until(2)).toHaveLength(2);
    await peer.publish("s.plan", "no schedule any more");
  });

  agree("are refused where they make no sense", async (peer) => {
    await create(peer, { allow_msg_schedules: true });
    await create(peer, {}, "T");
    const plan = (fields: object) => ({
      "Nats-Schedule": "@every 1h",
      "Nats-Schedule-Target": "s.out",
      ...fields,
    });
    await peer.publish("t.plan", "x", plan({ "Nats-Schedule-Target": "t.out" }));
    await peer.publish("t.plan", "x", { "Nats-Schedule": "nonsense" });
    for (const pattern of PATTERNS)
      await peer.publish("s.plan", "x", plan({ "Nats-Schedule": pattern }));
    for (const fields of [
      { "Nats-Schedule-Target": "s.plan" },
      { "Nats-Schedule-Target": "t.out" },
      { "Nats-Schedule-Target": "s.*" },
      { "Nats-Schedule-Source": "s.plan" },
      { "Nats-Schedule-Source": "s.out" },
      { "Nats-Schedule-Source": "t.in" },
      { "Nats-Schedule-Source": "s.>" },
      { "Nats-Schedule-TTL": "soon" },
      { "Nats-Schedule-TTL": "5s" },
      { "Nats-Schedule-Rollup": "all" },
      { "Nats-Rollup": "all" },
      { "Nats-Rollup": "sub" },
      { "Nats-Schedule-Time-Zone": "Europe/Berlin" },
      { "Nats-Schedule-Time-Zone": "Europe/Atlantis" },
      { "Nats-Schedule": "@daily", "Nats-Schedule-Time-Zone": "Europe/Berlin" },
      { "Nats-Schedule": "@at 2099-01-01T00:00:00Z", "Nats-Schedule-Time-Zone": "Europe/Berlin" },
    ])
      await peer.publish("s.plan", "x", plan(fields));
    await peer.publish("s.plain", "x", { "Nats-Schedule": "@every 1h" });
    await peer.publish("s.plain", "x");
    for (const fields of [
      { "Nats-Schedule-Next": "2099-01-01T00:00:00Z", "Nats-Scheduler": "s.plan" },
      { "Nats-Schedule-Next": "purge" },
      { "Nats-Schedule-Next": "purge", "Nats-Scheduler": "s.end" },
      { "Nats-Schedule-Next": "purge", "Nats-Scheduler": "s.plain" },
      { "Nats-Schedule-Next": "purge", "Nats-Scheduler": "s.nowhere" },
      { "Nats-Scheduler": "s.plan" },
    ])
      await peer.publish("s.end", "x", fields);
    await state(peer);
    for (const config of [
      { discard: "new" },
      { deny_purge: true },
      { mirror: { name: "S" }, subjects: [] },
      { sources: [{ name: "S" }], subjects: [] },
    ])
      await create(peer, { allow_msg_schedules: true, ...config }, "V");
    await peer.api("STREAM.UPDATE.S", { name: "S", subjects: ["s.>"], storage: "memory" });
  });
});

const PATTERNS = [
  "@at 2099-01-01T00:00:00+02:00",
  "@at tomorrow",
  "@every 999ms",
  "@every soon",
  "@hourly",
  "@yearly",
  "@often",
  "0 30 * * * *",
  "30 * * * *",
  "0 0 12 1,15 jan-mar MON",
  "*/5 * * ? * sun-sat",
  "60 * * * * *",
  "0 0 24 * * *",
  "0 0 0 0 * *",
  "0 0 0 31 2 *",
  "0 0 0 * * 7",
  "5-1 * * * * *",
  "1-2-3 * * * * *",
  "*/0 * * * * *",
  "1/2/3 * * * * *",
];

agree("a request may ask for a level", async (peer) => {
  for (const level of ["0", "1", "2", "99", "x"])
    await peer.ask("INFO", { "Nats-Required-Api-Level": level });
  await peer.ask("CONSUMER.PAUSE.S.C", { "Nats-Required-Api-Level": "99" });
});

agree("a last sequence may be expected of another subject", async (peer) => {
  await create(peer, {});
  await peer.publish("s.a", "1");
  const other = { "Nats-Expected-Last-Subject-Sequence-Subject": "s.a" };
  await peer.publish("s.b", "2", { "Nats-Expected-Last-Subject-Sequence": 1, ...other });
  await peer.publish("s.b", "3", { "Nats-Expected-Last-Subject-Sequence": 0, ...other });
  await peer.publish("s.b", "4", other);
});

agree("direct gets come in batches, and for the last of many subjects", async (peer) => {
  await create(peer, { allow_direct: true });
  for (const subject of ["s.a", "s.b", "s.a", "s.c", "s.b"]) await peer.publish(subject, subject);
  const get = (request: Readonly<Record<string, unknown>>, count: number) =>
    peer.direct("S", request).until(count);
  await get({ batch: 2, seq: 1 }, 3);
  await get({ batch: 9, seq: 1, next_by_subj: "s.a" }, 3);
  await get({ batch: 9, next_by_subj: "s.b" }, 3);
  await get({ batch: 9, seq: 2, max_bytes: 1 }, 2);
  await get({ batch: 9, seq: 9 }, 1);
  await get({ batch: 2 }, 1);
  await get({ multi_last: ["s.a", "s.c"] }, 3);
  await get({ multi_last: ["s.>"], up_to_seq: 3 }, 3);
  await get({ multi_last: ["s.>"], batch: 1 }, 2);
  await get({ multi_last: ["t.>"] }, 1);
  await get({ multi_last: ["s.*"], start_time: "2020-01-01T00:00:00Z" }, 1);
  await get({ multi_last: ["s.>"], up_to_time: "2020-01-01T00:00:00Z" }, 1);
  await get({ multi_last: ["s.>"], up_to_time: "2020-01-01T00:00:00Z", up_to_seq: 2 }, 1);
  await get({ batch: 2, start_time: "2020-01-01T00:00:00Z" }, 3);
  await get({ batch: 2, seq: 1, start_time: "2020-01-01T00:00:00Z" }, 1);
});

test("messages with any of the headers, alone and in batches", async () => {
  await sameAnswers(fc.tuple(streamConfig, publishes), 50, ([config, messages]) =>
    onBoth(async (peer) => {
      await create(peer, config);
      for (const { subject, payload, fields } of messages)
        await peer.publish(subject, payload, fields);
      await state(peer);
      for (const subject of ["s.a", "s.b", "s.c"]) await last(peer, subject);
    }),
  );
});
