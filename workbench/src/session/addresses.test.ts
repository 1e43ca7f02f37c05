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
] as const)("%s: %s matches %s: %s", (protocol, pattern, concrete, expected) => {
  expect(matches(protocol, pattern, concrete)).toBe(expected);
});

test("parameters and wildcards are places to fill, wildcards by how they are written", () => {
  expect(placesOf("nats", "orders.{id}.*.*.>")).toEqual(["id", "*", "*2", ">"]);
  expect(read("nats", "orders.{id}.*.*.>", "orders.7.a.b.c.d")).toEqual({
    id: "7",
    "*": "a",
    "*2": "b",
    ">": "c.d",
  });
  expect(fill("nats", "orders.{id}.*.*.>", { id: "7", "*": "a", "*2": "b", ">": "c.d" })).toEqual({
    address: "orders.7.a.b.c.d",
  });
});

test("a value that would change the address is said by its place", () => {
  expect(fill("mqtt", "shipments/{orderId}/dispatched", { orderId: "a/b" })).toEqual({
    findings: [
      { pointer: "params/orderId", message: 'cannot contain "/", which would change the address' },
    ],
  });
  expect(fill("mqtt", "shipments/{orderId}", { orderId: "#" })).toHaveProperty(
    "findings.0.message",
    "is a wildcard: a message goes to one address",
  );
  expect(fill("nats", "orders.{id}", {})).toEqual({
    findings: [{ pointer: "params/id", message: "needs a value" }],
  });
  expect(fill("nats", "orders.{toString}", {})).toEqual({
    findings: [{ pointer: "params/toString", message: "needs a value" }],
  });
});
