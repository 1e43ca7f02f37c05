/** Streams and buckets where no server is: on a test's memory rung. What it routes is compared with a server in test/real. */
import { testBroker } from "millrace";
import { expect, test } from "vitest";
import { z } from "zod";
import { jetstream, kv, NatsBroker, objects } from "./index.ts";

const stream = { name: "ORDERS", subjects: ["orders.>"], declare: true };

test("a stream's subscriber, its group and a plain one get what is published to the subject, either way", async () => {
  const broker = new NatsBroker({});
  const seen: string[] = [];
  const note = (who: string) => async (value: string) => void seen.push(`${who} ${value}`);
  broker.subscriber("orders.*", {}, note("plain"));
  broker.subscriber(jetstream("orders.{id}", { stream }), {}, note("alone"));
  broker.subscriber(jetstream("orders.*", { stream, ordered: true }), {}, note("ordered"));
  for (const _ of [1, 2])
    broker.subscriber(jetstream("orders.>", { stream }), { group: "g" }, note("durable"));
  broker.subscriber("orders.>", { group: "g" }, note("queue group"));
  broker.subscriber(kv("orders", { key: ">" }), {}, note("bucket"));
  await using t = await testBroker(broker);
  await t.publish("orders.1", "core");
  expect(seen.toSorted()).toEqual(
    ["alone", "durable", "ordered", "plain", "queue group"].map((who) => `${who} core`),
  );
  seen.length = 0;
  await t.publish(broker.publisher(jetstream("orders.2", { stream })), "stream");
  expect(seen.toSorted()).toEqual(
    ["alone", "durable", "ordered", "plain", "queue group"].map((who) => `${who} stream`),
  );
});

test("a stream delivers again, an ordered one does not", async () => {
  const broker = new NatsBroker({});
  const attempts: string[] = [];
  broker.subscriber(jetstream("a", { stream }), {}, async (_: unknown, { message }) => {
    attempts.push(`stream ${message.attempt}`);
    if (message.attempt === 1) await message.nack();
  });
  broker.subscriber(jetstream("a", { stream, ordered: true }), {}, async (_: unknown, c) => {
    attempts.push(`ordered ${"nack" in c.message && c.message.nack !== undefined}`);
  });
  await using t = await testBroker(broker);
  await t.publish("a", 1);
  await expect.poll(() => attempts.toSorted()).toEqual(["ordered false", "stream 1", "stream 2"]);
});

test("further subjects are heard", async () => {
  const broker = new NatsBroker({});
  const on = jetstream("a", { stream });
  const sub = broker.subscriber(on, { subjects: ["b.>"] }, async (n: number) => n);
  await using t = await testBroker(broker);
  for (const [subject, n] of [
    ["a", 1],
    ["b.c", 2],
    ["c", 3],
  ] as const)
    await t.publish(subject, n);
  expect(sub.calls).toEqual([1, 2]);
  expect(sub.group).toBeUndefined();
});

test("a bucket is a space of its own, and null deletes", async () => {
  const broker = new NatsBroker({});
  const users = kv("profiles", { key: "users.{id}" });
  const User = z.object({ name: z.string() }).nullable();
  const seen: unknown[] = [];
  broker.subscriber(users, { schema: User }, async (user, { params }) => {
    seen.push([params.id, user]);
  });
  broker.subscriber("users.*", {}, async () => seen.push("plain"));
  broker.subscriber(kv("others"), {}, async () => seen.push("another bucket"));
  broker.subscriber(objects("profiles"), {}, async () => seen.push("objects"));
  const put = broker.publisher(users, { schema: User });
  await using t = await testBroker(broker);
  await put.publish({ name: "Zoë" }, { params: { id: "7" } });
  await put.publish(null, { params: { id: "7" } });
  await t.settled();
  expect(seen).toEqual([
    ["7", { name: "Zoë" }],
    ["7", null],
  ]);
  await expect(broker.kv("profiles")).rejects.toThrow(/none is connected/);
});

test("null is a value wherever nothing is deleted by it", async () => {
  const broker = new NatsBroker({});
  const plain = broker.subscriber("a", {}, async (value: unknown) => value);
  const streamed = broker.subscriber(
    jetstream("a", { stream }),
    {},
    async (value: unknown) => value,
  );
  await using t = await testBroker(broker);
  await t.publish("a", null);
  expect([plain.calls, streamed.calls]).toEqual([[null], [null]]);
});

test("a group of a stream is named with its stream", () => {
  const broker = new NatsBroker({});
  const handler = async () => {};
  const group = (options: object, at: object = {}) =>
    broker.subscriber(jetstream("a", { stream, ...at }), options, handler).group;
  expect(group({ group: "g" })).toBe("ORDERS/g");
  expect(group({}, { durable: "d" })).toBe("ORDERS/d");
  expect(group({})).toBeUndefined();
  expect(broker.subscriber("a", { group: "g" }, handler).group).toBe("g");
});
