import { expect, test } from "vitest";
import { journey, strangerPublishes } from "../fixtures/shop.ts";
import {
  addTraffic,
  clearTraffic,
  KEPT_EVENTS,
  moves,
  noTraffic,
  pinChain,
} from "./traffic-state.ts";

test("an order's journey is counted at every channel, service and operation it passes", () => {
  const state = addTraffic(noTraffic, journey());
  expect(state.counters.get("nats:orders.new")).toEqual({ published: 1, delivered: 1 });
  expect(state.counters.get("nats:payments.taken")).toEqual({ published: 1, delivered: 1 });
  expect(state.counters.get("mqtt:shipments/{orderId}/dispatched")).toEqual({
    published: 1,
    delivered: 1,
  });
  expect(state.counters.get("nats:payments.flagged")).toBeUndefined();
  expect(state.counters.get("service:billing")).toEqual({ received: 1, sent: 1 });
  expect(state.counters.get("service:notifications")).toEqual({ received: 1 });
  expect(state.counters.get("receive:billing:nats:orders.accepted")).toEqual({ received: 1 });
  expect(state.counters.get("workbench:nats:orders.new")).toEqual({ sent: 1 });
});

test("one moving message is one published, delivered or redelivered event", () => {
  const events = journey();
  expect(addTraffic(noTraffic, events).moved).toBe(
    events.filter((event) => ["published", "delivered", "redelivered"].includes(event.kind)).length,
  );
  expect(events.filter(moves)).toHaveLength(12);
});

test("an answer is counted on the channel it was asked on", () => {
  const state = addTraffic(noTraffic, journey());
  // The question and its answer: two published, two delivered.
  expect(state.counters.get("nats:customers.address")).toEqual({ published: 2, delivered: 2 });
});

test("events that were seen before are not counted again", () => {
  const once = addTraffic(noTraffic, journey());
  expect(addTraffic(once, journey())).toBe(once);
});

test("clearing counts again from 0 and forgets nothing that came later", () => {
  const first = addTraffic(noTraffic, journey({ seq: 1, id: "A-1" }));
  const both = addTraffic(first, journey({ seq: 100, id: "A-2" }));
  const cleared = clearTraffic(both, 99);
  expect(cleared.counters.get("nats:orders.new")).toEqual({ published: 1, delivered: 1 });
  expect(cleared.total).toBe(13);
  expect(clearTraffic(both, 1_000).total).toBe(0);
});

test("the list is bounded, the counters are not", () => {
  let state = noTraffic;
  for (let round = 0; round < 100; round++)
    state = addTraffic(state, journey({ seq: 1 + round * 13 }));
  expect(state.events).toHaveLength(KEPT_EVENTS);
  expect(state.total).toBe(1_300);
  expect(state.counters.get("service:billing")).toEqual({ received: 100, sent: 100 });
});

test("a chain that is looked at stays whole when its events leave the list", () => {
  let state = pinChain(addTraffic(noTraffic, journey({ id: "watched" })), "chain-watched");
  for (let round = 1; round < 100; round++)
    state = addTraffic(state, journey({ seq: 1 + round * 13 }));
  expect(state.events.some((event) => event.chain.id === "chain-watched")).toBe(false);
  expect(state.pinned?.events).toHaveLength(13);
});

test("a client that belongs to nobody is remembered with the channel it was seen on", () => {
  const state = addTraffic(noTraffic, [strangerPublishes(1), strangerPublishes(2)]);
  expect([...state.clients]).toEqual([["client:legacy-importer", "legacy-importer"]]);
  expect(state.observed).toEqual([
    { actor: "client:legacy-importer", channel: "nats:orders.new", direction: "send" },
  ]);
});

test("clients without end do not fill the picture", () => {
  const events = Array.from({ length: 60 }, (_, index) => ({
    ...strangerPublishes(index + 1),
    actor: { kind: "unknown", name: `job-${index}` } as const,
  }));
  const state = addTraffic(noTraffic, events);
  expect(state.clients.size).toBe(24);
  expect(state.counters.get("nats:orders.new")).toEqual({ published: 60 });
});

test("a declared operation is not drawn a second time as observed", () => {
  expect(addTraffic(noTraffic, journey()).observed).toEqual([]);
});
