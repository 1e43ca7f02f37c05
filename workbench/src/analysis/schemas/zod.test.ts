import { isDeepStrictEqual } from "node:util";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import type { JsonSchema } from "../../topology.ts";
import { operation, readFixture, schemaOf } from "../reading-fixtures.ts";

// Not by `import`: fixtures are no part of this room's types.
const contracts = await vi.importActual<Readonly<Record<string, z.ZodType>>>(
  "../fixtures/schemas-zod/contracts.ts",
);
const topology = readFixture("schemas-zod");
const id = (action: string, address: string) => `${action}:schemas-zod:nats:${address}`;

for (const [name, schema] of Object.entries(contracts)) {
  test(`what is read of ${name} is what zod says of itself`, () => {
    const [input, output] = (["input", "output"] as const).map((io) =>
      named(z.toJSONSchema(schema, { io, reused: "inline" })),
    );
    expect(inOneForm(schemaOf(topology, id("receive", `in.${name}`)))).toEqual(inOneForm(input));
    expect(inOneForm(schemaOf(topology, id("send", `out.${name}`)))).toEqual(inOneForm(output));
  });
}

test("the wire's side: what a subscriber takes in, what a publisher sends out", () => {
  const received = operation(topology, id("receive", "wire")).message;
  expect(received).toEqual({
    known: true,
    from: "schema",
    name: "Wire",
    schema: {
      type: "object",
      properties: {
        coerced: { type: ["number", "string"] },
        when: { type: ["string", "number"], format: "date-time" },
        date: { type: "string", format: "date-time" },
        fallback: { type: "number", default: 1 },
        length: { type: "string" },
        piped: { type: "string" },
        refined: { type: "string" },
        anything: { $comment: "not read: z.unknown() takes anything" },
        big: { $comment: "not read: a bigint does not travel as JSON" },
        made: { type: "number", maximum: 10 },
        anyCase: { type: "string" },
        oldPattern: { type: "string" },
        around: { type: "string", pattern: String.raw`^a\.b`, allOf: [{ pattern: "c$" }] },
        lost: { $comment: expect.stringContaining("npm install") as string },
      },
      required: [
        "coerced",
        "when",
        "date",
        "length",
        "piped",
        "refined",
        "anything",
        "big",
        "made",
        "anyCase",
        "oldPattern",
        "around",
        "lost",
      ],
    },
    gaps: [
      {
        pointer: "/properties/date",
        why: "z.date() takes a Date, which JSON cannot carry: use z.coerce.date() or z.iso.datetime()",
      },
      { pointer: "/properties/refined", why: ".refine() may refuse more than this schema says" },
      { pointer: "/properties/anything", why: "z.unknown() takes anything" },
      { pointer: "/properties/big", why: "a bigint does not travel as JSON" },
      {
        pointer: "/properties/anyCase",
        why: "its pattern /^[a-z]+$/i is not checked: JSON Schema has no flags",
      },
      {
        pointer: "/properties/oldPattern",
        why: String.raw`its pattern /^[\w-.]+$/ is not checked: it is not valid with the flag u`,
      },
      { pointer: "/properties/lost", why: expect.stringContaining("stringify()") as string },
    ],
  });

  const sent = schemaOf(topology, id("send", "wire"));
  expect(sent["properties"]).toMatchObject({
    coerced: { type: "number" },
    when: { type: "string", format: "date-time" },
    fallback: { type: "number", default: 1 },
    // The result of a transform is known to the types only, and zod is installed here.
    length: { type: "number" },
    piped: { type: "number" },
  });
  expect(sent["required"]).toContain("fallback");
});

test("a schema that takes anything is unknown with its reason, never {}", () => {
  expect(operation(topology, id("receive", "whole")).message).toEqual({
    known: false,
    why: "z.any() takes anything",
  });
  expect(topology.problems).toContainEqual(
    expect.objectContaining({ code: "unread-schema", subject: id("receive", "whole") }),
  );
});

/** Zod numbers what the analysis calls by its name. */
function named(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll("__schema0", "Category"));
}

/** Differences that mean the same, or that zod adds to what is written: each has its line. */
function inOneForm(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inOneForm);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, inOneForm(value)]);
  const {
    $schema: _version,
    oneOf,
    ...form
  } = Object.fromEntries(entries) as Record<string, unknown>;
  if (oneOf !== undefined) form["anyOf"] = oneOf;
  // An int is a safe one, a format has a pattern, a record has texts as keys, a tuple ends.
  if (form["minimum"] === Number.MIN_SAFE_INTEGER) delete form["minimum"];
  if (form["maximum"] === Number.MAX_SAFE_INTEGER) delete form["maximum"];
  if (form["format"] !== undefined) delete form["pattern"];
  if (isDeepStrictEqual(form["propertyNames"], { type: "string" })) delete form["propertyNames"];
  if (form["items"] === false) delete form["items"];
  // `.readonly()` is about the object in the program, not about the payload.
  delete form["readOnly"];
  // What is sent has no other properties; the analysis leaves that open unless the schema is strict.
  if (form["additionalProperties"] === false) delete form["additionalProperties"];
  return inFewerWords(form);
}

/** `anyOf` of bare types is a list of types; `allOf` of objects is one object. */
function inFewerWords(form: Record<string, unknown>): Record<string, unknown> {
  const { anyOf, allOf, ...rest } = form as { anyOf?: JsonSchema[]; allOf?: JsonSchema[] };
  if (anyOf?.every((each) => isDeepStrictEqual(Object.keys(each), ["type"])))
    return { ...rest, type: anyOf.map((each) => each["type"]) };
  if (!allOf?.every((each) => each["type"] === "object")) return form;
  const properties = Object.assign({}, ...allOf.map((each) => each["properties"])) as unknown;
  return {
    ...rest,
    type: "object",
    properties,
    required: allOf.flatMap((each) => each["required"]),
  };
}
