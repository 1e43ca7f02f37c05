/** What each method does to the schema it is called on: a row for each. */
import { ts } from "ts-morph";
import type { JsonSchema } from "../../topology.ts";
import type { Bound } from "../follow.ts";
import {
  allOf,
  anyOf,
  arrayOf,
  enumOf,
  nullable,
  type Part,
  unread,
  withGap,
  withKeywords,
} from "./part.ts";
import type { SchemaReader } from "./reader.ts";
import type { Method, SchemaCall } from "./library.ts";
import { formatOf, formats } from "./zod-formats.ts";
import { withPattern, withText } from "./patterns.ts";
import { withProperties } from "./properties.ts";

const unchanged: Method = (part) => part;
const keywords =
  (schema: JsonSchema): Method =>
  (part) =>
    withKeywords(part, schema);
const judged =
  (name: string): Method =>
  (part) =>
    withGap(part, `.${name}() may refuse more than this schema says`);

export const methods: Readonly<Record<string, Method>> = {
  min: (part, call) => bound(part, call, "min"),
  max: (part, call) => bound(part, call, "max"),
  gte: (part, call) => bound(part, call, "min"),
  lte: (part, call) => bound(part, call, "max"),
  gt: (part, call) => limit(part, call, "exclusiveMinimum"),
  lt: (part, call) => limit(part, call, "exclusiveMaximum"),
  length: (part, call) => bound(bound(part, call, "min"), call, "max"),
  size: (part, call) => bound(bound(part, call, "min"), call, "max"),
  nonempty: (part) =>
    withKeywords(part, part.schema["type"] === "array" ? { minItems: 1 } : { minLength: 1 }),
  positive: keywords({ exclusiveMinimum: 0 }),
  negative: keywords({ exclusiveMaximum: 0 }),
  nonnegative: keywords({ minimum: 0 }),
  nonpositive: keywords({ maximum: 0 }),
  multipleOf: (part, call) => limit(part, call, "multipleOf"),
  step: (part, call) => limit(part, call, "multipleOf"),
  int: keywords({ type: "integer" }),
  safe: unchanged,
  finite: unchanged,

  ...Object.fromEntries(
    Object.keys(formats).map((name): [string, Method] => [
      name,
      (part, { reader, args }) => withKeywords(part, formatOf(name, reader, args)),
    ]),
  ),
  ip: (part) => withKeywords(part, { anyOf: [{ format: "ipv4" }, { format: "ipv6" }] }),
  cidr: judged("cidr"),
  regex: (part, { reader, args: [first] }) => withPattern(part, reader, first),
  startsWith: (part, { reader, args: [first] }) =>
    withText(part, reader, first, (text) => `^${text}`),
  endsWith: (part, { reader, args: [first] }) =>
    withText(part, reader, first, (text) => `${text}$`),
  includes: (part, { reader, args: [first] }) => withText(part, reader, first, (text) => text),
  lowercase: keywords({ pattern: "^[^A-Z]*$" }),
  uppercase: keywords({ pattern: "^[^a-z]*$" }),
  trim: unchanged,
  toLowerCase: unchanged,
  toUpperCase: unchanged,
  normalize: unchanged,
  slugify: unchanged,

  optional: (part) => ({ ...part, optional: true }),
  exactOptional: (part) => ({ ...part, optional: true }),
  nonoptional: (part) => ({ ...part, optional: false }),
  nullable: (part) => nullable(part),
  nullish: (part) => ({ ...nullable(part), optional: true }),
  unwrap: (part) => ({ ...part, optional: false }),
  // On the way in it may be missing; what goes out always has it.
  default: (part, call) => defaulted(part, call),
  prefault: (part, call) => defaulted(part, call),
  catch: (part, { reader }) =>
    reader.side === "input"
      ? {
          ...withGap(part, ".catch() takes anything and replaces what does not fit"),
          optional: true,
        }
      : { ...part, optional: false },
  describe: (part, { reader, args: [text] }) => {
    const value = reader.value(text);
    return value.known && typeof value.value === "string"
      ? withKeywords(part, { description: value.value })
      : part;
  },
  meta: (part, { reader, args: [given] }) => {
    const value = reader.value(given);
    if (!value.known || typeof value.value !== "object" || value.value === null) return part;
    const { id: _id, ...annotations } = value.value as Record<string, unknown>;
    return withKeywords(part, annotations);
  },
  register: unchanged,
  brand: unchanged,
  readonly: unchanged,
  clone: unchanged,

  refine: judged("refine"),
  refinement: judged("refinement"),
  superRefine: judged("superRefine"),
  check: (part, { reader, args }) => check(part, { reader, args }),
  with: (part, { reader, args }) => check(part, { reader, args }),
  overwrite: unchanged,
  transform: (part, { reader, call }) =>
    reader.side === "input"
      ? part
      : reader.typed(
          call,
          "the result of .transform() could not be read: give the publisher the schema of what it sends",
        ),
  pipe: (part, { reader, args: [next] }) => (reader.side === "input" ? part : reader.inner(next)),
  array: (part) => arrayOf(part),
  or: (part, { reader, args: [other] }) => anyOf([part, reader.inner(other)]),
  and: (part, { reader, args: [other] }) => allOf([part, reader.inner(other)]),
  promise: unchanged,

  extend: (part, { reader, args: [shape] }) =>
    withProperties(part, new Map([...reader.properties(part), ...reader.shape(shape)])),
  safeExtend: (part, { reader, args: [shape] }) =>
    withProperties(part, new Map([...reader.properties(part), ...reader.shape(shape)])),
  augment: (part, { reader, args: [shape] }) =>
    withProperties(part, new Map([...reader.properties(part), ...reader.shape(shape)])),
  setKey: unchanged,
  merge: (part, { reader, args: [other] }) =>
    withProperties(
      part,
      new Map([...reader.properties(part), ...reader.properties(reader.inner(other))]),
    ),
  pick: (part, { reader, args: [mask] }) => masked(part, reader, mask, (chosen) => chosen),
  omit: (part, { reader, args: [mask] }) => masked(part, reader, mask, (chosen) => !chosen),
  partial: (part, { reader, args: [mask] }) => optionality(part, reader, mask, true),
  deepPartial: (part, { reader }) => optionality(part, reader, undefined, true),
  required: (part, { reader, args: [mask] }) => optionality(part, reader, mask, false),
  strict: keywords({ additionalProperties: false }),
  strip: unchanged,
  passthrough: unchanged,
  loose: unchanged,
  catchall: (part, { reader, args: [rest] }) =>
    withKeywords(part, { additionalProperties: reader.inner(rest).schema }),
  keyof: (part, { reader }) => enumOf([...reader.properties(part).keys()]),
  exclude: (part, { reader, args: [values] }) => chosenValues(part, reader, values, false),
  extract: (part, { reader, args: [values] }) => chosenValues(part, reader, values, true),
  rest: (part, { reader, args: [rest] }) => {
    const { maxItems: _maxItems, ...schema } = part.schema;
    return { ...part, schema: { ...schema, items: reader.inner(rest).schema } };
  },
};

/** What the checks of zod/mini are called as methods. */
const checks: Readonly<Record<string, string>> = {
  minLength: "min",
  maxLength: "max",
  minSize: "min",
  maxSize: "max",
  minimum: "min",
  maximum: "max",
};

/** `.check(z.minLength(1), z.email())`: functions of zod in place of methods. Other arguments are options or functions. */
export function check(
  part: Part,
  { reader, args }: { reader: SchemaReader; args: readonly Bound[] },
): Part {
  return args.reduce((soFar, argument) => {
    const { node, env } = argument;
    if (!ts.isCallExpression(node))
      return ts.isFunctionLike(node)
        ? withGap(soFar, "a check may refuse more than this schema says")
        : soFar;
    const name = reader.functionOf(node.expression, env)?.name;
    const method = name === undefined ? undefined : methods[checks[name] ?? name];
    if (method === undefined)
      return withGap(soFar, `the check ${node.expression.getText()} is not read`);
    return method(soFar, {
      reader,
      args: node.arguments.map((each) => ({ node: each, env })),
      call: node,
    });
  }, part);
}

/** `min` and `max` mean length, number or count, by what they are called on. */
function bound(part: Part, { reader, args: [first] }: SchemaCall, side: "min" | "max"): Part {
  const value = reader.value(first);
  const types = [part.schema["type"]].flat();
  if (part.schema["format"] === "date-time")
    return withGap(
      part,
      `the ${side === "min" ? "earliest" : "latest"} date is not said by this schema`,
    );
  if (!value.known || typeof value.value !== "number")
    return withGap(part, `the value of .${side}() could not be resolved`);
  if (types.includes("number") || types.includes("integer"))
    return withKeywords(part, { [`${side}imum`]: value.value });
  if (types.includes("array")) return withKeywords(part, { [`${side}Items`]: value.value });
  return withKeywords(part, { [`${side}Length`]: value.value });
}

function limit(part: Part, { reader, args: [first] }: SchemaCall, keyword: string): Part {
  const value = reader.value(first);
  return value.known && typeof value.value === "number"
    ? withKeywords(part, { [keyword]: value.value })
    : withGap(part, `the value of ${keyword} could not be resolved`);
}

function defaulted(part: Part, { reader, args: [given] }: SchemaCall): Part {
  const value = reader.value(given);
  const said =
    value.known && value.value !== undefined ? withKeywords(part, { default: value.value }) : part;
  return { ...said, optional: reader.side === "input" };
}

function masked(
  part: Part,
  reader: SchemaReader,
  mask: Bound | undefined,
  keep: (chosen: boolean) => boolean,
): Part {
  const chosen = maskOf(reader, mask);
  if (chosen === null)
    return unread("the properties that are picked or omitted could not be resolved");
  return withProperties(
    part,
    new Map([...reader.properties(part)].filter(([name]) => keep(chosen.has(name)))),
  );
}

function optionality(
  part: Part,
  reader: SchemaReader,
  mask: Bound | undefined,
  optional: boolean,
): Part {
  const chosen = mask === undefined ? null : maskOf(reader, mask);
  const properties = [...reader.properties(part)].map(([name, property]): [string, Part] => [
    name,
    chosen === null || chosen.has(name) ? { ...property, optional } : property,
  ]);
  return withProperties(part, new Map(properties));
}

/** `{ id: true }` */
function maskOf(reader: SchemaReader, mask: Bound | undefined): Set<string> | null {
  const value = reader.value(mask);
  if (!value.known || typeof value.value !== "object" || value.value === null) return null;
  return new Set(
    Object.entries(value.value)
      .filter(([, chosen]) => chosen === true)
      .map(([name]) => name),
  );
}

function chosenValues(
  part: Part,
  reader: SchemaReader,
  given: Bound | undefined,
  keep: boolean,
): Part {
  const value = reader.value(given);
  const values = part.schema["enum"];
  if (!value.known || !Array.isArray(value.value) || !Array.isArray(values))
    return unread("the values of the enum could not be resolved");
  const chosen = new Set<unknown>(value.value);
  return enumOf(values.filter((each) => chosen.has(each) === keep));
}
