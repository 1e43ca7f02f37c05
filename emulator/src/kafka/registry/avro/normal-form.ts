/**
 * The form in which schemas that differ in nothing but order are the same: what `normalize` asks for. Names, fields and
 * branches keep their order, which means something.
 */
import { parseJson, writeSortedJson, integerOf } from "../exact-json.ts";
import type { AvroField, AvroNamed, AvroSchema, Properties } from "./schema.ts";

export function normalForm(schema: AvroSchema): AvroSchema {
  return normalize(schema, new Map());
}

/** Named types may contain themselves: what was begun is in `known`. */
function normalize(schema: AvroSchema, known: Map<AvroNamed, AvroNamed>): AvroSchema {
  switch (schema.type) {
    case "array":
      return { ...schema, items: normalize(schema.items, known), props: sorted(schema.props) };
    case "map":
      return { ...schema, values: normalize(schema.values, known), props: sorted(schema.props) };
    case "union":
      return { ...schema, branches: schema.branches.map((branch) => normalize(branch, known)) };
    case "record":
    case "enum":
    case "fixed":
      return known.get(schema) ?? normalizeNamed(schema, known);
    default:
      return { ...schema, props: logicalFirst(schema) };
  }
}

function normalizeNamed(schema: AvroNamed, known: Map<AvroNamed, AvroNamed>): AvroNamed {
  const alike = {
    doc: schema.doc === "" ? undefined : schema.doc,
    aliases: schema.aliases.toSorted((one, other) => (one.full < other.full ? -1 : 1)),
    props: schema.type === "fixed" ? logicalFirst(schema) : sorted(schema.props),
  };
  if (schema.type !== "record") {
    const normal = { ...schema, ...alike };
    known.set(schema, normal);
    return normal;
  }
  const fields: AvroField[] = [];
  const normal = { ...schema, ...alike, isError: false, fields };
  known.set(schema, normal);
  fields.push(...schema.fields.map((field) => normalizeField(field, known)));
  return normal;
}

function normalizeField(field: AvroField, known: Map<AvroNamed, AvroNamed>): AvroField {
  return {
    ...field,
    schema: normalize(field.schema, known),
    default: field.default && { value: sortedValue(field.default.value) },
    aliases: field.aliases.toSorted(),
    props: sorted(field.props),
  };
}

/** Which types a logical type is of: https://avro.apache.org/docs/1.11.1/specification/#logical-types */
const LOGICAL: Readonly<Record<string, readonly AvroSchema["type"][]>> = {
  uuid: ["string"],
  date: ["int"],
  "time-millis": ["int"],
  "time-micros": ["long"],
  "timestamp-millis": ["long"],
  "timestamp-micros": ["long"],
  "local-timestamp-millis": ["long"],
  "local-timestamp-micros": ["long"],
};

/** A logical type and what belongs to it come before the other properties. */
function logicalFirst(schema: { type: AvroSchema["type"]; props: Properties }): Properties {
  const { type, props } = schema;
  const name = props.get("logicalType");
  const first: string[] = [];
  if (typeof name === "string" && LOGICAL[name]?.includes(type)) first.push("logicalType");
  if (name === "decimal" && isDecimal(schema)) {
    first.push("logicalType", "precision");
    if (integerOf(props.get("scale") ?? 0) !== 0n) first.push("scale");
  }
  const normal = sorted(props);
  return new Map([...first.map((key) => [key, normal.get(key)] as const), ...normal]);
}

function isDecimal({ type, props }: { type: AvroSchema["type"]; props: Properties }): boolean {
  const precision = integerOf(props.get("precision"));
  const scale = integerOf(props.get("scale") ?? 0);
  if (type !== "bytes" && type !== "fixed") return false;
  if (precision === undefined || scale === undefined) return false;
  return precision > 0n && scale >= 0n && scale <= precision;
}

function sorted(props: Properties): Properties {
  const entries = [...props].map(([key, value]) => [key, sortedValue(value)] as const);
  return new Map(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function sortedValue(value: unknown): unknown {
  return parseJson(writeSortedJson(value));
}
