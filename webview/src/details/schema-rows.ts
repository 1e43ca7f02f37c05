/** JSON Schema → lines for reading. */
import type { JsonSchema } from "@millrace/workbench/protocol";

export interface SchemaRow {
  readonly pointer: string;
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** Constraints in a few words: `email`, `≥ 0`, `1 to 50 characters`. */
  readonly limits: string;
  readonly description: string;
}

const DEEPEST = 6;

export function schemaRows(schema: JsonSchema): readonly SchemaRow[] {
  const rows = below(schema, schema, "", 0);
  return rows.length > 0 ? rows : [rowOf("", 0, "payload", schema, schema, true)];
}

/** `$ref` to the schema's own `$defs`; anything else stays as it is. */
export function resolve(schema: unknown, root: JsonSchema): JsonSchema {
  let at = asSchema(schema);
  for (let steps = 0; steps < 8 && typeof at["$ref"] === "string"; steps++) {
    const path = at["$ref"].startsWith("#/") ? at["$ref"].slice(2).split("/") : [];
    let found: unknown = path.length === 0 ? {} : root;
    for (const part of path)
      found = asSchema(found)[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    at = asSchema(found);
  }
  return at;
}

export function typeName(schema: JsonSchema, root: JsonSchema): string {
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"]))
    return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  for (const union of ["anyOf", "oneOf"]) {
    if (Array.isArray(schema[union]))
      return schema[union].map((one) => typeName(resolve(one, root), root)).join(" | ");
  }
  if (schema["type"] === "array") {
    const item =
      schema["items"] === undefined ? "" : typeName(resolve(schema["items"], root), root);
    return item === "" ? "list" : `list of ${item}`;
  }
  if (Array.isArray(schema["type"])) return schema["type"].join(" | ");
  return typeof schema["type"] === "string" ? schema["type"] : "anything";
}

function below(schema: JsonSchema, root: JsonSchema, pointer: string, depth: number): SchemaRow[] {
  if (depth >= DEEPEST) return [];
  const properties = Object.entries(asSchema(schema["properties"]));
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const rows = properties.flatMap(([name, raw]) => {
    const property = resolve(raw, root);
    const at = `${pointer}/${name}`;
    return [
      rowOf(at, depth, name, property, root, required.includes(name)),
      ...below(property, root, at, depth + 1),
    ];
  });
  if (schema["type"] === "array" && schema["items"] !== undefined)
    rows.push(...below(resolve(schema["items"], root), root, `${pointer}/0`, depth));
  return rows;
}

function rowOf(
  pointer: string,
  depth: number,
  name: string,
  schema: JsonSchema,
  root: JsonSchema,
  required: boolean,
): SchemaRow {
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  return {
    pointer,
    depth,
    name,
    type: typeName(schema, root),
    required,
    limits: limits(schema),
    description,
  };
}

function limits(schema: JsonSchema): string {
  const parts: string[] = [];
  if (typeof schema["format"] === "string") parts.push(schema["format"]);
  range(parts, schema["minimum"], schema["maximum"], "");
  if (typeof schema["exclusiveMinimum"] === "number") parts.push(`> ${schema["exclusiveMinimum"]}`);
  if (typeof schema["exclusiveMaximum"] === "number") parts.push(`< ${schema["exclusiveMaximum"]}`);
  range(parts, schema["minLength"], schema["maxLength"], "character");
  range(parts, schema["minItems"], schema["maxItems"], "item");
  if (typeof schema["pattern"] === "string") parts.push(`/${schema["pattern"]}/`);
  if ("default" in schema) parts.push(`default ${JSON.stringify(schema["default"])}`);
  return parts.join(", ");
}

function range(parts: string[], least: unknown, most: unknown, unit: string): void {
  // JSON Schema writers state the safe integers' range for every integer: that is no constraint worth reading.
  const from = typeof least === "number" && least > Number.MIN_SAFE_INTEGER ? least : null;
  const to = typeof most === "number" && most < Number.MAX_SAFE_INTEGER ? most : null;
  const units = (count: number) => (unit === "" ? "" : ` ${unit}${count === 1 ? "" : "s"}`);
  if (from !== null && from === to) parts.push(`${from}${units(from)}`);
  else if (from !== null && to !== null) parts.push(`${from} to ${to}${units(to)}`);
  else if (from !== null) parts.push(unit === "" ? `≥ ${from}` : `at least ${from}${units(from)}`);
  else if (to !== null) parts.push(unit === "" ? `≤ ${to}` : `at most ${to}${units(to)}`);
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null ? (value as JsonSchema) : {};
}
