import { expect, test } from "vitest";
import type { JournalClient, JournalEvent } from "@millrace/emulator/remote";
import { ordersAndBilling } from "./fixtures/orders-and-billing.ts";
import { createTraffic } from "./traffic.ts";

const client = (name: string, connection = 1): JournalClient => ({
  connection,
  name,
  port: 50_000,
});

let seq = 0;
function event(
  given: Partial<JournalEvent> & Pick<JournalEvent, "kind" | "message" | "channel">,
): JournalEvent {
  return {
    seq: ++seq,
    time: 1000,
    protocol: "nats",
    client: client("orders"),
    headers: {},
    payload: new TextEncoder().encode("{}"),
    ...given,
  };
}

function take(...events: JournalEvent[]) {
  seq = 0;
  return createTraffic(() => ordersAndBilling).take(events);
}

test("a send belongs to its channel and the sender's operation", () => {
  const [shown] = take(event({ kind: "published", message: 1, channel: "orders.accepted" }));
  expect(shown).toMatchObject({
    kind: "published",
    address: "orders.accepted",
    actor: { kind: "service", id: "service:orders" },
    channels: ["nats:orders.accepted", "nats:orders.{id}"],
    operations: ["send:orders:nats:orders.accepted"],
    payload: { format: "json", preview: "{}" },
  });
});

test("a delivery belongs to the subscription it came by, not to others whose address fits too", () => {
  const subscription = { pattern: "orders.*", group: "billing" };
  const [shown] = take(
    event({
      kind: "delivered",
      message: 1,
      channel: "orders.new",
      client: client("billing"),
      subscription,
    }),
  );
  expect(shown).toMatchObject({
    channels: ["nats:orders.{id}"],
    operations: ["receive:billing:nats:orders.{id}"],
  });
});

test("a topic is recognised by its template", () => {
  const [shown] = take(
    event({
      kind: "published",
      message: 1,
      protocol: "mqtt",
      channel: "shipments/7/dispatched",
      client: client("billing-pub-0a1b"),
    }),
  );
  expect(shown).toMatchObject({
    channels: ["mqtt:shipments/{orderId}/dispatched"],
    operations: ["send:billing:mqtt:shipments/{orderId}/dispatched"],
  });
});

test("a stranger's message belongs to the channel and to no operation", () => {
  const [shown] = take(
    event({ kind: "published", message: 1, channel: "orders.new", client: client("nats-cli") }),
  );
  expect(shown).toMatchObject({
    actor: { kind: "unknown", name: "nats-cli" },
    channels: ["nats:orders.new", "nats:orders.{id}"],
    operations: [],
  });
  const [elsewhere] = take(
    event({ kind: "published", message: 1, channel: "weather.bern", client: client("") }),
  );
  expect(elsewhere).toMatchObject({ channels: [], operations: [] });
});

test("an answer is shown on the channel that was asked, the other way round", () => {
  const replyTo = "_INBOX.abc.1";
  const shown = take(
    event({
      kind: "published",
      message: 1,
      channel: "customers.address",
      client: client("billing", 2),
      replyTo,
    }),
    event({
      kind: "delivered",
      message: 1,
      channel: "customers.address",
      subscription: { pattern: "customers.address" },
      replyTo,
    }),
    event({ kind: "published", message: 2, channel: replyTo }),
    event({
      kind: "delivered",
      message: 2,
      channel: replyTo,
      client: client("billing", 2),
      subscription: { pattern: "_INBOX.abc.*" },
    }),
  );
  expect(shown.map(({ operations, replyOf }) => [operations, replyOf])).toEqual([
    [["send:billing:nats:customers.address"], undefined],
    [["receive:orders:nats:customers.address"], undefined],
    [["receive:orders:nats:customers.address"], 1],
    [["send:billing:nats:customers.address"], 1],
  ]);
  for (const each of shown) expect(each.channels).toEqual(["nats:customers.address"]);
  expect(new Set(shown.map(({ chain }) => chain.id)).size).toBe(1);
});

test("a message that nobody heard is shown with its reason, on the sender's side", () => {
  const [, shown] = take(
    event({ kind: "published", message: 1, channel: "orders.accepted" }),
    event({
      kind: "dropped",
      message: 1,
      channel: "orders.accepted",
      client: null,
      reason: "no subscribers",
    }),
  );
  expect(shown).toMatchObject({
    kind: "dropped",
    actor: { kind: "broker" },
    reason: "no subscribers",
    operations: [],
  });
  expect(shown?.channels[0]).toBe("nats:orders.accepted");
});

test("another emulator counts from 1 again, the traffic goes on", () => {
  const traffic = createTraffic(() => ordersAndBilling);
  const first = traffic.take([
    event({ seq: 1, kind: "published", message: 1, channel: "orders.new" }),
    event({ seq: 2, kind: "delivered", message: 1, channel: "orders.new" }),
  ]);
  traffic.nextEmulator();
  const second = traffic.take([
    event({ seq: 1, kind: "published", message: 1, channel: "orders.new" }),
  ]);
  expect([...first, ...second].map((each) => [each.seq, each.message])).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
  ]);
  expect(traffic.events()).toHaveLength(3);
  expect(traffic.clear()).toBe(3);
  expect(traffic.events()).toEqual([]);
});

test("what is kept is bounded, in events and in bytes", () => {
  const traffic = createTraffic(() => ordersAndBilling);
  const small = Array.from({ length: 12_000 }, (_, index) =>
    event({ seq: index + 1, kind: "published", message: index + 1, channel: "orders.new" }),
  );
  for (let at = 0; at < small.length; at += 1000) traffic.take(small.slice(at, at + 1000));
  expect(traffic.events().length).toBeLessThanOrEqual(10_000);
  expect(traffic.events().at(-1)?.seq).toBe(12_000);

  const payload = new Uint8Array(60_000).fill(65);
  traffic.take(
    Array.from({ length: 1000 }, (_, index) =>
      event({
        seq: 12_001 + index,
        kind: "published",
        message: 12_001 + index,
        channel: "orders.new",
        payload,
      }),
    ),
  );
  const bytes = traffic
    .events()
    .reduce((sum, each) => sum + each.payload.base64.length + each.payload.preview.length, 0);
  expect(bytes).toBeLessThan(33 * 1024 * 1024);
  expect(traffic.events().at(-1)?.seq).toBe(13_000);
});
