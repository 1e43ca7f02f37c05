import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { headerRecord } from "../wire/headers.ts";
import { account } from "./jetstream-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-streams-"));
afterAll(() => rmSync(folder, { recursive: true }));

const orders = { name: "ORDERS", subjects: ["orders.>"], storage: "memory" };

test("a stream is made once: the same again is the same, another is refused", () => {
  const { api } = account();
  expect(api("STREAM.CREATE.ORDERS", orders)).toMatchObject({
    did_create: true,
    config: { retention: "limits", max_msgs: -1, duplicate_window: 120e9, num_replicas: 1 },
  });
  expect(api("STREAM.CREATE.ORDERS", orders).error).toBeUndefined();
  expect(api("STREAM.CREATE.ORDERS", { ...orders, max_msgs: 5 }).error.err_code).toBe(10058);
  expect(api("STREAM.CREATE.B", { name: "B", subjects: ["orders.1"] }).error.err_code).toBe(10065);
  expect(api("STREAM.DELETE.ORDERS").success).toBe(true);
  expect(api("STREAM.INFO.ORDERS").error).toEqual({
    code: 404,
    err_code: 10059,
    description: "stream not found",
  });
});

test("beside an error stand the empty fields that Go writes, and placements without their empty ones", () => {
  const { api } = account();
  const none = { total: 0, offset: 0, limit: 0 };
  expect(api("STREAM.INFO.NONE")).toMatchObject({ error: { err_code: 10059 }, ...none });
  expect(api("CONSUMER.LIST.NONE")).toMatchObject({ ...none, consumers: [] });
  expect(api("STREAM.PURGE.NONE").purged).toBe(0);
  const placed = { ...orders, placement: { cluster: "", tags: ["ssd"] } };
  expect(api("STREAM.CREATE.ORDERS", placed).config.placement).toEqual({ tags: ["ssd"] });
});

test("a publisher learns its number, and what it expected in vain", () => {
  const { api, put } = account();
  api("STREAM.CREATE.ORDERS", { ...orders, allow_rollup_hdrs: true });
  expect(put("orders.1", "a", { "Nats-Msg-Id": "x" })).toEqual({ stream: "ORDERS", seq: 1 });
  expect(put("orders.1", "a", { "Nats-Msg-Id": "x" })).toMatchObject({ seq: 1, duplicate: true });
  const refused = (headers: Record<string, string>) => put("orders.1", "", headers).error;
  expect(refused({ "Nats-Expected-Stream": "B" }).err_code).toBe(10060);
  expect(refused({ "Nats-Expected-Last-Msg-Id": "y" }).description).toBe("wrong last msg ID: x");
  expect(refused({ "Nats-Expected-Last-Sequence": "7" }).description).toBe(
    "wrong last sequence: 1",
  );
  expect(put("orders.2", "", { "Nats-Expected-Last-Subject-Sequence": "0" }).seq).toBe(2);
  expect(refused({ "Nats-Expected-Last-Subject-Sequence": "2" }).err_code).toBe(10071);
  expect(put("orders.1", "", { "Nats-Rollup": "all" }).seq).toBe(3);
  expect(api("STREAM.INFO.ORDERS").state).toMatchObject({ messages: 1, first_seq: 3, last_seq: 3 });
});

test("a roll-up leaves itself, the first message of its stream too", () => {
  const { api, put, state } = account();
  api("STREAM.CREATE.ORDERS", { ...orders, allow_rollup_hdrs: true });
  for (const key of ["a", "a", "b", "a"]) put(`orders.${key}`, "", { "Nats-Rollup": "sub" });
  expect(state("ORDERS")).toMatchObject({ messages: 2, first_seq: 3, last_seq: 4 });
  put("orders.a", "", { "Nats-Rollup": "all" });
  expect(state("ORDERS")).toMatchObject({ messages: 1, first_seq: 5 });
  const first = account();
  first.api("STREAM.CREATE.ORDERS", { ...orders, allow_rollup_hdrs: true });
  first.put("orders.a", "", { "Nats-Rollup": "sub" });
  expect(first.state("ORDERS").messages).toBe(1);
});

test("a message id counts for the window only, and ages end on the clock", () => {
  const { api, put, clock, journal, state } = account();
  api("STREAM.CREATE.ORDERS", { ...orders, duplicate_window: 1e9, max_age: 3e9 });
  put("orders.1", "a", { "Nats-Msg-Id": "x" });
  clock.advance(1010);
  expect(put("orders.1", "b", { "Nats-Msg-Id": "x" })).toEqual({ stream: "ORDERS", seq: 2 });
  clock.advance(2010);
  expect(state("ORDERS")).toMatchObject({ messages: 1, first_seq: 2 });
  clock.advance(1010);
  expect(state("ORDERS")).toMatchObject({ messages: 0, first_seq: 3, last_seq: 2 });
  expect(journal.since(0).filter(({ kind }) => kind === "expired")).toHaveLength(2);
});

test("limits drop the oldest, or refuse the newest", () => {
  const { api, put, journal, state } = account();
  api("STREAM.CREATE.OLD", {
    name: "OLD",
    subjects: ["old.*"],
    max_msgs: 3,
    max_msgs_per_subject: 2,
  });
  for (const key of ["a", "a", "a", "b", "c"]) put(`old.${key}`);
  expect(state("OLD")).toMatchObject({ messages: 3, first_seq: 3, num_subjects: 3 });
  expect(
    journal
      .since(0)
      .filter(({ kind }) => kind === "dropped")
      .map((each) => each.reason),
  ).toEqual(["stream OLD: max_msgs_per_subject", "stream OLD: max_msgs"]);
  api("STREAM.CREATE.NEW", { name: "NEW", subjects: ["new.*"], max_msgs: 1, discard: "new" });
  put("new.a");
  expect(put("new.b").error).toEqual({
    code: 503,
    err_code: 10077,
    description: "maximum messages exceeded",
  });
});

test("a purge up to the first number leaves a new stream as it is", () => {
  const { api, state } = account();
  api("STREAM.CREATE.N", { name: "N", subjects: ["n"] });
  expect(api("STREAM.PURGE.N", { seq: 1 }).purged).toBe(0);
  expect(state("N")).toMatchObject({ first_seq: 0, last_seq: 0 });
});

test("interest keeps nothing that nobody wants, a work queue what nobody has done", () => {
  const { api, put, request, state } = account();
  api("STREAM.CREATE.I", { name: "I", subjects: ["i.*"], retention: "interest" });
  expect(put("i.1").seq).toBe(1);
  const consumer = (stream: string, filter: string) =>
    api(`CONSUMER.CREATE.${stream}.w.${filter}`, {
      stream_name: stream,
      config: { name: "w", durable_name: "w", filter_subject: filter, ack_policy: "explicit" },
    });
  consumer("I", "i.2");
  put("i.1");
  put("i.2");
  expect(state("I")).toMatchObject({ messages: 1, first_seq: 3, last_seq: 3 });
  api("CONSUMER.DELETE.I.w");
  expect(state("I").messages).toBe(0);
  api("STREAM.CREATE.W", { name: "W", subjects: ["w.*"], retention: "workqueue" });
  put("w.1");
  consumer("W", "w.*");
  expect(state("W").messages).toBe(1);
  request("$JS.API.CONSUMER.MSG.NEXT.W.w", { batch: 1, no_wait: true });
  request("$JS.ACK.W.w.1.1.1.0.0", "+ACK");
  expect(api("STREAM.INFO.W").state.consumer_count).toBe(1);
});

test("a mirror and sources have what their origin has, before and after", () => {
  const { api, put, state } = account();
  api("STREAM.CREATE.ORDERS", orders);
  put("orders.1", "a");
  put("orders.2", "b");
  api("STREAM.CREATE.M", { name: "M", mirror: { name: "ORDERS", filter_subject: "orders.2" } });
  api("STREAM.CREATE.S", {
    name: "S",
    sources: [{ name: "ORDERS", subject_transforms: [{ src: "orders.*", dest: "copy.$1" }] }],
  });
  put("orders.2", "c");
  expect(state("M")).toMatchObject({ messages: 2, first_seq: 2, last_seq: 3 });
  const { message } = api("STREAM.MSG.GET.S", { last_by_subj: "copy.2" });
  expect(message.seq).toBe(3);
  expect(Buffer.from(message.hdrs, "base64").toString()).toBe(
    "NATS/1.0\r\nNats-Stream-Source: ORDERS 3 orders.* copy.$1\r\n\r\n",
  );
  expect(api("STREAM.INFO.S").sources).toMatchObject([{ name: "ORDERS", lag: 0 }]);
});

test("messages are got directly, one and many, with where they were", () => {
  const { api, put, request } = account();
  api("STREAM.CREATE.ORDERS", { ...orders, allow_direct: true });
  put("orders.1", "a", { Kind: "first" });
  put("orders.2", "b");
  put("orders.1", "c");
  const [one] = request("$JS.API.DIRECT.GET.ORDERS", { seq: 1 });
  expect(one?.text).toBe("a");
  expect(one?.headers).toMatchObject({ Kind: "first", "Nats-Subject": "orders.1" });
  expect(request("$JS.API.DIRECT.GET.ORDERS.orders.1")[0]?.text).toBe("c");
  expect(request("$JS.API.DIRECT.GET.ORDERS.orders.9")[0]?.status).toBe("404 Message Not Found");
  expect(request("$JS.API.DIRECT.GET.ORDERS", "{")[0]?.status).toBe("408 Malformed Request");
  const many = request("$JS.API.DIRECT.GET.ORDERS", { multi_last: ["orders.>"] });
  expect(many.map(({ text, status }) => text || status)).toEqual(["b", "c", "204 EOB"]);
  const batch = request("$JS.API.DIRECT.GET.ORDERS", { seq: 1, batch: 2 });
  expect(batch.map(({ headers }) => headers["Nats-Num-Pending"])).toEqual(["2", "1", "1"]);
});

test("what is stored goes on to where it is republished, with what shows a gap", () => {
  const { api, put, surroundings } = account();
  const got: Record<string, string>[] = [];
  surroundings.subscribe(
    "live.>",
    ({ subject, headers }) => void got.push({ subject, ...headerRecord(headers) }),
  );
  api("STREAM.CREATE.ORDERS", {
    ...orders,
    subject_transform: { src: "orders.*", dest: "orders.new.{{wildcard(1)}}" },
    republish: { src: "orders.new.*", dest: "live.{{partition(1,1)}}.$1", headers_only: true },
  });
  put("orders.1", "a");
  put("orders.1", "bb");
  expect(got).toMatchObject([
    { subject: "live.0.1", "Nats-Subject": "orders.new.1", "Nats-Last-Sequence": "0" },
    { "Nats-Sequence": "2", "Nats-Last-Sequence": "1", "Nats-Msg-Size": "2" },
  ]);
});

test("streams that republish to each other stop after a round", () => {
  const { api, put, state } = account();
  for (const [name, other] of [
    ["A", "b"],
    ["B", "a"],
  ] as const)
    api(`STREAM.CREATE.${name}`, {
      name,
      subjects: [`${name.toLowerCase()}.*`],
      republish: { src: `${name.toLowerCase()}.*`, dest: `${other}.$1` },
    });
  put("a.1");
  expect([state("A").messages, state("B").messages]).toEqual([2, 1]);
});

test("a message may bring its own end", () => {
  const { api, put, clock, state } = account();
  api("STREAM.CREATE.ORDERS", { ...orders, allow_msg_ttl: true, max_age: 10e9 });
  put("orders.1", "", { "Nats-TTL": "1s" });
  put("orders.2", "", { "Nats-TTL": "never" });
  expect(put("orders.3", "", { "Nats-TTL": "soon" }).error.err_code).toBe(10165);
  clock.advance(1010);
  expect(state("ORDERS")).toMatchObject({ messages: 1, first_seq: 2 });
  clock.advance(10_010);
  expect(state("ORDERS").messages).toBe(1);
});

test("file streams and their consumers are there again after a kill, up to the last whole record", async () => {
  const before = account(folder);
  before.api("STREAM.CREATE.F", { name: "F", subjects: ["f.*"], max_msgs: 3 });
  for (const text of ["a", "b", "c", "d"]) before.put("f.1", text, { "Nats-Msg-Id": text });
  before.api("STREAM.MSG.DELETE.F", { seq: 3 });
  before.api("CONSUMER.DURABLE.CREATE.F.w", {
    stream_name: "F",
    config: { durable_name: "w", ack_policy: "explicit" },
  });
  before.put("f.2", "torn");
  const [file = ""] = readdirSync(folder);
  const path = join(folder, file);
  // The process was killed while it wrote.
  truncateSync(path, readFileSync(path).length - 3);
  const after = account(folder);
  expect(after.state("F")).toMatchObject({
    messages: 2,
    first_seq: 2,
    last_seq: 4,
    num_deleted: 1,
    consumer_count: 1,
  });
  expect(after.put("f.1", "d", { "Nats-Msg-Id": "d" })).toMatchObject({ seq: 4, duplicate: true });
  expect(after.put("f.1", "e").seq).toBe(5);
  await after.jetstream.close();
  expect(account(folder).state("F")).toMatchObject({ messages: 3, last_seq: 5 });
  writeFileSync(path, "nonsense");
  expect(account(folder).api("STREAM.NAMES").streams).toBeNull();
});

test("a snapshot brings all back elsewhere; one that cannot be read changes nothing", () => {
  const { api, put, jetstream } = account();
  api("STREAM.CREATE.ORDERS", orders);
  put("orders.1", "a");
  put("orders.1", "b");
  api("CONSUMER.DURABLE.CREATE.ORDERS.w", {
    stream_name: "ORDERS",
    config: { durable_name: "w", ack_policy: "explicit" },
  });
  const snapshot = structuredClone(jetstream.snapshot());
  const other = account();
  other.jetstream.restore(snapshot);
  expect(other.state("ORDERS")).toMatchObject({ messages: 2, consumer_count: 1 });
  expect(other.put("orders.1").seq).toBe(3);
  expect(() => other.jetstream.restore({ nothing: true })).toThrow(/snapshot/);
  expect(other.state("ORDERS").messages).toBe(3);
});
