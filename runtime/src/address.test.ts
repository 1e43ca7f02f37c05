import { describe, expect, test } from "vitest";
import { parseAddress, type AddressDialect } from "./address.ts";
import { AddressError } from "./errors.ts";

const nats: AddressDialect = { separator: ".", one: "*", rest: ">", restMatchesParent: false };
const mqtt: AddressDialect = { separator: "/", one: "+", rest: "#", restMatchesParent: true };

describe("matching", () => {
  test.each([
    [nats, "orders", "orders", {}],
    [nats, "orders", "orders.new", null],
    [nats, "orders.{id}", "orders.7", { id: "7" }],
    [nats, "orders.{id}", "orders", null],
    [nats, "orders.{id}", "orders.7.items", null],
    [nats, "{shop}.orders.{id}", "mill.orders.7", { shop: "mill", id: "7" }],
    [nats, "orders.*", "orders.7", {}],
    [nats, "orders.>", "orders.7.items", {}],
    [nats, "orders.>", "orders", null],
    [mqtt, "shipments/{id}/dispatched", "shipments/7/dispatched", { id: "7" }],
    [mqtt, "shipments/+/dispatched", "shipments/7/dispatched", {}],
    [mqtt, "shipments/#", "shipments/7/dispatched", {}],
    [mqtt, "shipments/#", "shipments", {}],
    [mqtt, "{site}/#", "north/a/b", { site: "north" }],
    [mqtt, "a//b", "a//b", {}],
  ] as const)("%o %s on %s", (dialect, template, concrete, params) => {
    expect(parseAddress(template, dialect).match(concrete)).toEqual(params);
  });
});

test("a template is subscribed to by wildcard and filled for publishing", () => {
  const address = parseAddress("users.{userId}.created", nats);
  expect(address).toMatchObject({ pattern: "users.*.created", params: ["userId"], wild: true });
  expect(address.fill({ userId: "7" })).toBe("users.7.created");
});

test.each(["7.x", "*", ">", "a>", ""])(
  "a value that would change the address is refused: %j",
  (userId) => {
    expect(() => parseAddress("users.{userId}", nats).fill({ userId })).toThrow(AddressError);
  },
);

test.each(["", "users.a{id}", "{id}.{id}", "users.{}", "users.{a b}"])(
  "not an address: %j",
  (template) => {
    expect(() => parseAddress(template, nats)).toThrow(AddressError);
  },
);

test("a message cannot go to a wildcard", () => {
  expect(() => parseAddress("users.*", nats).fill({})).toThrow("wildcard");
  expect(() => parseAddress("users/#", mqtt).fill({})).toThrow("wildcard");
});
