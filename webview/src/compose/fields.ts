/** A payload's schema as form fields, and reading and writing a field within the payload's text. */
import type { JsonSchema } from "@millrace/workbench/protocol";
import { resolve, typeName } from "../details/schema-rows.ts";

export interface Field {
  readonly pointer: string;
  readonly name: string;
  readonly kind: "text" | "number" | "boolean" | "choice" | "group" | "json";
  readonly required: boolean;
  readonly description: string;
  readonly type: string;
  /** For `choice`: the values. */
  readonly choices: readonly unknown[];
  /** For `group`: what is inside. */
  readonly fields: readonly Field[];
}

const DEEPEST = 4;

/** null where the schema is no object with named properties: then there is only the text. */
export function fieldsOf(schema: JsonSchema): readonly Field[] | null {
  const root = resolve(schema, schema);
  const fields = objectFields(root, schema, "", 0);
  return fields.length === 0 ? null : fields;
}

function objectFields(
  schema: JsonSchema,
  root: JsonSchema,
  pointer: string,
  depth: number,
): readonly Field[] {
  const properties = schema["properties"];
  if (typeof properties !== "object" || properties === null) return [];
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(properties).map(([name, raw]) => {
    const property = resolve(raw, root);
    const at = `${pointer}/${escape(name)}`;
    const inside = depth < DEEPEST ? objectFields(property, root, at, depth + 1) : [];
    return {
      pointer: at,
      name,
      kind: kindOf(property, inside),
      required: required.includes(name),
      description: typeof property["description"] === "string" ? property["description"] : "",
      type: [typeName(property, root), property["format"]]
        .filter((part) => typeof part === "string")
        .join(", "),
      choices: Array.isArray(property["enum"])
        ? property["enum"]
        : "const" in property
          ? [property["const"]]
          : [],
      fields: inside,
    };
  });
}

function kindOf(schema: JsonSchema, inside: readonly Field[]): Field["kind"] {
  if (Array.isArray(schema["enum"]) || "const" in schema) return "choice";
  if (inside.length > 0) return "group";
  switch (schema["type"]) {
    case "string":
      return "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "json";
  }
}

/** The payload's object; null where the text is none (then fields cannot be shown). */
export function readPayload(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export function readField(payload: unknown, pointer: string): unknown {
  let at = payload;
  for (const name of parts(pointer))
    at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  return at;
}

/** The payload's text with one field changed; `undefined` takes the field out. Order and the rest stay. */
export function writeField(text: string, pointer: string, value: unknown): string {
  const payload = readPayload(text) ?? {};
  return JSON.stringify(replaced(payload, parts(pointer), value), null, 2);
}

function replaced(
  object: Readonly<Record<string, unknown>>,
  [name, ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (name === undefined) return object;
  const { [name]: before, ...others } = object;
  if (rest.length === 0 && value === undefined) return others;
  const inner =
    typeof before === "object" && before !== null ? (before as Record<string, unknown>) : {};
  return { ...object, [name]: rest.length === 0 ? value : replaced(inner, rest, value) };
}

function parts(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function escape(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
