import { expect, test } from "vitest";
import { operation, readFixture, schemaOf } from "../reading-fixtures.ts";

const topology = readFixture("schemas-plain-types");
const id = (action: string, address: string) => `${action}:schemas-plain-types:nats:${address}`;

test("an interface is read as what JSON makes of it", () => {
  const { message } = operation(topology, id("receive", "by.helper"));
  expect(message).toEqual({
    known: true,
    from: "type",
    name: "Order",
    schema: {
      type: "object",
      properties: {
        id: { type: "string", description: "Chosen by the shop." },
        total: { type: "number", description: "What it costs.", minimum: 0 },
        paid: { type: "boolean" },
        method: { type: "string", enum: ["card", "invoice"] },
        color: { type: "string", enum: ["red", "blue"] },
        at: { type: "string", format: "date-time" },
        note: { type: "string" },
        coupon: { anyOf: [{ type: "string" }, { type: "null" }] },
        maybe: { type: "number" },
        lines: {
          type: "array",
          items: {
            type: "object",
            properties: { sku: { type: "string" }, quantity: { type: "number" } },
            required: ["sku", "quantity"],
          },
        },
        pair: {
          type: "array",
          prefixItems: [{ type: "string" }, { type: "number" }],
          minItems: 1,
          maxItems: 2,
        },
        byName: { type: "object", additionalProperties: { type: "number" } },
        either: {
          anyOf: [
            { type: "string" },
            { type: "object", properties: { code: { type: "number" } }, required: ["code"] },
          ],
        },
        brand: { type: "string" },
        money: {
          type: "object",
          properties: { amount: { type: "number" }, currency: { type: "string" } },
          required: ["amount", "currency"],
        },
        price: { type: "object", properties: { euros: { type: "number" } }, required: ["euros"] },
        parent: { $ref: "#" },
      },
      required: [
        "id",
        "total",
        "paid",
        "method",
        "color",
        "at",
        "coupon",
        "lines",
        "pair",
        "byName",
        "either",
        "brand",
        "money",
        "price",
      ],
    },
  });
});

test("types are read from an annotated parameter, a type argument and a named handler", () => {
  expect(schemaOf(topology, id("receive", "by.parameter"))).toEqual({
    type: "object",
    properties: {
      data: { type: "object", properties: { hi: { type: "number" } }, required: ["hi"] },
      version: { type: "number", enum: [1, 2] },
    },
    required: ["data", "version"],
  });
  expect(schemaOf(topology, id("send", "by.argument"))).toMatchObject({
    properties: { data: { type: "array", items: { type: "string" } } },
  });
  expect(schemaOf(topology, id("receive", "named"))).toEqual({
    type: "object",
    properties: { count: { type: "number" } },
    required: ["count"],
  });
});

test("a type that holds itself refers to itself", () => {
  expect(schemaOf(topology, id("send", "tree"))).toEqual({
    type: "object",
    properties: { value: { type: "string" }, children: { type: "array", items: { $ref: "#" } } },
    required: ["value", "children"],
  });
});

test("z.infer and z.input are read from the schema's calls, with the constraints that no type has", () => {
  expect(schemaOf(topology, id("receive", "inferred"))).toEqual({
    type: "object",
    properties: {
      amount: { type: "number", minimum: 0 },
      currency: { type: "string", minLength: 3, maxLength: 3, default: "EUR" },
    },
    required: ["amount"],
  });
});

test("what is sent directly has the type of its value, and belongs to the handler that sends it", () => {
  expect(schemaOf(topology, id("send", "sent"))).toEqual({
    type: "object",
    properties: {
      count: { type: "number" },
      kind: { type: "string", const: "fixed" },
      when: { type: "string", format: "date-time" },
    },
    required: ["count", "kind", "when"],
  });
  expect(topology.links).toContainEqual({
    kind: "publishes",
    from: id("receive", "named"),
    to: id("send", "sent"),
  });
});

test("what is not known says why", () => {
  expect(operation(topology, id("receive", "strange")).message).toMatchObject({
    known: true,
    gaps: [
      { pointer: "/properties/anything", why: "its type is any" },
      { pointer: "/properties/unknown", why: "its type is unknown" },
      { pointer: "/properties/map", why: "a Map does not travel as JSON" },
      { pointer: "/properties/big", why: "a bigint does not travel as JSON" },
    ],
  });
  expect(operation(topology, id("receive", "whole")).message).toEqual({
    known: false,
    why: "its type is any",
  });
  expect(operation(topology, id("receive", "missing")).message).toEqual({
    known: false,
    why: "its type is not known: are the dependencies installed (npm install)?",
  });
});
