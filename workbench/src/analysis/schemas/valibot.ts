/** Valibot: functions only; `pipe` puts checks and transformations behind a schema. */
import { ts } from "ts-morph";
import type { JsonSchema } from "../../topology.ts";
import type { Bound } from "../follow.ts";
import { returnedBy } from "../syntax.ts";
import {
  cannotTravel,
  date,
  type Library,
  type Maker,
  type Method,
  type SchemaCall,
} from "./library.ts";
import {
  allOf,
  anyOf,
  arrayOf,
  constant,
  enumOf,
  gapsAt,
  known,
  nullable,
  objectOf,
  type Part,
  tupleOf,
  unread,
  withGap,
  withKeywords,
} from "./part.ts";
import { withPattern, withText } from "./patterns.ts";
import { withProperties } from "./properties.ts";
import type { SchemaReader } from "./reader.ts";
import { formats } from "./zod-formats.ts";

const plain =
  (schema: JsonSchema): Maker =>
  () =>
    known(schema);
const limit =
  (keyword: (part: Part) => string): Method =>
  (part, { reader, args: [first] }) => {
    const value = reader.value(first);
    return value.known && typeof value.value === "number"
      ? withKeywords(part, { [keyword(part)]: value.value })
      : withGap(part, `the value of ${keyword(part)} could not be resolved`);
  };
const counted = (text: string, list: string) =>
  limit((part) => (part.schema["type"] === "array" ? list : text));
const always =
  (schema: JsonSchema): Method =>
  (part) =>
    withKeywords(part, schema);
const unchanged: Method = (part) => part;
const judged: Method = (part, { call }) =>
  withGap(part, `${call.expression.getText()}() may refuse more than this schema says`);

/** What stands behind a schema in `v.pipe(schema, …)`. */
const actions: Readonly<Record<string, Method>> = {
  minLength: counted("minLength", "minItems"),
  maxLength: counted("maxLength", "maxItems"),
  length: (part, call) =>
    counted("maxLength", "maxItems")(counted("minLength", "minItems")(part, call), call),
  nonEmpty: (part) =>
    withKeywords(part, part.schema["type"] === "array" ? { minItems: 1 } : { minLength: 1 }),
  minValue: limit(() => "minimum"),
  maxValue: limit(() => "maximum"),
  gtValue: limit(() => "exclusiveMinimum"),
  ltValue: limit(() => "exclusiveMaximum"),
  multipleOf: limit(() => "multipleOf"),
  integer: always({ type: "integer" }),
  safeInteger: always({ type: "integer" }),
  finite: unchanged,
  regex: (part, { reader, args: [first] }) => withPattern(part, reader, first),
  startsWith: (part, { reader, args: [first] }) =>
    withText(part, reader, first, (text) => `^${text}`),
  endsWith: (part, { reader, args: [first] }) =>
    withText(part, reader, first, (text) => `${text}$`),
  includes: (part, { reader, args: [first] }) => withText(part, reader, first, (text) => text),
  email: always({ format: "email" }),
  url: always({ format: "uri" }),
  uuid: always({ format: "uuid" }),
  ipv4: always({ format: "ipv4" }),
  ipv6: always({ format: "ipv6" }),
  isoDate: always({ format: "date" }),
  isoTimestamp: always({ format: "date-time" }),
  ...Object.fromEntries(
    ["nanoid", "cuid2", "ulid", "emoji"].map((name): [string, Method] => [
      name,
      always(formats[name] ?? {}),
    ]),
  ),
  trim: unchanged,
  toLowerCase: unchanged,
  toUpperCase: unchanged,
  readonly: unchanged,
  brand: unchanged,
  title: annotated("title"),
  description: annotated("description"),
  metadata: unchanged,
};

const makers: Readonly<Record<string, Maker>> = {
  string: plain({ type: "string" }),
  number: plain({ type: "number" }),
  boolean: plain({ type: "boolean" }),
  null: plain({ type: "null" }),
  null_: plain({ type: "null" }),
  date: date("v.date() takes a Date, which JSON cannot carry: use a text with v.isoTimestamp()"),
  bigint: cannotTravel("a bigint"),
  map: cannotTravel("a Map"),
  set: cannotTravel("a Set"),
  any: () => unread("v.any() takes anything"),
  unknown: () => unread("v.unknown() takes anything"),
  literal: ({ reader, args: [first] }) => {
    const value = reader.value(first);
    return value.known
      ? constant(value.value)
      : unread("the value of v.literal() could not be resolved");
  },
  picklist: enumerated,
  enum: enumerated,
  enum_: enumerated,
  object: ({ reader, args: [shape] }) => objectOf(reader.shape(shape)),
  looseObject: ({ reader, args: [shape] }) => objectOf(reader.shape(shape)),
  strictObject: ({ reader, args: [shape] }) =>
    objectOf(reader.shape(shape), { additionalProperties: false }),
  array: ({ reader, args: [item] }) => arrayOf(reader.inner(item)),
  tuple: ({ reader, args: [items] }) => {
    const parts = listed(reader, items);
    return parts === null
      ? unread("the items of v.tuple() could not be resolved")
      : tupleOf(parts, null);
  },
  record: ({ reader, args: [, value] }) => {
    const values = reader.inner(value);
    return {
      schema: { type: "object", additionalProperties: values.schema },
      optional: false,
      gaps: gapsAt("/additionalProperties", values),
    };
  },
  union: ({ reader, args: [options] }) => chosen(listed(reader, options)),
  variant: ({ reader, args: [, options] }) => chosen(listed(reader, options)),
  intersect: ({ reader, args: [options] }) => {
    const parts = listed(reader, options);
    return parts === null
      ? unread("the parts of v.intersect() could not be resolved")
      : allOf(parts);
  },
  optional: ({ reader, args: [inner, fallback] }) =>
    defaulted(reader, reader.inner(inner), fallback),
  exactOptional: ({ reader, args: [inner, fallback] }) =>
    defaulted(reader, reader.inner(inner), fallback),
  undefinedable: ({ reader, args: [inner, fallback] }) =>
    defaulted(reader, reader.inner(inner), fallback),
  nullable: ({ reader, args: [inner, fallback] }) =>
    fallback !== undefined && reader.side === "output"
      ? reader.inner(inner)
      : nullable(reader.inner(inner)),
  nullish: ({ reader, args: [inner, fallback] }) =>
    defaulted(
      reader,
      fallback !== undefined && reader.side === "output"
        ? reader.inner(inner)
        : nullable(reader.inner(inner)),
      fallback,
    ),
  lazy: ({ reader, args: [getter] }) => {
    const made = reader.follow(getter);
    const returned = made !== null && ts.isFunctionLike(made.node) ? returnedBy(made.node) : null;
    return returned === null || made === null
      ? unread("the schema of v.lazy() could not be resolved")
      : reader.inner({ node: returned, env: made.env });
  },
  partial: ({ reader, args: [object] }) => optionality(reader, object, true),
  required: ({ reader, args: [object] }) => optionality(reader, object, false),
  pick: ({ reader, args: [object, keys] }) => masked(reader, object, keys, true),
  omit: ({ reader, args: [object, keys] }) => masked(reader, object, keys, false),
  pipe,
};

export const valibot: Library = {
  modules: /^valibot$/,
  namespaces: ["v"],
  makers,
  methods: {},
  sides: { InferOutput: "output", InferInput: "input" },
};

function pipe({ reader, args: [first, ...steps], call }: SchemaCall): Part {
  let part = reader.inner(first);
  for (const { node, env } of steps) {
    const name = ts.isCallExpression(node)
      ? reader.functionOf(node.expression, env)?.name
      : undefined;
    if (name === "transform" || name === "rawTransform") {
      if (reader.side === "input") return part;
      part = reader.typed(
        call,
        "the result of v.transform() could not be read: give the publisher the schema of what it sends",
      );
    } else if (name !== undefined && makers[name] !== undefined) {
      // A schema behind another takes what that one made.
      if (reader.side === "output") part = reader.inner({ node, env });
    } else if (ts.isCallExpression(node)) {
      const action = actions[name ?? ""] ?? judged;
      part = action(part, {
        reader,
        args: node.arguments.map((each) => ({ node: each, env })),
        call: node,
      });
    } else if (reader.side === "output") part = reader.read(node, env) ?? part;
  }
  return part;
}

function annotated(keyword: string): Method {
  return (part, { reader, args: [first] }) => {
    const value = reader.value(first);
    return value.known ? withKeywords(part, { [keyword]: value.value }) : part;
  };
}

function enumerated({ reader, args: [first] }: SchemaCall): Part {
  const value = reader.values(first);
  return value === null
    ? unread("the values of v.picklist() or v.enum() could not be resolved")
    : enumOf(value);
}

function listed(reader: SchemaReader, given: Bound | undefined): Part[] | null {
  const list = reader.follow(given);
  if (list === null || !ts.isArrayLiteralExpression(list.node)) return null;
  return list.node.elements.map((node) => reader.inner({ node, env: list.env }));
}

function chosen(parts: Part[] | null): Part {
  return parts === null
    ? unread("the options of v.union() or v.variant() could not be resolved")
    : anyOf(parts);
}

function defaulted(reader: SchemaReader, part: Part, fallback: Bound | undefined): Part {
  if (fallback === undefined) return { ...part, optional: true };
  const value = reader.value(fallback);
  const said =
    value.known && value.value !== undefined ? withKeywords(part, { default: value.value }) : part;
  return { ...said, optional: reader.side === "input" };
}

function optionality(reader: SchemaReader, object: Bound | undefined, optional: boolean): Part {
  const part = reader.inner(object);
  return withProperties(
    part,
    new Map(
      [...reader.properties(part)].map(([name, property]) => [name, { ...property, optional }]),
    ),
  );
}

function masked(
  reader: SchemaReader,
  object: Bound | undefined,
  keys: Bound | undefined,
  keep: boolean,
): Part {
  const part = reader.inner(object);
  const value = reader.value(keys);
  if (!value.known || !Array.isArray(value.value))
    return unread("the properties that are picked or omitted could not be resolved");
  const names = new Set<unknown>(value.value);
  return withProperties(
    part,
    new Map([...reader.properties(part)].filter(([name]) => names.has(name) === keep)),
  );
}
