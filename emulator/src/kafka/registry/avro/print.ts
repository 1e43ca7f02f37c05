/** Writes schemas as Avro for Java does: the text that the registry keeps and compares. */
import { writeJson } from "../exact-json.ts";
import {
  type AvroField,
  type AvroName,
  type AvroNamed,
  type AvroSchema,
  primitives,
  type Properties,
} from "./schema.ts";

/** `known` are types that are only named, as references are; a type that is declared here is named from then on. */
export function writeAvro(schema: AvroSchema, known: Iterable<string> = []): string {
  return write(schema, new Set(known), null);
}

function write(schema: AvroSchema, known: Set<string>, space: string | null): string {
  switch (schema.type) {
    case "record":
    case "enum":
    case "fixed":
      return writeNamed(schema, known, space);
    case "array":
      return object(
        ['"type":"array"', `"items":${write(schema.items, known, space)}`],
        schema.props,
      );
    case "map":
      return object(
        ['"type":"map"', `"values":${write(schema.values, known, space)}`],
        schema.props,
      );
    case "union":
      return `[${schema.branches.map((branch) => write(branch, known, space)).join(",")}]`;
    default:
      return schema.props.size === 0
        ? `"${schema.type}"`
        : object([`"type":"${schema.type}"`], schema.props);
  }
}

function writeNamed(schema: AvroNamed, known: Set<string>, space: string | null): string {
  const { name, doc, aliases, props } = schema;
  if (known.has(name.full)) return writeJson(within(name, space));
  known.add(name.full);
  const members = [
    `"type":"${schema.type === "record" && schema.isError ? "error" : schema.type}"`,
  ];
  members.push(`"name":"${name.name}"`);
  if (name.space !== space) members.push(`"namespace":${writeJson(name.space ?? "")}`);
  if (doc !== undefined) members.push(`"doc":${writeJson(doc)}`);
  if (schema.type === "record") {
    const fields = schema.fields.map((field) => writeField(field, known, name.space));
    members.push(`"fields":[${fields.join(",")}]`);
  }
  if (schema.type === "enum") members.push(`"symbols":${writeJson(schema.symbols)}`);
  if (schema.type === "enum" && schema.default !== undefined)
    members.push(`"default":${writeJson(schema.default)}`);
  if (schema.type === "fixed") members.push(`"size":${schema.size}`);
  return object(
    members,
    props,
    aliases.map((alias) => within(alias, name.space)),
  );
}

function writeField(field: AvroField, known: Set<string>, space: string | null): string {
  const members = [`"name":"${field.name}"`, `"type":${write(field.schema, known, space)}`];
  if (field.doc !== undefined) members.push(`"doc":${writeJson(field.doc)}`);
  if (field.default !== undefined) members.push(`"default":${writeJson(field.default.value)}`);
  if (field.order !== "ascending") members.push(`"order":"${field.order}"`);
  if (field.aliases.length > 0) members.push(`"aliases":${writeJson(field.aliases)}`);
  return object(members, field.props);
}

function object(
  members: readonly string[],
  props: Properties,
  aliases: readonly string[] = [],
): string {
  const further = [...props].map(([key, value]) => `${writeJson(key)}:${writeJson(value)}`);
  const last = aliases.length === 0 ? [] : [`"aliases":${writeJson(aliases)}`];
  return `{${[...members, ...further, ...last].join(",")}}`;
}

const TYPES = new Set<string>([...primitives, "record", "enum", "array", "map", "union", "fixed"]);

/** How a name is said inside this namespace; one that would be taken for a type is said whole. */
function within(name: AvroName, space: string | null): string {
  return name.space !== null && name.space === space && !TYPES.has(name.name)
    ? name.name
    : name.full;
}
