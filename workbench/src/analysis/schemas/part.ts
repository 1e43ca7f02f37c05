/** A piece of a JSON Schema under construction, with what could not be read of it. */
import type { JsonSchema, MessageShape } from "../../topology.ts";

/** The wire's side: what a subscriber accepts, or what a publisher emits. */
export type Side = "input" | "output";

export interface Gap {
  /** JSON pointer into the schema; "" is the whole. */
  readonly pointer: string;
  readonly why: string;
}

export interface Part {
  readonly schema: JsonSchema;
  /** The property may be absent. */
  readonly optional: boolean;
  readonly gaps: readonly Gap[];
}

export function known(schema: JsonSchema): Part {
  return { schema, optional: false, gaps: [] };
}

/** A piece that could not be read: it says why instead of looking like "anything goes". */
export function unread(why: string): Part {
  return {
    schema: { $comment: `not read: ${why}` },
    optional: false,
    gaps: [{ pointer: "", why }],
  };
}

export function isUnread(part: Part): boolean {
  return Object.keys(part.schema).every(
    (key) => key === "$comment" || key === "description" || key === "title",
  );
}

/** The same piece with more keywords. */
export function withKeywords(part: Part, keywords: JsonSchema): Part {
  return { ...part, schema: { ...part.schema, ...keywords } };
}

/** The same piece with a reason why it is not the whole truth. */
export function withGap(part: Part, why: string): Part {
  return { ...part, gaps: [...part.gaps, { pointer: "", why }] };
}

/** A piece's gaps as seen from the schema it stands in. */
export function gapsAt(pointer: string, part: Part): Gap[] {
  return part.gaps.map((gap) => ({ pointer: `${pointer}${gap.pointer}`, why: gap.why }));
}

/** RFC 6901: `~` and `/` in a property's name. */
export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function objectOf(properties: ReadonlyMap<string, Part>, keywords: JsonSchema = {}): Part {
  const required = [...properties].filter(([, part]) => !part.optional).map(([name]) => name);
  const entries = [...properties].map(([name, part]) => [name, part.schema] as const);
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(entries),
      ...(required.length > 0 ? { required } : {}),
      ...keywords,
    },
    optional: false,
    gaps: [...properties].flatMap(([name, part]) =>
      gapsAt(`/properties/${escapePointer(name)}`, part),
    ),
  };
}

export function arrayOf(items: Part, keywords: JsonSchema = {}): Part {
  return {
    schema: { type: "array", items: items.schema, ...keywords },
    optional: false,
    gaps: gapsAt("/items", items),
  };
}

export function tupleOf(items: readonly Part[], rest: Part | null): Part {
  const required = items.filter((item) => !item.optional).length;
  const beyond = rest === null ? { maxItems: items.length } : { items: rest.schema };
  return {
    schema: {
      type: "array",
      prefixItems: items.map((item) => item.schema),
      minItems: required,
      ...beyond,
    },
    optional: false,
    gaps: [
      ...items.flatMap((item, index) => gapsAt(`/prefixItems/${index}`, item)),
      ...(rest === null ? [] : gapsAt("/items", rest)),
    ],
  };
}

/** Any of the parts; literals of one kind become an `enum`. */
export function anyOf(parts: readonly Part[]): Part {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const optional = parts.some((part) => part.optional);
  const constants = parts.filter((part) => isConstant(part.schema));
  if (constants.length === parts.length && parts.length > 0)
    return { ...enumOf(parts.flatMap((part) => valuesOf(part.schema))), optional };
  return {
    schema: { anyOf: parts.map((part) => part.schema) },
    optional,
    gaps: parts.flatMap((part, index) => gapsAt(`/anyOf/${index}`, part)),
  };
}

export function nullable(part: Part): Part {
  return { ...anyOf([part, known({ type: "null" })]), optional: part.optional };
}

export function enumOf(values: readonly unknown[]): Part {
  const types = new Set(values.map((value) => (value === null ? "null" : typeof value)));
  const [type] = types;
  return known({
    ...(types.size === 1 && type !== undefined ? { type } : {}),
    enum: [...new Set(values)],
  });
}

export function constant(value: unknown): Part {
  return known({ ...(value === null ? { type: "null" } : { type: typeof value }), const: value });
}

export function allOf(parts: readonly Part[]): Part {
  return {
    schema: { allOf: parts.map((part) => part.schema) },
    optional: parts.every((part) => part.optional),
    gaps: parts.flatMap((part, index) => gapsAt(`/allOf/${index}`, part)),
  };
}

export function shapeOf(
  part: Part,
  from: "schema" | "type",
  name: string | undefined,
): MessageShape {
  if (isUnread(part)) return { known: false, why: part.gaps[0]?.why ?? "it could not be read" };
  return {
    known: true,
    from,
    ...(name === undefined ? {} : { name }),
    schema: part.schema,
    ...(part.gaps.length > 0 ? { gaps: part.gaps } : {}),
  };
}

function isConstant(schema: JsonSchema): boolean {
  const keys = Object.keys(schema).filter((key) => key !== "type");
  return keys.length === 1 && (keys[0] === "const" || keys[0] === "enum");
}

function valuesOf(schema: JsonSchema): unknown[] {
  return Array.isArray(schema["enum"]) ? (schema["enum"] as unknown[]) : [schema["const"]];
}
