import { expect, test } from "vitest";
import { fill, matches, placesOf, read } from "./addresses.ts";

test.each([
  ["nats", "orders.*", "orders.42", true],
  ["nats", "orders.*", "orders.42.paid", false],
  ["nats", "orders.>", "orders.42.paid", true],
  ["nats", "orders.>", "orders", false],
  ["nats", "orders.{id}", "orders.42", true],
  ["mqtt", "shipments/+/dispatched", "shipments/42/dispatched", true],
  ["mqtt", "shipments/#", "shipments", true],
  ["mqtt", "shipments/#", "shipments/42/dispatched", true],
  ["mqtt", "#", "$SYS/uptime", false],
  ["mqtt", "+/uptime", "$SYS/uptime", false],
  ["kafka", "orders", "orders", true],
  ["kafka", "orders.*", "orders.1", false],
  ["kafka", "orders.{id}", "orders.1", true],
  ["rabbitmq", "orders.#", "orders", true],
  ["rabbitmq", "#.paid", "orders.eu.paid", true],
  ["rabbitmq", "orders.#.paid", "orders.paid", true],
  ["rabbitmq", "orders.#.paid", "orders.eu.paid.late", false],
  ["redis", "orders:{id}.new", "orders:7.new", true],
  ["redis", "orders:{id}.new", "orders.7.new", false],
  ["redis", "orders:{id}", "orders:7:8", false],
] as const)("%s: %s matches %s: %s", (protocol, pattern, concrete, expected) => {
  expect(matches({ protocol, address: pattern }, concrete)).toBe(expected);
});

test("parameters and wildcards are places to fill, wildcards by how they are written", () => {
  expect(placesOf({ protocol: "nats", address: "orders.{id}.*.*.>" })).toEqual([
    "id",
    "*",
    "*2",
    ">",
  ]);
  expect(read({ protocol: "nats", address: "orders.{id}.*.*.>" }, "orders.7.a.b.c.d")).toEqual({
    id: "7",
    "*": "a",
    "*2": "b",
    ">": "c.d",
  });
  expect(
    fill(
      { protocol: "nats", address: "orders.{id}.*.*.>" },
      { id: "7", "*": "a", "*2": "b", ">": "c.d" },
    ),
  ).toEqual({
    address: "orders.7.a.b.c.d",
  });
});

test("a value that would change the address is said by its place", () => {
  expect(
    fill({ protocol: "mqtt", address: "shipments/{orderId}/dispatched" }, { orderId: "a/b" }),
  ).toEqual({
    findings: [
      { pointer: "params/orderId", message: 'cannot contain "/", which would change the address' },
    ],
  });
  expect(
    fill({ protocol: "mqtt", address: "shipments/{orderId}" }, { orderId: "#" }),
  ).toHaveProperty("findings.0.message", "is a wildcard: a message goes to one address");
  expect(fill({ protocol: "nats", address: "orders.{id}" }, {})).toEqual({
    findings: [{ pointer: "params/id", message: "needs a value" }],
  });
  expect(fill({ protocol: "nats", address: "orders.{toString}" }, {})).toEqual({
    findings: [{ pointer: "params/toString", message: "needs a value" }],
  });
});

test("a pattern is filled as a whole, with what fits it", () => {
  const topics = { protocol: "kafka", kind: "pattern", address: "/^orders\\.(eu|us)$/" } as const;
  expect(placesOf(topics)).toEqual(["topic"]);
  expect(matches(topics, "orders.eu")).toBe(true);
  expect(fill(topics, { topic: "orders.eu" })).toEqual({ address: "orders.eu" });
  expect(fill(topics, { topic: "orders.asia" })).toEqual({
    findings: [{ pointer: "params/topic", message: "does not fit /^orders\\.(eu|us)$/" }],
  });
  const channels = { protocol: "redis", kind: "pattern", address: "logs.*" } as const;
  expect(fill(channels, {})).toHaveProperty("findings.0.message", "needs a value");
  expect(read(channels, "logs.eu.error")).toEqual({ channel: "logs.eu.error" });
});

test("a wildcard in the middle of a routing key is a place, too", () => {
  const key = { protocol: "rabbitmq", address: "orders.#.paid" } as const;
  expect(read(key, "orders.eu.card.paid")).toEqual({ "#": "eu.card" });
  expect(fill(key, { "#": "eu.card" })).toEqual({ address: "orders.eu.card.paid" });
});
