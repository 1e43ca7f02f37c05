import { expect, test } from "vitest";
import { createFaultEngine, type Frame } from "./fault-engine.ts";
import type { FaultMatch } from "./faults.ts";

const frame: Frame = {
  protocol: "nats",
  operation: "publish",
  channel: "orders.new",
  client: "shop",
  matches: (pattern, channel) => pattern === "orders.*" && channel.startsWith("orders."),
};

test("a rule without conditions meets any frame, once", async () => {
  const engine = createFaultEngine();
  const fault = engine.inject({ match: {}, effect: { kind: "drop" } });
  expect(engine.next(frame)).toMatchObject({ id: fault.id, effect: { kind: "drop" } });
  expect(engine.next(frame)).toBeNull();
  expect(await fault.fired()).toBe(1);
});

test.each<[FaultMatch, boolean]>([
  [{ protocol: "nats" }, true],
  [{ protocol: "mqtt" }, false],
  [{ operation: "publish" }, true],
  [{ operation: "deliver" }, false],
  [{ channel: "orders.new" }, true],
  [{ channel: "orders.*" }, true],
  [{ channel: "orders.old" }, false],
  [{ client: "shop" }, true],
  [{ client: "shopper" }, false],
  [{ protocol: "nats", operation: "publish", channel: "orders.*", client: "shop" }, true],
  [{ protocol: "nats", operation: "publish", channel: "orders.*", client: "other" }, false],
])("%j meets the frame: %s", (match, met) => {
  const engine = createFaultEngine();
  engine.inject({ match, effect: { kind: "drop" } });
  expect(engine.next(frame) !== null).toBe(met);
});

test("a rule for a channel does not meet a frame without one", () => {
  const engine = createFaultEngine();
  engine.inject({ match: { channel: "orders.*" }, effect: { kind: "drop" } });
  const { channel: _, ...connect } = frame;
  expect(engine.next({ ...connect, operation: "connect" })).toBeNull();
});

test("times says how often, Infinity until cleared", async () => {
  const engine = createFaultEngine();
  const twice = engine.inject({ match: {}, effect: { kind: "drop" }, times: 2 });
  const forever = engine.inject({
    match: {},
    effect: { kind: "disconnect" },
    times: Number.POSITIVE_INFINITY,
  });
  const kinds = Array.from({ length: 5 }, () => engine.next(frame)?.effect.kind);
  expect(kinds).toEqual(["drop", "drop", "disconnect", "disconnect", "disconnect"]);
  await forever.clear();
  expect(engine.next(frame)).toBeNull();
  expect([await twice.fired(), await forever.fired()]).toEqual([2, 3]);
});

test("nth counts the frames that match", async () => {
  const engine = createFaultEngine();
  const third = engine.inject({
    match: { channel: "orders.new", nth: 3 },
    effect: { kind: "drop" },
    times: Number.POSITIVE_INFINITY,
  });
  const met = [];
  for (let index = 1; index <= 5; index++) {
    engine.next({ ...frame, channel: "something.else" });
    met.push(engine.next(frame) !== null);
  }
  expect(met).toEqual([false, false, true, false, false]);
  expect(await third.fired()).toBe(1);
});

test("an alarm is RabbitMQ's, and waits for what a client sends", () => {
  const engine = createFaultEngine();
  const effect = { kind: "alarm", reason: "memory" } as const;
  expect(() => engine.inject({ match: {}, effect })).toThrow("only RabbitMQ has alarms");
  engine.inject({ match: { protocol: "rabbitmq" }, effect });
  const delivery = { ...frame, protocol: "rabbitmq", operation: "deliver" } as const;
  expect(engine.next(delivery)).toBeNull();
  expect(engine.next({ ...delivery, operation: "publish" })).toMatchObject({ effect });
});
