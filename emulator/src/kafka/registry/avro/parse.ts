/** Reads Avro's schemas as Avro for Java 1.11 does, which the registry uses: what that refuses is refused in its words. */
import { integerOf, isObject, isText, parseJson, writeJson } from "../exact-json.ts";
import { checkDefault } from "./defaults.ts";
import { AvroError, checkedName, nameIn, Names } from "./names.ts";
import { type AvroField, type AvroName, type AvroSchema, primitives } from "./schema.ts";

export interface AvroTerms {
  /** What the references declare; the schema's own types join them. */
  readonly names: Names;
  /** Whether defaults must be of their field's type. */
  readonly checksDefaults: boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** @throws {AvroError} */
export function parseAvro(text: string, terms: AvroTerms): AvroSchema {
  return read(parseText(text), terms, null);
}

function parseText(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new AvroError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function read(json: unknown, terms: AvroTerms, space: string | null): AvroSchema {
  if (isText(json)) return readName(json, terms, space);
  if (Array.isArray(json)) return readUnion(json, terms, space);
  if (!isObject(json)) throw new AvroError(`Schema not yet supported: ${writeJson(json)}`);
  const type = requiredText(json, "type", "No type");
  switch (type) {
    case "record":
    case "error":
      return readRecord(json, terms, space);
    case "enum":
      return readEnum(json, terms, space);
    case "fixed":
      return readFixed(json, terms, space);
    case "array": {
      if (json["items"] === undefined)
        throw new AvroError(`Array has no items type: ${writeJson(json)}`);
      return { type, items: read(json["items"], terms, space), props: propertiesOf(json) };
    }
    case "map": {
      if (json["values"] === undefined)
        throw new AvroError(`Map has no values type: ${writeJson(json)}`);
      return { type, values: read(json["values"], terms, space), props: propertiesOf(json) };
    }
  }
  const primitive = primitives.find((name) => name === type);
  if (primitive !== undefined) return { type: primitive, props: propertiesOf(json) };
  const named = terms.names.find(type, space);
  if (named === undefined) throw new AvroError(`Type not supported: ${type}`);
  return named;
}

function readName(name: string, { names }: AvroTerms, space: string | null): AvroSchema {
  const primitive = primitives.find((each) => each === name);
  const found = primitive === undefined ? names.find(name, space) : undefined;
  if (primitive !== undefined) return { type: primitive, props: new Map() };
  if (found === undefined) throw new AvroError(`Undefined name: ${writeJson(name)}`);
  return found;
}

function readUnion(json: readonly unknown[], terms: AvroTerms, space: string | null): AvroSchema {
  const branches = json.map((branch) => read(branch, terms, space));
  const seen = new Set<string>();
  for (const branch of branches) {
    if (branch.type === "union") throw new AvroError(`Nested union: ${writeJson(json)}`);
    const name = "name" in branch ? branch.name.full : branch.type;
    if (seen.has(name)) throw new AvroError(`Duplicate in union:${name}`);
    seen.add(name);
  }
  return { type: "union", branches };
}

/** It is declared before its fields are read, which may be of its own type. */
function readRecord(json: JsonObject, terms: AvroTerms, space: string | null): AvroSchema {
  const name = declaredName(json, space);
  const fields: AvroField[] = [];
  const record = {
    type: "record" as const,
    name,
    fields,
    isError: json["type"] === "error",
    doc: textOf(json["doc"]),
    aliases: aliasesIn(json, name),
    props: propertiesOf(json),
  };
  terms.names.add(record);
  const given = json["fields"];
  if (!Array.isArray(given)) throw new AvroError(`Record has no fields: ${writeJson(json)}`);
  for (const each of given) {
    const field = readField(each, terms, name.space);
    const former = fields.findIndex((other) => other.name === field.name);
    const described = (of: AvroField, position: number) =>
      `${of.name} type:${of.schema.type.toUpperCase()} pos:${position}`;
    const double = fields[former];
    if (double !== undefined) {
      const both = `${described(field, fields.length)} and ${described(double, former)}`;
      throw new AvroError(`Duplicate field ${field.name} in record ${name.full}: ${both}.`);
    }
    fields.push(field);
  }
  return record;
}

function readField(json: unknown, terms: AvroTerms, space: string | null): AvroField {
  if (!isObject(json)) throw new AvroError(`No field name: ${writeJson(json)}`);
  const name = requiredText(json, "name", "No field name");
  const type = json["type"];
  if (type === undefined) throw new AvroError(`No field type: ${writeJson(json)}`);
  const isUnknown = isText(type) && !primitives.some((each) => each === type);
  if (isUnknown && terms.names.find(type, space) === undefined)
    throw new AvroError(
      `${writeJson(type)} is not a defined name. The type of the "${name}" field must be a defined name or a {"type": ...} expression.`,
    );
  const schema = read(type, terms, space);
  const value = defaultOf(json["default"], schema);
  checkedName(name);
  if (terms.checksDefaults && value !== undefined) checkDefault(name, schema, value);
  return {
    name,
    schema,
    doc: textOf(json["doc"]),
    order: orderOf(json["order"]),
    default: value === undefined ? undefined : { value },
    aliases: aliasTexts(json),
    props: propertiesOf(json, FIELD_WORDS),
  };
}

/** A number may be written as text. */
function defaultOf(value: unknown, { type }: AvroSchema): unknown {
  if (!isText(value) || (type !== "float" && type !== "double")) return value;
  const number = Number(value);
  if (value.trim() === "" || Number.isNaN(number))
    throw new AvroError(
      value.trim() === "" ? "empty String" : `For input string: ${writeJson(value)}`,
    );
  return number;
}

function readEnum(json: JsonObject, terms: AvroTerms, space: string | null): AvroSchema {
  const name = declaredName(json, space);
  const given = json["symbols"];
  if (!Array.isArray(given)) throw new AvroError(`Enum has no symbols: ${writeJson(json)}`);
  const symbols = given.map((symbol) => checkedName(textOf(symbol) ?? ""));
  const double = symbols.find((symbol, index) => symbols.indexOf(symbol) !== index);
  if (double !== undefined) throw new AvroError(`Duplicate enum symbol: ${double}`);
  const symbol = textOf(json["default"]);
  if (symbol !== undefined && !symbols.includes(symbol))
    throw new AvroError(
      `The Enum Default: ${symbol} is not in the enum symbol set: [${symbols.join(", ")}]`,
    );
  const schema = {
    type: "enum" as const,
    name,
    symbols,
    default: symbol,
    doc: textOf(json["doc"]),
    aliases: aliasesIn(json, name),
    props: propertiesOf(json, ENUM_WORDS),
  };
  terms.names.add(schema);
  return schema;
}

function readFixed(json: JsonObject, terms: AvroTerms, space: string | null): AvroSchema {
  const name = declaredName(json, space);
  const size = integerOf(json["size"]);
  if (size === undefined || size > 2_147_483_647n)
    throw new AvroError(`Invalid or no size: ${writeJson(json)}`);
  if (size < 0n) throw new AvroError(`Malformed data. Length is negative: ${size}`);
  const schema = {
    type: "fixed" as const,
    name,
    size: Number(size),
    doc: textOf(json["doc"]),
    aliases: aliasesIn(json, name),
    props: propertiesOf(json),
  };
  terms.names.add(schema);
  return schema;
}

function declaredName(json: JsonObject, space: string | null): AvroName {
  const name = requiredText(json, "name", "No name in schema");
  const declared = nameIn(name, textOf(json["namespace"]) ?? space);
  if (primitives.some((primitive) => primitive === declared.full))
    throw new AvroError(`Schemas may not be named after primitives: ${declared.full}`);
  return declared;
}

function aliasesIn(json: JsonObject, { space }: AvroName): AvroName[] {
  return aliasTexts(json).map((alias) => nameIn(alias, space));
}

function aliasTexts(json: JsonObject): string[] {
  const given = json["aliases"];
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw new AvroError(`aliases not an array: ${writeJson(json)}`);
  const texts = given.map((alias) => {
    if (!isText(alias)) throw new AvroError(`alias not a string: ${writeJson(alias)}`);
    return alias;
  });
  return [...new Set(texts)];
}

function orderOf(given: unknown): AvroField["order"] {
  if (given === undefined) return "ascending";
  const order = textOf(given)?.toLowerCase() ?? "";
  if (order === "ascending" || order === "descending" || order === "ignore") return order;
  throw new AvroError(`No enum constant org.apache.avro.Schema.Field.Order.${order.toUpperCase()}`);
}

const WORDS = new Set(
  "doc fields items name namespace size symbols values type aliases".split(" "),
);
const ENUM_WORDS: ReadonlySet<string> = new Set([...WORDS, "default"]);
const FIELD_WORDS: ReadonlySet<string> = new Set("default doc name order type aliases".split(" "));

function propertiesOf(json: JsonObject, known: ReadonlySet<string> = WORDS): Map<string, unknown> {
  return new Map(Object.entries(json).filter(([key]) => !known.has(key)));
}

function requiredText(json: JsonObject, key: string, otherwise: string): string {
  const text = textOf(json[key]);
  if (text === undefined) throw new AvroError(`${otherwise}: ${writeJson(json)}`);
  return text;
}

function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}
