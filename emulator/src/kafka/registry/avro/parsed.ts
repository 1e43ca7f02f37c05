/** Avro, for the registry. */
import type { ParsedSchema, ParseTerms } from "../parsed-schema.ts";
import { type AvroDifference, avroDifferences } from "./compatibility.ts";
import { Names } from "./names.ts";
import { normalForm } from "./normal-form.ts";
import { parseAvro } from "./parse.ts";
import { writeAvro } from "./print.ts";
import type { AvroSchema } from "./schema.ts";

/** @throws {AvroError} */
export function parseAvroSchema(
  text: string,
  { references, checksDefaults }: ParseTerms,
): ParsedSchema {
  const terms = { names: new Names(), checksDefaults };
  const referenced = references.map((reference) => parseAvro(reference.text, terms));
  const named = referenced.flatMap((schema) => ("name" in schema ? [schema.name.full] : []));
  return new ParsedAvro(parseAvro(text, terms), named);
}

class ParsedAvro implements ParsedSchema {
  readonly type = "AVRO";
  readonly schema: AvroSchema;
  readonly text: string;
  /** What the references declare, which is not said again. */
  readonly #known: readonly string[];

  constructor(schema: AvroSchema, known: readonly string[]) {
    this.schema = schema;
    this.#known = known;
    this.text = writeAvro(schema, known);
  }

  get inlined(): string {
    return writeAvro(this.schema);
  }

  normalized(): string {
    return writeAvro(normalForm(this.schema), this.#known);
  }

  differences(writer: ParsedSchema): readonly string[] {
    return writer instanceof ParsedAvro
      ? avroDifferences(this.schema, writer.schema).map(describe)
      : [];
  }

  formatted(format: string): string {
    return format === "resolved" ? this.inlined : this.text;
  }
}

const DESCRIPTIONS: Readonly<
  Record<AvroDifference["kind"], (path: string, message: string) => string>
> = {
  FIXED_SIZE_MISMATCH: (path) =>
    `The size of FIXED type field at path '${path}' in the %s schema does not match with the %s schema`,
  TYPE_MISMATCH: (path) =>
    `The type (path '${path}') of a field in the %s schema does not match with the %s schema`,
  NAME_MISMATCH: (path) => `The name of the schema has changed (path '${path}')`,
  MISSING_ENUM_SYMBOLS: (path, message) =>
    `The %s schema is missing enum symbols '${message}' at path '${path}' in the %s schema`,
  MISSING_UNION_BRANCH: (path) =>
    `The %s schema is missing a type inside a union field at path '${path}' in the %s schema`,
  READER_FIELD_MISSING_DEFAULT_VALUE: (path, message) =>
    `The field '${message}' at path '${path}' in the %s schema has no default value and is missing in the %s schema`,
};

function describe({ kind, path, message }: AvroDifference): string {
  const description = DESCRIPTIONS[kind](path, message);
  return `{errorType:'${kind}', description:'${description}', additionalInfo:'${message}'}`;
}
