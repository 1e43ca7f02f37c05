import { expect, test } from "vitest";
import { orderSchema } from "../fixtures/shop.ts";
import { schemaRows } from "./schema-rows.ts";

test("a schema is read line by line, lists with what is in them", () => {
  expect(
    schemaRows(orderSchema).map(
      (row) =>
        `${"  ".repeat(row.depth)}${row.name}${row.required ? "*" : ""}: ${row.type}${row.limits === "" ? "" : `, ${row.limits}`}`,
    ),
  ).toEqual([
    "id*: string, at least 1 character",
    "customer*: string, email",
    "total*: number, > 0",
    "express*: boolean",
    'payment: "card" | "invoice" | "transfer"',
    "lines*: list of object, at least 1 item",
    "  article*: string",
    "  quantity*: integer, ≥ 1",
  ]);
});

test("what is no object is one line", () => {
  expect(schemaRows({ type: "string", format: "uuid" })).toMatchObject([
    { name: "payload", type: "string", limits: "uuid" },
  ]);
});

test("the range of safe integers is no constraint worth reading", () => {
  const schema = {
    type: "integer",
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  };
  expect(schemaRows(schema)).toMatchObject([{ limits: "" }]);
});
