import { expect, test } from "vitest";
import type { Channel, Operation, Topology } from "../topology.ts";
import { ordersAndBilling } from "./fixtures/orders-and-billing.ts";
import { createRoutes } from "./routes.ts";

const events = { name: "events", type: "topic" };
const rabbitmq = { protocol: "rabbitmq", pattern: null, params: [] } as const;
const channels: readonly Channel[] = [
  { ...rabbitmq, id: "rabbitmq.queue:paid", kind: "queue", address: "paid" },
  { ...rabbitmq, id: "rabbitmq@events:paid", exchange: events, address: "paid" },
  {
    ...rabbitmq,
    id: "rabbitmq@events:orders.{id}",
    exchange: events,
    address: "orders.{id}",
    pattern: "orders.*",
    params: ["id"],
  },
  {
    ...rabbitmq,
    id: "rabbitmq@all:anything",
    exchange: { name: "all", type: "fanout" },
    address: "anything",
  },
];
const topology: Topology = { ...ordersAndBilling, channels, operations: [] };

test("a queue and a routing key of one name are two channels, and an exchange is not another", () => {
  const routes = createRoutes(topology);
  const at = (channelType: string, channel: string, queue?: string) =>
    routes.channels({
      protocol: "rabbitmq",
      channel,
      channelType,
      ...(queue === undefined ? {} : { subscription: { pattern: queue, group: queue } }),
    });
  expect(at("queue", "paid")).toEqual(["rabbitmq.queue:paid"]);
  expect(at("exchange:events", "paid")).toEqual(["rabbitmq@events:paid"]);
  expect(at("exchange:other", "paid")).toEqual([]);
  expect(at("exchange:events", "orders.7")).toEqual(["rabbitmq@events:orders.{id}"]);
  expect(at("exchange:all", "whatever")).toEqual(["rabbitmq@all:anything"]);
  // A queue hands on what an exchange gave it.
  expect(at("exchange:events", "orders.7", "paid")).toEqual([
    "rabbitmq.queue:paid",
    "rabbitmq@events:orders.{id}",
  ]);
});

test("who consumes a queue receives by it, whatever exchange filled it", () => {
  const [operation] = ordersAndBilling.operations;
  if (operation === undefined) throw new Error("the fixture has operations");
  const print: Operation = {
    ...operation,
    id: "receive:printing:rabbitmq.queue:paid",
    action: "receive",
    service: "service:printing",
    channel: "rabbitmq.queue:paid",
  };
  const routes = createRoutes({ ...topology, operations: [print] });
  const event = {
    seq: 1,
    time: 0,
    kind: "delivered",
    protocol: "rabbitmq",
    channel: "orders.7",
    channelType: "exchange:events",
    message: 1,
    client: null,
    headers: {},
    payload: new Uint8Array(),
    subscription: { pattern: "paid", group: "paid" },
  } as const;
  expect(routes.operations(event, "service:printing")).toEqual([print]);
});
