import { describe, expect, test } from "vitest";
import { parseAddress, type AddressDialect } from "./address.ts";
import { AddressError } from "./errors.ts";

const nats: AddressDialect = { separator: ".", one: "*", rest: ">", restMatchesParent: false };
const mqtt: AddressDialect = { separator: "/", one: "+", rest: "#", restMatchesParent: true };

const amqp: AddressDialect = {
  separator: ".",
  one: "*",
  rest: "#",
  restMatchesParent: true,
  restAnywhere: true,
};
const redis: AddressDialect = {
  separator: ".:",
  one: "*",
  rest: ">",
  restMatchesParent: false,
  noWildcards: "use pattern(…)",
};

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
    [amqp, "#", "a.b", {}],
    [amqp, "a.#", "a", {}],
    [amqp, "a.#.z", "a.z", {}],
    [amqp, "a.#.z", "a.b.c.z", {}],
    [amqp, "a.#.z", "a.b.c", null],
    [amqp, "#.{last}", "a.b.c", { last: "c" }],
    [amqp, "#.z", "z", {}],
    [amqp, "#.z", "az", null],
    [redis, "orders:{id}.new", "orders:7.new", { id: "7" }],
    [redis, "orders:{id}", "orders.7", null],
    [redis, "orders:{id}", "orders:7:new", null],
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

test("a dialect without wildcards refuses them, with what to write instead", () => {
  expect(() => parseAddress("users.*", redis)).toThrow("use pattern(…)");
  expect(parseAddress("users.{id}", redis).fill({ id: ">x" })).toBe("users.>x");
});
