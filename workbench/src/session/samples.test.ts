import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { z } from "zod";
import type { JsonSchema } from "../topology.ts";
import { createRandom } from "./random.ts";
import { samplePattern } from "./sample-pattern.ts";
import { sample } from "./samples.ts";

const order = z.object({
  id: z.string().regex(/^ord-\d{3,6}$/),
  customer: z.object({
    name: z.string().min(3).max(12),
    email: z.email(),
    vip: z.boolean().optional(),
  }),
  lines: z.array(z.object({ sku: z.string().length(8), quantity: z.int().min(1).max(9) })).min(2),
  total: z.number().positive().multipleOf(0.05),
  status: z.enum(["new", "paid"]),
  placedAt: z.iso.datetime(),
  trace: z.uuid().nullable(),
  delivery: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("pickup"), shop: z.string() }),
    z.object({ kind: z.literal("post"), zip: z.string().regex(/^[0-9]{4}$/) }),
  ]),
  labels: z.record(z.string(), z.int()),
  at: z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)]),
});

interface Category {
  name: string;
  parent: Category | null;
  children: Category[];
}
const category: z.ZodType<Category> = z.object({
  name: z.string(),
  get parent() {
    return category.nullable();
  },
  get children() {
    return z.array(category);
  },
});

const schemas: Record<string, JsonSchema> = {
  order: z.toJSONSchema(order, { io: "input" }) as JsonSchema,
  category: z.toJSONSchema(category) as JsonSchema,
  folded: {
    allOf: [
      { $ref: "#/$defs/named" },
      {
        type: "object",
        properties: { age: { type: "integer", exclusiveMinimum: 17, maximum: 19 } },
        required: ["age"],
      },
    ],
    $defs: {
      named: {
        type: "object",
        properties: { name: { type: "string", minLength: 30 } },
        required: ["name"],
      },
    },
  },
  narrow: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 0.03 },
  negative: { type: "integer", maximum: -5 },
  unique: { type: "array", items: { enum: ["a", "b", "c"] }, minItems: 3, uniqueItems: true },
  dictionary: {
    type: "object",
    additionalProperties: { type: "string", format: "date" },
    minProperties: 3,
  },
};

test.each(Object.keys(schemas))("samples of %s fit their schema, for many seeds", (name) => {
  const schema = schemas[name] ?? {};
  const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 6 });
  addFormats.default(ajv);
  const fits = ajv.compile(schema);
  for (let seed = 0; seed < 200; seed++) {
    const made = sample(schema, seed);
    expect(fits(made), `seed ${seed}: ${JSON.stringify(made)} ${JSON.stringify(fits.errors)}`).toBe(
      true,
    );
  }
});

test("the same seed gives the same sample, another seed another", () => {
  const schema = schemas["order"] ?? {};
  expect(sample(schema, 7)).toEqual(sample(schema, 7));
  expect(sample(schema, 7)).not.toEqual(sample(schema, 8));
});

test("names, defaults and examples are listened to", () => {
  const schema = {
    type: "object",
    properties: {
      customerId: { type: "string" },
      city: { type: "string" },
      currency: { default: "CHF" },
      note: { examples: ["ring twice"] },
    },
  };
  expect(sample(schema, 1)).toEqual({
    customerId: expect.stringMatching(/^customer-\d{4}$/),
    city: expect.stringMatching(/^[A-Z]/),
    currency: "CHF",
    note: "ring twice",
  });
});

test("a property named __proto__ is a property", () => {
  const schema = JSON.parse(
    '{"type":"object","properties":{"__proto__":{"const":1}}}',
  ) as JsonSchema;
  const made = sample(schema, 1);
  expect(Object.keys(made as object)).toEqual(["__proto__"]);
});

test("a schema whose required part is itself ends", () => {
  const schema: JsonSchema = {
    type: "object",
    properties: { next: { $ref: "#" } },
    required: ["next"],
  };
  expect(JSON.stringify(sample(schema, 1)).length).toBeLessThan(1000);
  expect(sample({ $ref: "#" }, 1)).toBeDefined();
});

test.each([
  "^[A-Z]{2}\\d{2}(?:[ -]?\\w{4}){1,3}$",
  "^(red|green|blue)+$",
  "^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$",
  "a.c?",
  "^v\\d+\\.\\d+$",
  "^[\\w.-]+$",
])("a string for %s fits it", (pattern) => {
  for (let seed = 0; seed < 100; seed++)
    expect(samplePattern(pattern, createRandom(seed))).toMatch(new RegExp(pattern));
});

test.each(["^(?=a)b", "(a)\\1", "[", "x{100000}", "(?<!a)b"])(
  "a pattern that is not understood, %s, gives nothing",
  (pattern) => {
    expect(samplePattern(pattern, createRandom(1))).toBeNull();
  },
);
