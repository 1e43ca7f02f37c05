import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as v from "valibot";
import { expect, test, vi } from "vitest";
import { operation, readFixture, schemaOf } from "../reading-fixtures.ts";

const topology = readFixture("schemas-valibot");
const id = (action: string, address: string) => `${action}:schemas-valibot:mqtt:${address}`;
const { Order } = await vi.importActual<{ Order: v.GenericSchema }>(
  "../fixtures/schemas-valibot/contracts.ts",
);

test("a subscriber's schema is what valibot takes in", () => {
  expect(operation(topology, id("receive", "orders")).message).toEqual({
    known: true,
    from: "schema",
    name: "Order",
    schema: {
      type: "object",
      properties: {
        id: { type: "string", format: "uuid" },
        email: { type: "string", format: "email", maxLength: 80 },
        at: { type: "string", format: "date-time" },
        method: { type: "string", enum: ["card", "invoice"] },
        lines: {
          type: "array",
          items: {
            type: "object",
            properties: { sku: { type: "string" }, quantity: { type: "integer", minimum: 1 } },
            required: ["sku", "quantity"],
          },
          minItems: 1,
        },
        note: { type: "string" },
        coupon: { anyOf: [{ type: "string" }, { type: "null" }] },
        currency: { type: "string", default: "EUR" },
        byName: { type: "object", additionalProperties: { type: "number" } },
        length: { type: "string" },
        even: { type: "number" },
        shape: {
          anyOf: [
            {
              type: "object",
              properties: { kind: { type: "string", const: "circle" }, radius: { type: "number" } },
              required: ["kind", "radius"],
            },
            {
              type: "object",
              properties: { kind: { type: "string", const: "square" }, side: { type: "number" } },
              required: ["kind", "side"],
            },
          ],
        },
      },
      required: [
        "id",
        "email",
        "at",
        "method",
        "lines",
        "coupon",
        "byName",
        "length",
        "even",
        "shape",
      ],
    },
    gaps: [{ pointer: "/properties/even", why: "v.check() may refuse more than this schema says" }],
  });
});

test("a publisher's schema is what valibot puts out", () => {
  const sent = schemaOf(topology, id("send", "orders"));
  expect(sent["properties"]).toMatchObject({
    length: { type: "number" },
    currency: { type: "string", default: "EUR" },
  });
  expect(sent["required"]).toContain("currency");
});

test("the schema and valibot judge the same messages alike", () => {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const judge = ajv.compile(schemaOf(topology, id("receive", "orders")));
  const good = {
    id: "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    email: "ada@example.com",
    at: "2026-01-01T12:00:00Z",
    method: "card",
    lines: [{ sku: "a", quantity: 1 }],
    coupon: null,
    byName: { a: 1 },
    length: "abc",
    even: 2,
    shape: { kind: "circle", radius: 1 },
  };
  const wrong = [
    { id: "no" },
    { email: "no" },
    { method: "cash" },
    { lines: [] },
    { lines: [{ sku: "a", quantity: 0.5 }] },
    { coupon: 1 },
    { byName: { a: "b" } },
    { length: 3 },
    { shape: { kind: "circle", side: 1 } },
    { currency: 1 },
    { at: undefined },
  ];
  expect([judge(good), v.safeParse(Order, good).success]).toEqual([true, true]);
  for (const change of wrong) {
    const message: unknown = JSON.parse(JSON.stringify({ ...good, ...change }));
    expect([change, judge(message), v.safeParse(Order, message).success]).toEqual([
      change,
      false,
      false,
    ]);
  }
});

test("InferOutput by a type's name, lazy schemas, pick and partial", () => {
  expect(operation(topology, id("receive", "$share/desk/brief")).message).toMatchObject({
    schema: {
      type: "object",
      properties: { id: { type: "string", format: "uuid" }, method: { enum: ["card", "invoice"] } },
    },
  });
  expect(schemaOf(topology, id("receive", "$share/desk/brief"))["required"]).toBeUndefined();
  expect(schemaOf(topology, id("send", "linked"))).toEqual({
    type: "object",
    properties: { value: { type: "string" }, next: { $ref: "#" } },
    required: ["value"],
  });
});

test("any other Standard Schema is read through its types", () => {
  expect(operation(topology, id("send", "other")).message).toEqual({
    known: true,
    from: "schema",
    schema: {
      type: "object",
      properties: { at: { type: "string", format: "date-time" }, count: { type: "number" } },
      required: ["at", "count"],
    },
  });
});

test("a shared subscription in an address subscribes to what comes after its group", () => {
  // MQTT 5 4.8.2
  expect(
    topology.channels.find(({ id: channel }) => channel === "mqtt:$share/desk/brief")?.pattern,
  ).toBe("brief");
});
