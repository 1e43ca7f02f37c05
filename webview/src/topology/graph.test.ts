import { expect, test } from "vitest";
import { shopTopology } from "../fixtures/shop.ts";
import { buildGraph, cardOf, neighbourhood, type Card, type ServiceCard } from "./graph.ts";

const graph = buildGraph(shopTopology, [], new Map());
const card = (id: string): Card => {
  const found = graph.cards.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no card ${id}`);
  return found;
};

test("every service and channel is a card, every operation a wire", () => {
  expect(graph.cards.map((one) => one.id)).toEqual(
    [...shopTopology.services, ...shopTopology.channels].map((one) => one.id),
  );
  expect(graph.wires).toHaveLength(shopTopology.operations.length);
});

test("sending leads from the service to the channel, receiving from the channel to the service", () => {
  expect(
    graph.wires.find((wire) => wire.operation === "send:billing:nats:payments.taken"),
  ).toMatchObject({ from: "service:billing", to: "nats:payments.taken" });
  expect(
    graph.wires.find((wire) => wire.operation === "receive:shipping:nats:payments.taken"),
  ).toMatchObject({ from: "nats:payments.taken", to: "service:shipping" });
});

test("what a handler returns is a line inside its service", () => {
  const shipping = card("service:shipping") as ServiceCard;
  expect(shipping.receives.map((one) => one.name)).toEqual(["ship"]);
  expect(shipping.sends.map((one) => one.name)).toEqual(["addresses", "shipments"]);
  expect(shipping.inner).toEqual([{ from: 0, to: 1 }]);
});

test("a problem of an operation stands on its service and its channel", () => {
  expect(card("nats:payments.flagged")).toMatchObject({ problems: [{ code: "nobody-listens" }] });
  expect(card("service:billing")).toMatchObject({ problems: [{ code: "nobody-listens" }] });
  expect(card("service:shipping")).toMatchObject({ problems: [] });
});

test("who is only seen in the traffic gets a wire without an operation", () => {
  const observed = [
    { actor: "client:legacy", channel: "nats:orders.new", direction: "send" as const },
  ];
  const seen = buildGraph(shopTopology, observed, new Map([["client:legacy", "legacy"]]));
  expect(seen.cards.at(-1)).toEqual({ kind: "client", id: "client:legacy", name: "legacy" });
  expect(seen.wires.at(-1)).toMatchObject({
    from: "client:legacy",
    to: "nats:orders.new",
    operation: null,
  });
});

test("a wire to a channel that is no longer declared is left out", () => {
  const observed = [
    { actor: "service:orders", channel: "nats:gone", direction: "receive" as const },
  ];
  expect(buildGraph(shopTopology, observed, new Map()).wires).toHaveLength(
    shopTopology.operations.length,
  );
});

test("an address that could not be resolved is shown as its source text", () => {
  const topology = {
    ...shopTopology,
    channels: [
      {
        id: "nats:?1",
        protocol: "nats" as const,
        address: null,
        pattern: null,
        expression: "pick(region)",
        params: [],
      },
    ],
  };
  expect(buildGraph(topology, [], new Map()).cards.at(-1)).toMatchObject({ name: "pick(region)" });
});

test("focus leaves a service, its channels and the services behind them", () => {
  expect([...neighbourhood(graph, "service:billing")].sort()).toEqual(
    [
      "nats:orders.accepted",
      "nats:payments.flagged",
      "nats:payments.taken",
      "service:billing",
      "service:orders",
      "service:shipping",
    ].sort(),
  );
});

test("operations and servers stand on their service's card", () => {
  expect(cardOf(shopTopology, "receive:billing:nats:orders.accepted")).toBe("service:billing");
  expect(cardOf(shopTopology, "server:shipping:mqtt")).toBe("service:shipping");
  expect(cardOf(shopTopology, "nats:orders.new")).toBe("nats:orders.new");
});
