/** A sample made from a JSON Schema, the same for the same seed, meant to be valid and to read like the real thing. */
import type { JsonSchema } from "../topology.ts";
import { createRandom, type Random } from "./random.ts";
import { samplePattern } from "./sample-pattern.ts";
import { formats, wordFor } from "./sample-words.ts";

/** How deep a schema that contains itself is followed before optional parts are left out. */
const DEPTH = 4;
/** Where required parts contain themselves, no sample is valid: it ends here. */
const DEEPEST = 12;

export function sample(schema: JsonSchema, seed: number): unknown {
  return make(schema, { root: schema, random: createRandom(seed), depth: 0, name: "" });
}

interface Making {
  readonly root: JsonSchema;
  readonly random: Random;
  readonly depth: number;
  /** The property that is being filled. */
  readonly name: string;
}

function make(given: unknown, making: Making): unknown {
  const schema = resolve(given, making.root);
  if (making.depth > DEEPEST) return null;
  const { random } = making;
  if ("const" in schema) return schema["const"];
  if (isList(schema["enum"])) return random.pick(schema["enum"]);
  if ("default" in schema) return schema["default"];
  if (isList(schema["examples"])) return random.pick(schema["examples"]);
  const branches = schema["oneOf"] ?? schema["anyOf"];
  if (isList(branches)) {
    const { oneOf: _one, anyOf: _any, ...rest } = schema;
    return make(merge(rest, resolve(chooseBranch(branches, making), making.root)), making);
  }
  switch (typeOf(schema, making)) {
    case "object":
      return object(schema, making);
    case "array":
      return array(schema, making);
    case "string":
      return text(schema, making);
    case "integer":
      return number(schema, making, 1);
    case "number":
      return number(schema, making, 0.01);
    case "boolean":
      return random.pick([true, false]);
    default:
      return null;
  }
}

/** Follows `$ref` and folds `allOf` in, so that the rest sees one flat schema. */
function resolve(given: unknown, root: JsonSchema, hops = 0): JsonSchema {
  if (!isSchema(given) || hops > 20) return {};
  const { $ref, allOf, ...rest } = given;
  let schema: JsonSchema = rest;
  if (typeof $ref === "string")
    schema = merge(resolve(pointedTo(root, $ref), root, hops + 1), schema);
  if (Array.isArray(allOf))
    for (const part of allOf) schema = merge(resolve(part, root, hops + 1), schema);
  return schema;
}

/** JSON Schema 2020-12, 8.2.3: only references into the schema itself can be followed here. */
function pointedTo(root: JsonSchema, ref: string): unknown {
  if (!ref.startsWith("#")) return {};
  let found: unknown = root;
  for (const part of ref.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, key)
        ? Reflect.get(found, key)
        : undefined;
  }
  return found;
}

function merge(one: JsonSchema, two: JsonSchema): JsonSchema {
  const properties = { ...asSchema(one["properties"]), ...asSchema(two["properties"]) };
  const required = [...new Set([...asList(one["required"]), ...asList(two["required"])])];
  return {
    ...one,
    ...two,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** The value rather than its absence; deep down rather the branch that ends. */
function chooseBranch(branches: readonly [unknown, ...unknown[]], making: Making): unknown {
  const isNull = (branch: unknown) => isSchema(branch) && branch["type"] === "null";
  const preferred = branches.filter((branch) => isNull(branch) === making.depth >= DEPTH);
  return isList(preferred) ? making.random.pick(preferred) : making.random.pick(branches);
}

function typeOf(schema: JsonSchema, making: Making): string | undefined {
  const { type } = schema;
  if (typeof type === "string") return type;
  if (Array.isArray(type)) {
    const named = type.filter(
      (each): each is string => typeof each === "string" && each !== "null",
    );
    if (making.depth >= DEPTH && type.includes("null")) return "null";
    return named[making.random.integer(0, named.length - 1)] ?? "null";
  }
  // A schema that names no type is told by the keywords it has.
  if ("properties" in schema || "required" in schema) return "object";
  if ("items" in schema || "prefixItems" in schema) return "array";
  if ("pattern" in schema || "format" in schema || "minLength" in schema) return "string";
  if ("minimum" in schema || "maximum" in schema || "multipleOf" in schema) return "number";
  return "string";
}

function object(schema: JsonSchema, making: Making): Record<string, unknown> {
  const required = new Set(asList(schema["required"]));
  const made: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(asSchema(schema["properties"]))) {
    if (property === false || (making.depth >= DEPTH && !required.has(name))) continue;
    define(made, name, make(property, { ...making, depth: making.depth + 1, name }));
  }
  const others = schema["additionalProperties"];
  for (const name of required) {
    if (typeof name === "string" && !Object.hasOwn(made, name))
      define(made, name, make(others, { ...making, depth: making.depth + 1, name }));
  }
  // A dictionary without an entry would show nothing of its values.
  const isDictionary = isSchema(others) && Object.keys(made).length === 0;
  for (
    let missing =
      Math.max(asNumber(schema["minProperties"], 0), isDictionary ? 1 : 0) -
      Object.keys(made).length;
    missing > 0;
    missing--
  ) {
    const key = make(schema["propertyNames"] ?? { type: "string" }, {
      ...making,
      depth: making.depth + 1,
      name: "key",
    });
    define(
      made,
      Object.hasOwn(made, String(key)) ? `${String(key)}${missing}` : String(key),
      make(others, { ...making, depth: making.depth + 1 }),
    );
  }
  return made;
}

/** Assigning `__proto__` would set the prototype. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function array(schema: JsonSchema, making: Making): unknown[] {
  const inner = { ...making, depth: making.depth + 1 };
  const tuple = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
  const made: unknown[] = tuple.map((item: unknown) => make(item, inner));
  const least = Math.min(asNumber(schema["minItems"], 0), 100);
  const most = asNumber(schema["maxItems"], Infinity);
  const wanted =
    making.depth >= DEPTH
      ? least
      : Math.min(Math.max(least, tuple.length > 0 ? tuple.length : 1), most);
  if (schema["items"] === false) return made;
  for (let tries = 0; made.length < wanted && tries < wanted * 5; tries++) {
    const item = make(schema["items"], inner);
    const isTwice = made.some((other) => JSON.stringify(other) === JSON.stringify(item));
    if (schema["uniqueItems"] !== true || !isTwice) made.push(item);
  }
  return made;
}

function text(schema: JsonSchema, { random, name }: Making): string {
  const format = typeof schema["format"] === "string" ? formats[schema["format"]] : undefined;
  if (format !== undefined) return format(random);
  const least = Math.min(asNumber(schema["minLength"], 0), 10_000);
  const most = asNumber(schema["maxLength"], Infinity);
  if (typeof schema["pattern"] === "string") {
    for (let tries = 0; tries < 20; tries++) {
      const made = samplePattern(schema["pattern"], random);
      if (made !== null && made.length >= least && made.length <= most) return made;
    }
  }
  let made = wordFor(name, random);
  while (made.length < least) made += ` ${wordFor("", random)}`;
  return made.slice(0, Math.max(least, Math.min(made.length, most)));
}

function number(schema: JsonSchema, { random }: Making, step: number): number {
  const multiple = asNumber(schema["multipleOf"], step);
  const above = asNumber(schema["exclusiveMinimum"], -Infinity);
  const below = asNumber(schema["exclusiveMaximum"], Infinity);
  let least = Math.max(asNumber(schema["minimum"], -Infinity), above);
  let most = Math.min(asNumber(schema["maximum"], Infinity), below);
  // Bounds that only say "fits the machine" would give numbers that nobody would write.
  if (least < -1e6) least = Math.min(1, most - 100 * multiple);
  most = Math.min(most, Math.max(least, 0) + 100 * Math.max(1, multiple));
  let low = Math.ceil(least / multiple);
  let high = Math.floor(most / multiple);
  if (low * multiple <= above) low++;
  if (high * multiple >= below) high--;
  if (high < low) return least;
  return Number((random.integer(low, high) * multiple).toFixed(6));
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asSchema(value: unknown): JsonSchema {
  return isSchema(value) ? value : {};
}

function isList(value: unknown): value is readonly [unknown, ...unknown[]] {
  return Array.isArray(value) && value.length > 0;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asNumber(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
