import { expect, test } from "vitest";
import { orderSchema } from "../fixtures/shop.ts";
import { fieldsOf, readField, readPayload, writeField } from "./fields.ts";

test("a schema's properties become fields by their type", () => {
  expect(fieldsOf(orderSchema)?.map((field) => [field.name, field.kind, field.required])).toEqual([
    ["id", "text", true],
    ["customer", "text", true],
    ["total", "number", true],
    ["express", "boolean", true],
    ["payment", "choice", false],
    ["lines", "json", true],
  ]);
});

test("objects within become groups, also through $ref", () => {
  const fields = fieldsOf({
    type: "object",
    properties: { to: { $ref: "#/$defs/address" } },
    $defs: {
      address: { type: "object", properties: { "a/b": { type: "string" } }, required: ["a/b"] },
    },
  });
  expect(fields).toMatchObject([
    { kind: "group", fields: [{ pointer: "/to/a~1b", kind: "text", required: true }] },
  ]);
});

test("a schema that refers to itself ends", () => {
  const node = { type: "object", properties: { next: { $ref: "#" }, name: { type: "string" } } };
  expect(fieldsOf(node)).not.toBeNull();
});

test("what is no object with properties has no fields", () => {
  expect(fieldsOf({ type: "string" })).toBeNull();
  expect(fieldsOf({ type: "object" })).toBeNull();
});

test("a field is written into the text, and the rest stays as it was", () => {
  const text = '{"id":"1","extra":[1],"to":{"city":"Ghent"}}';
  expect(JSON.parse(writeField(text, "/to/city", "Bruges"))).toEqual({
    id: "1",
    extra: [1],
    to: { city: "Bruges" },
  });
  expect(Object.keys(JSON.parse(writeField(text, "/id", 2)) as object)).toEqual([
    "id",
    "extra",
    "to",
  ]);
  expect(JSON.parse(writeField(text, "/extra", undefined))).toEqual({
    id: "1",
    to: { city: "Ghent" },
  });
  expect(JSON.parse(writeField("not json", "/a/b~1c", true))).toEqual({ a: { "b/c": true } });
});

test("only objects are shown as fields", () => {
  expect([readPayload("[1]"), readPayload("7"), readPayload("{")]).toEqual([null, null, null]);
  expect(readField(readPayload('{"a":{"b":7}}'), "/a/b")).toBe(7);
});
