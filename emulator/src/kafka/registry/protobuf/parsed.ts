/** Protobuf, for the registry. */
import type { ParsedSchema, ParseTerms } from "../parsed-schema.ts";
import { type ProtobufDifference, protobufDifferences } from "./compatibility.ts";
import { decodeFile, encodeFile } from "./descriptor.ts";
import { type ProtoFile, readProto } from "./files.ts";
import { laidOut } from "./layout.ts";
import { writeProto } from "./print.ts";

/** Takes a .proto file, or its descriptor in base64. @throws {Error} */
export function parseProtobufSchema(given: string, { references }: ParseTerms): ParsedSchema {
  const isDescriptor = /^[A-Za-z\d+/\s]+={0,2}\s*$/.test(given);
  const text = laidOut(isDescriptor ? writeProto(decodeFile(given)) : given);
  return new ParsedProtobuf(text, readProto(text, references));
}

class ParsedProtobuf implements ParsedSchema {
  readonly type = "PROTOBUF";
  readonly text: string;
  readonly #file: ProtoFile;

  constructor(text: string, file: ProtoFile) {
    this.text = text;
    this.#file = file;
  }

  get inlined(): string {
    return this.text;
  }

  normalized(): string {
    return this.text;
  }

  differences(writer: ParsedSchema): readonly string[] {
    if (!(writer instanceof ParsedProtobuf)) return [];
    return protobufDifferences(this.#file, writer.#file).map(
      ({ kind, path }) =>
        `{errorType:"${kind}", description:"${DESCRIPTIONS[kind].replace("PATH", `'${path}'`)}"}`,
    );
  }

  formatted(format: string): string {
    return format === "serialized" ? encodeFile(this.#file) : this.text;
  }
}

const DESCRIPTIONS: Readonly<Record<ProtobufDifference["kind"], string>> = {
  PACKAGE_CHANGED:
    "The package at PATH in the %s schema does not match the package in the %s schema",
  MESSAGE_REMOVED: "The %s schema is missing a MESSAGE type at path PATH in the %s schema",
  FIELD_KIND_CHANGED:
    "The type of a field at path PATH in the %s schema does not match the %s schema",
  FIELD_SCALAR_KIND_CHANGED:
    "The kind of a SCALAR field at path PATH in the %s schema does not match its kind in the %s schema",
  FIELD_NAMED_TYPE_CHANGED:
    "The type of a MESSAGE field at path PATH in the %s schema does not match its type in the %s schema",
  FIELD_NUMERIC_LABEL_CHANGED:
    "The label for a NUMERIC field at path PATH in the %s schema does not match its label in the %s schema",
  REQUIRED_FIELD_ADDED:
    "A required field  at path PATH in the %s schema is missing in the %s schema",
  REQUIRED_FIELD_REMOVED:
    "The %s schema is missing a required field at path: PATH in the %s schema",
  ONEOF_FIELD_REMOVED: "The %s schema is missing a oneof field at path PATH in the %s schema",
  MULTIPLE_FIELDS_MOVED_TO_ONEOF:
    "Multiple fields in the oneof at path PATH in the %s schema are outside a oneof in the %s schema",
  FIELD_MOVED_TO_EXISTING_ONEOF:
    "A field in the oneof at path PATH in the %s schema is outside an existing oneof in the %s schema",
};
