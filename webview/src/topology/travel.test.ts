import { expect, test } from "vitest";
import { journey, shopTopology, strangerPublishes } from "../fixtures/shop.ts";
import { buildGraph } from "./graph.ts";
import { LONGEST_WAIT_MS, Schedule, TRAVEL_MS } from "./schedule.ts";
import { touched, travelOf } from "./travel.ts";

const events = journey();
const graph = buildGraph(shopTopology, [], new Map());
const travels = events.map((event) => travelOf(event, graph));

test("each event of an order travels one wire, in the direction it went", () => {
  expect(
    travels.map((travel) =>
      travel === null ? null : `${travel.reverse ? "back on " : ""}${travel.wire}`,
    ),
  ).toEqual([
    "workbench:nats:orders.new",
    "wire:receive:orders:nats:orders.new",
    "wire:send:orders:nats:orders.accepted",
    "wire:receive:billing:nats:orders.accepted",
    "wire:send:billing:nats:payments.taken",
    "wire:receive:shipping:nats:payments.taken",
    "wire:send:shipping:nats:customers.address",
    "wire:receive:orders:nats:customers.address",
    "back on wire:receive:orders:nats:customers.address",
    "back on wire:send:shipping:nats:customers.address",
    "wire:send:shipping:mqtt:shipments/{orderId}/dispatched",
    "wire:receive:notifications:mqtt:shipments/{orderId}/dispatched",
    null,
  ]);
});

test("who receives lights up, who sends does not", () => {
  expect(travels.flatMap((travel) => (travel?.lights == null ? [] : [travel.lights]))).toEqual([
    "service:orders",
    "service:billing",
    "service:shipping",
    "service:orders",
    "service:shipping",
    "service:notifications",
  ]);
});

test("an undeclared channel has no line to travel", () => {
  const event = { ...strangerPublishes(1), channels: [], address: "somewhere.else" };
  expect(travelOf(event, graph)).toBeNull();
});

test("a chain lights the wires it used and leaves the dead end dark", () => {
  const { wires, cards } = touched(events, graph);
  expect(wires.size).toBe(9);
  expect(cards.has("nats:payments.flagged")).toBe(false);
});

test("a message sets off when the one it follows has arrived", () => {
  const schedule = new Schedule();
  const starts = events
    .filter((_, index) => travels[index] !== null)
    .map((event) => schedule.startOf(event, 1_000));
  expect(starts.slice(0, 4)).toEqual([0, 1, 2, 3].map((hop) => 1_000 + hop * TRAVEL_MS));
  // The shipment follows the payment's delivery, not the address that was asked meanwhile.
  expect(starts[10]).toBe(starts[6]);
  expect(Math.max(...starts)).toBeLessThanOrEqual(1_000 + LONGEST_WAIT_MS);
});

test("what comes late waits for nothing", () => {
  const schedule = new Schedule();
  const [published, delivered] = events;
  schedule.startOf(published!, 0);
  expect(schedule.startOf(delivered!, 60_000)).toBe(60_000);
});
