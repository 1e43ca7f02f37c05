import { expect, test } from "vitest";
import { createClock } from "../clock.ts";
import { createFaultEngine } from "../fault-engine.ts";
import { createJournal } from "../journal.ts";
import { defaultOptions } from "./model/options.ts";
import { type NatsProtocol, openNats } from "./protocol.ts";

function open(): NatsProtocol {
  const clock = createClock();
  return openNats(
    {
      clock,
      journal: createJournal(clock),
      faults: createFaultEngine(),
      auth: null,
      maxPayload: 1024,
      log: () => {},
    },
    { ...defaultOptions, jetstream: { maxMemory: -1, maxStorage: -1 } },
  );
}

/** Publishes in the account of all. */
function publish({ server }: NatsProtocol, subject: string, body: string): number {
  const payload = Buffer.from(body);
  return server.account("$G").publish({ number: 1, subject, payload, client: null }, null);
}

const streams = ({ server }: NatsProtocol) => server.account("$G").jetstream?.streams() ?? [];

test("a snapshot carries the streams to another server", async () => {
  const [one, other] = [open(), open()];
  publish(one, "$JS.API.STREAM.CREATE.orders", '{"name":"orders","subjects":["orders.>"]}');
  publish(one, "orders.new", "1");
  void other.restore?.(structuredClone(one.snapshot?.()), Date.now());
  expect(streams(other)).toMatchObject([
    { info: { config: { name: "orders" }, state: { messages: 1 } } },
  ]);
  publish(other, "orders.new", "2");
  expect(streams(other)).toMatchObject([{ info: { state: { messages: 2 } } }]);
  expect(streams(one)).toMatchObject([{ info: { state: { messages: 1 } } }]);
  await Promise.all([one.close(), other.close()]);
});

test("what is no snapshot changes nothing", async () => {
  const nats = open();
  publish(nats, "$JS.API.STREAM.CREATE.orders", '{"name":"orders","subjects":["orders.>"]}');
  for (const wrong of [null, {}, { kind: "nats" }])
    expect(() => nats.restore?.(wrong, 0)).toThrow("this is no snapshot of NATS");
  const foreign = { kind: "nats", accounts: { other: [] } };
  expect(() => nats.restore?.(foreign, 0)).toThrow("the account other has no JetStream here");
  expect(streams(nats)).toMatchObject([{ info: { config: { name: "orders" } } }]);
  await nats.close();
});

test("a request to JetStream has a responder, and one to nobody has none", async () => {
  const nats = open();
  expect(publish(nats, "$JS.API.INFO", "")).toBe(1);
  expect(publish(nats, "orders.new", "")).toBe(0);
  publish(nats, "$JS.API.STREAM.CREATE.orders", '{"name":"orders","subjects":["orders.>"]}');
  expect(publish(nats, "orders.new", "")).toBe(1);
  await nats.close();
});
