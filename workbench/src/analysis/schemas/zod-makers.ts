/** What each function of `z` makes: a row for each. */
import { ts } from "ts-morph";
import type { JsonSchema } from "../../topology.ts";
import type { Bound } from "../follow.ts";
import { returnedBy } from "../syntax.ts";
import {
  allOf,
  anyOf,
  arrayOf,
  constant,
  enumOf,
  gapsAt,
  known,
  objectOf,
  type Part,
  tupleOf,
  unread,
  withGap,
} from "./part.ts";
import type { SchemaReader } from "./reader.ts";
import { cannotTravel, date, type Maker } from "./library.ts";
import { formatOf, formats } from "./zod-formats.ts";
import { check, methods } from "./zod-methods.ts";

const plain =
  (schema: JsonSchema): Maker =>
  ({ reader, args }) =>
    check(known(schema), { reader, args });
const anything =
  (what: string): Maker =>
  () =>
    unread(`${what} takes anything`);
/** `z.optional(schema)` for `schema.optional()`: the same word as a function. */
const asMethod =
  (name: string): Maker =>
  ({ reader, args: [first, ...args], call }) => {
    const method = methods[name];
    return method === undefined
      ? unread(`z.${name}() is not read`)
      : method(reader.inner(first), { reader, args, call });
  };

export const makers: Readonly<Record<string, Maker>> = {
  string: plain({ type: "string" }),
  number: plain({ type: "number" }),
  int: plain({ type: "integer" }),
  int32: plain({ type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 }),
  uint32: plain({ type: "integer", minimum: 0, maximum: 4_294_967_295 }),
  float32: plain({ type: "number" }),
  float64: plain({ type: "number" }),
  boolean: plain({ type: "boolean" }),
  null: plain({ type: "null" }),
  date: date(
    "z.date() takes a Date, which JSON cannot carry: use z.coerce.date() or z.iso.datetime()",
  ),
  bigint: cannotTravel("a bigint"),
  symbol: cannotTravel("a symbol"),
  map: cannotTravel("a Map"),
  set: cannotTravel("a Set"),
  file: cannotTravel("a File"),
  function: cannotTravel("a function"),
  nan: cannotTravel("NaN"),
  any: anything("z.any()"),
  unknown: anything("z.unknown()"),
  json: anything("z.json()"),
  custom: ({ reader, call }) => reader.typed(call, "z.custom() is judged by its own function"),
  instanceof: ({ reader, call }) => reader.typed(call, "z.instanceof() is judged by a class"),
  undefined: () => ({ ...known({ not: {} }), optional: true }),
  void: () => ({ ...known({ not: {} }), optional: true }),
  never: () => known({ not: {} }),

  literal: ({ reader, args: [first] }) => {
    const value = reader.value(first);
    if (!value.known) return unread("the value of z.literal() could not be resolved");
    return Array.isArray(value.value) ? enumOf(value.value) : constant(value.value);
  },
  enum: ({ reader, args: [first] }) => enumerated(reader, first),
  nativeEnum: ({ reader, args: [first] }) => enumerated(reader, first),
  stringbool: ({ reader }) => known({ type: reader.side === "input" ? "string" : "boolean" }),
  templateLiteral: () =>
    withGap(known({ type: "string" }), "the parts of z.templateLiteral() are not read"),

  object: ({ reader, args: [shape] }) => objectOf(reader.shape(shape)),
  interface: ({ reader, args: [shape] }) => objectOf(reader.shape(shape)),
  looseObject: ({ reader, args: [shape] }) => objectOf(reader.shape(shape)),
  strictObject: ({ reader, args: [shape] }) =>
    objectOf(reader.shape(shape), { additionalProperties: false }),
  array: ({ reader, args: [item, ...checks] }) =>
    check(arrayOf(reader.inner(item)), { reader, args: checks }),
  tuple: ({ reader, args: [items, rest] }) => {
    const list = reader.follow(items);
    if (list === null || !ts.isArrayLiteralExpression(list.node))
      return unread("the items of z.tuple() could not be resolved");
    return tupleOf(
      list.node.elements.map((node) => reader.inner({ node, env: list.env })),
      rest === undefined ? null : reader.inner(rest),
    );
  },
  record: ({ reader, args: [first, second] }) =>
    recordOf(reader, second === undefined ? undefined : first, second ?? first, true),
  partialRecord: ({ reader, args: [key, value] }) => recordOf(reader, key, value, false),
  looseRecord: ({ reader, args: [key, value] }) => recordOf(reader, key, value, false),
  union: ({ reader, args: [options] }) => oneOfList(reader, options, "z.union()"),
  xor: ({ reader, args: [options] }) => oneOfList(reader, options, "z.xor()"),
  // Zod 3 and 4 name the discriminator first, an early zod 4 did not.
  discriminatedUnion: ({ reader, args }) =>
    oneOfList(reader, args.at(1) ?? args[0], "z.discriminatedUnion()"),
  intersection: ({ reader, args: [left, right] }) =>
    allOf([reader.inner(left), reader.inner(right)]),
  lazy: ({ reader, args: [getter] }) => {
    const made = reader.follow(getter);
    const returned = made !== null && ts.isFunctionLike(made.node) ? returnedBy(made.node) : null;
    return returned === null || made === null
      ? unread("the schema of z.lazy() could not be resolved")
      : reader.inner({ node: returned, env: made.env });
  },

  preprocess: ({ reader, args: [, schema] }) => {
    const part = reader.inner(schema);
    return reader.side === "output"
      ? part
      : withGap(part, "z.preprocess() changes the payload before this is checked");
  },
  pipe: asMethod("pipe"),
  codec: ({ reader, args: [input, output] }) =>
    reader.inner(reader.side === "input" ? input : output),
  transform: ({ reader, call }) =>
    reader.side === "input"
      ? unread("z.transform() takes anything")
      : reader.typed(call, "the result of z.transform() could not be read"),
  optional: asMethod("optional"),
  exactOptional: asMethod("optional"),
  nonoptional: asMethod("nonoptional"),
  nullable: asMethod("nullable"),
  nullish: asMethod("nullish"),
  readonly: asMethod("readonly"),
  default: asMethod("default"),
  _default: asMethod("default"),
  prefault: asMethod("prefault"),
  catch: asMethod("catch"),
  extend: asMethod("extend"),
  safeExtend: asMethod("extend"),
  merge: asMethod("merge"),
  pick: asMethod("pick"),
  omit: asMethod("omit"),
  partial: asMethod("partial"),
  required: asMethod("required"),
  keyof: asMethod("keyof"),
  promise: ({ reader, args: [inner] }) => reader.inner(inner),

  // What is coerced is taken in more forms than it is given on: the input is what JavaScript converts.
  "coerce.string": ({ reader }) =>
    known({ type: reader.side === "output" ? "string" : ["string", "number", "boolean"] }),
  "coerce.number": ({ reader }) =>
    known({ type: reader.side === "output" ? "number" : ["number", "string"] }),
  "coerce.boolean": ({ reader }) =>
    known({ type: reader.side === "output" ? "boolean" : ["boolean", "string", "number", "null"] }),
  "coerce.date": ({ reader }) =>
    known({
      type: reader.side === "output" ? "string" : ["string", "number"],
      format: "date-time",
    }),
  "coerce.bigint": ({ reader }) =>
    reader.side === "output"
      ? unread("a bigint does not travel as JSON")
      : known({ type: ["integer", "string"] }),

  // `z.date()` is a Date, `z.iso.date()` a text.
  ...Object.fromEntries(
    Object.keys(formats)
      .filter((name) => name !== "date")
      .map((name) => [name, formatMaker(name)]),
  ),
  ...Object.fromEntries(
    ["date", "time", "datetime", "duration"].map((name) => [`iso.${name}`, formatMaker(name)]),
  ),
  stringFormat: () =>
    withGap(known({ type: "string" }), "the format of z.stringFormat() is not read"),
  hash: () => known({ type: "string" }),
};

function formatMaker(name: string): Maker {
  return ({ reader, args }) =>
    check(known({ type: "string", ...formatOf(name, reader, args) }), { reader, args });
}

function oneOfList(reader: SchemaReader, given: Bound | undefined, what: string): Part {
  const list = reader.follow(given);
  if (list === null || !ts.isArrayLiteralExpression(list.node))
    return unread(`the options of ${what} could not be resolved`);
  return anyOf(list.node.elements.map((node) => reader.inner({ node, env: list.env })));
}

function enumerated(reader: SchemaReader, given: Bound | undefined): Part {
  const values = reader.values(given);
  return values === null ? unread("the values of z.enum() could not be resolved") : enumOf(values);
}

function recordOf(
  reader: SchemaReader,
  key: Bound | undefined,
  value: Bound | undefined,
  exhaustive: boolean,
): Part {
  const values = reader.inner(value);
  const keys = key === undefined ? known({ type: "string" }) : reader.inner(key);
  const names = keys.schema["enum"];
  // Zod 4 wants every key of an enum.
  if (exhaustive && Array.isArray(names))
    return objectOf(new Map(names.map((name) => [String(name), values])), {
      additionalProperties: false,
    });
  const { type: _type, ...limits } = keys.schema;
  const named = Object.keys(limits).length > 0 ? { propertyNames: keys.schema } : {};
  return {
    schema: { type: "object", ...named, additionalProperties: values.schema },
    optional: false,
    gaps: gapsAt("/additionalProperties", values),
  };
}
