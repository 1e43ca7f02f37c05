/**
 * Whether what one schema wrote can be read with another: https://avro.apache.org/docs/1.11.1/specification/#schema-resolution
 * All that stands against it is told, with its place in the reader's schema, as Avro for Java finds it.
 */
import type { AvroEnum, AvroField, AvroNamed, AvroRecord, AvroSchema } from "./schema.ts";

export interface AvroDifference {
  readonly kind:
    | "NAME_MISMATCH"
    | "FIXED_SIZE_MISMATCH"
    | "MISSING_ENUM_SYMBOLS"
    | "READER_FIELD_MISSING_DEFAULT_VALUE"
    | "TYPE_MISMATCH"
    | "MISSING_UNION_BRANCH";
  /** A JSON pointer: `/fields/1/type`. */
  readonly path: string;
  readonly message: string;
}

export function avroDifferences(reader: AvroSchema, writer: AvroSchema): readonly AvroDifference[] {
  return new Comparison().compare(reader, writer, []);
}

type Path = readonly (string | number)[];

/** Types that a value is promoted to. */
const PROMOTED: Readonly<Record<string, readonly string[]>> = {
  long: ["int"],
  float: ["int", "long"],
  double: ["int", "long", "float"],
  bytes: ["string"],
  string: ["bytes"],
};

class Comparison {
  /** What has been compared; what is still being compared counts as readable, so that types may contain themselves. */
  readonly #done = new Map<AvroSchema, Map<AvroSchema, readonly AvroDifference[]>>();

  compare(reader: AvroSchema, writer: AvroSchema, path: Path): readonly AvroDifference[] {
    const known = this.#done.get(reader) ?? new Map<AvroSchema, readonly AvroDifference[]>();
    this.#done.set(reader, known);
    const before = known.get(writer);
    if (before !== undefined) return before;
    known.set(writer, []);
    const found = [...this.#differences(reader, writer, path)];
    known.set(writer, found);
    return found;
  }

  *#differences(reader: AvroSchema, writer: AvroSchema, path: Path): Iterable<AvroDifference> {
    if (writer.type === "union") {
      for (const [index, branch] of writer.branches.entries()) {
        // What is inside of a union is told by its place in the branch.
        const found = this.compare(reader, branch, []);
        if (reader.type !== "union") yield* found;
        else if (found.length > 0) yield lacking(branch, [...path, index]);
      }
    } else if (reader.type === "union") {
      const reads = reader.branches.some((branch) => this.compare(branch, writer, []).length === 0);
      if (!reads) yield lacking(writer, path);
    } else if (reader.type === "record" && writer.type === "record") {
      yield* nameDifferences(reader, writer, path);
      yield* this.#fieldDifferences(reader, writer, path);
    } else if (reader.type === "enum" && writer.type === "enum") {
      yield* nameDifferences(reader, writer, path);
      yield* symbolDifferences(reader, writer, path);
    } else if (reader.type === "fixed" && writer.type === "fixed") {
      yield* nameDifferences(reader, writer, path);
      if (reader.size !== writer.size) {
        const message = `expected: ${writer.size}, found: ${reader.size}`;
        yield difference("FIXED_SIZE_MISMATCH", [...path, "size"], message);
      }
    } else if (reader.type === "array" && writer.type === "array") {
      yield* this.compare(reader.items, writer.items, [...path, "items"]);
    } else if (reader.type === "map" && writer.type === "map") {
      yield* this.compare(reader.values, writer.values, [...path, "values"]);
    } else if (reader.type !== writer.type && !PROMOTED[reader.type]?.includes(writer.type)) {
      const message = `reader type: ${typeOf(reader)} not compatible with writer type: ${typeOf(writer)}`;
      yield difference("TYPE_MISMATCH", path, message);
    }
  }

  *#fieldDifferences(reader: AvroRecord, writer: AvroRecord, path: Path): Iterable<AvroDifference> {
    for (const [index, field] of reader.fields.entries()) {
      const at = [...path, "fields", index];
      const written = writtenField(writer, field);
      if (written !== undefined) yield* this.compare(field.schema, written.schema, [...at, "type"]);
      else if (field.default === undefined && hasDefaultSymbol(field.schema))
        // Avro for Java compares the enumeration with the whole record here, and so never finds it readable.
        yield* this.compare(field.schema, writer, [...at, "type"]);
      else if (field.default === undefined)
        yield difference("READER_FIELD_MISSING_DEFAULT_VALUE", at, field.name);
    }
  }
}

/** The field that is read: of the same name, or of one of its aliases. */
function writtenField({ fields }: AvroRecord, { name, aliases }: AvroField): AvroField | undefined {
  return (
    fields.find((field) => field.name === name) ??
    fields.find((field) => aliases.includes(field.name))
  );
}

function hasDefaultSymbol(schema: AvroSchema): boolean {
  return schema.type === "enum" && schema.default !== undefined;
}

/** Namespaces may differ. */
function* nameDifferences(
  reader: AvroNamed,
  writer: AvroNamed,
  path: Path,
): Iterable<AvroDifference> {
  if (reader.name.name === writer.name.name) return;
  if (reader.aliases.some(({ full }) => full === writer.name.full)) return;
  yield difference("NAME_MISMATCH", [...path, "name"], `expected: ${writer.name.full}`);
}

function* symbolDifferences(
  reader: AvroEnum,
  writer: AvroEnum,
  path: Path,
): Iterable<AvroDifference> {
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (missing.length === 0 || reader.default !== undefined) return;
  const message = `[${missing.toSorted().join(", ")}]`;
  yield difference("MISSING_ENUM_SYMBOLS", [...path, "symbols"], message);
}

function lacking(writer: AvroSchema, path: Path): AvroDifference {
  const message = `reader union lacking writer type: ${typeOf(writer)}`;
  return difference("MISSING_UNION_BRANCH", path, message);
}

function typeOf({ type }: AvroSchema): string {
  return type.toUpperCase();
}

function difference(kind: AvroDifference["kind"], path: Path, message: string): AvroDifference {
  return { kind, path: `/${path.join("/")}`, message };
}
