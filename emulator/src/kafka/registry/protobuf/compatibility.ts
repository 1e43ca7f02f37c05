/**
 * Whether what was written with one .proto file can be read with another:
 * https://docs.confluent.io/platform/7.9/schema-registry/fundamentals/serdes-develop/serdes-protobuf.html#protobuf-schema-compatibility-rules
 * Fields are known by their numbers, messages by their names.
 */
import protobuf from "protobufjs";
import type { ProtoFile } from "./files.ts";

export interface ProtobufDifference {
  readonly kind:
    | "PACKAGE_CHANGED"
    | "MESSAGE_REMOVED"
    | "FIELD_KIND_CHANGED"
    | "FIELD_SCALAR_KIND_CHANGED"
    | "FIELD_NAMED_TYPE_CHANGED"
    | "FIELD_NUMERIC_LABEL_CHANGED"
    | "REQUIRED_FIELD_ADDED"
    | "REQUIRED_FIELD_REMOVED"
    | "ONEOF_FIELD_REMOVED"
    | "MULTIPLE_FIELDS_MOVED_TO_ONEOF"
    | "FIELD_MOVED_TO_EXISTING_ONEOF";
  /** `#/Order/3` */
  readonly path: string;
}

export function protobufDifferences(reader: ProtoFile, writer: ProtoFile): ProtobufDifference[] {
  const comparison = new Comparison(reader, writer);
  if (reader.packageName !== writer.packageName) comparison.tell("PACKAGE_CHANGED", []);
  comparison.compareTypes(reader.declared, writer.declared, []);
  return comparison.differences;
}

type Path = readonly (string | number)[];

class Comparison {
  readonly differences: ProtobufDifference[] = [];
  readonly #reader: ProtoFile;
  readonly #writer: ProtoFile;
  /** Messages may contain themselves. */
  readonly #compared = new Set<protobuf.Type>();

  constructor(reader: ProtoFile, writer: ProtoFile) {
    this.#reader = reader;
    this.#writer = writer;
  }

  tell(kind: ProtobufDifference["kind"], path: Path): void {
    this.differences.push({ kind, path: `#/${path.join("/")}` });
  }

  compareTypes(reader: readonly object[], writer: readonly object[], path: Path): void {
    const read = new Map(reader.filter(isMessage).map((type) => [type.name, type]));
    for (const type of writer.filter(isMessage)) {
      const own = read.get(type.name);
      if (own === undefined) this.tell("MESSAGE_REMOVED", [...path, type.name]);
      else this.#compareMessages(own, type, [...path, type.name]);
    }
  }

  #compareMessages(reader: protobuf.Type, writer: protobuf.Type, path: Path): void {
    if (!this.#compared.has(writer)) {
      this.#compared.add(writer);
      this.#compareOneofs(reader, writer, path);
      this.#comparePlainFields(reader, writer, path);
    }
    this.compareTypes(reader.nestedArray, writer.nestedArray, path);
  }

  #compareOneofs(reader: protobuf.Type, writer: protobuf.Type, path: Path): void {
    const plain = byNumber(plainFields(writer));
    const inOneofs = byNumber(writtenOneofs(writer).flatMap(({ fieldsArray }) => fieldsArray));
    for (const { name, fieldsArray } of writtenOneofs(reader)) {
      const moved = fieldsArray.filter(({ id }) => plain.has(id)).length;
      const hasOthers = fieldsArray.some(({ id }) => inOneofs.has(id));
      if (moved > 1) this.tell("MULTIPLE_FIELDS_MOVED_TO_ONEOF", [...path, name]);
      else if (moved === 1 && hasOthers)
        this.tell("FIELD_MOVED_TO_EXISTING_ONEOF", [...path, name]);
    }
    for (const { name, fieldsArray } of writtenOneofs(writer)) {
      const own = writtenOneofs(reader).find((oneof) => oneof.name === name);
      if (own === undefined) continue;
      const read = byNumber(own.fieldsArray);
      for (const field of fieldsArray) {
        const same = read.get(field.id);
        if (same === undefined) this.tell("ONEOF_FIELD_REMOVED", [...path, name, field.id]);
        else this.#compareFields(same, field, [...path, name, field.id]);
      }
    }
  }

  #comparePlainFields(reader: protobuf.Type, writer: protobuf.Type, path: Path): void {
    const read = byNumber(plainFields(reader));
    const written = byNumber(plainFields(writer));
    const inOneofs = byNumber(writtenOneofs(reader).flatMap(({ fieldsArray }) => fieldsArray));
    for (const [id, field] of written) {
      const own = read.get(id);
      if (own !== undefined) this.#compareFields(own, field, [...path, id]);
      else if (field.required && !inOneofs.has(id))
        this.tell("REQUIRED_FIELD_REMOVED", [...path, id]);
    }
    for (const [id, field] of read)
      if (field.required && !written.has(id)) this.tell("REQUIRED_FIELD_ADDED", [...path, id]);
  }

  #compareFields(reader: protobuf.Field, writer: protobuf.Field, path: Path): void {
    if (reader instanceof protobuf.MapField && writer instanceof protobuf.MapField) {
      if (SCALARS[reader.keyType] !== SCALARS[writer.keyType])
        this.tell("FIELD_SCALAR_KIND_CHANGED", path);
      return this.#compareValues(reader, writer, path);
    }
    if (reader instanceof protobuf.MapField || writer instanceof protobuf.MapField)
      return this.tell("FIELD_KIND_CHANGED", path);
    // Fields of proto3 that say nothing go with all.
    const labels = [labelOf(reader, this.#reader), labelOf(writer, this.#writer)];
    const isRelabelled = !labels.includes(null) && labels[0] !== labels[1];
    this.#compareValues(reader, writer, path, isRelabelled);
  }

  #compareValues(
    reader: protobuf.Field,
    writer: protobuf.Field,
    path: Path,
    isRelabelled = false,
  ): void {
    const read = scalarKind(reader);
    const written = scalarKind(writer);
    if ((read === undefined) !== (written === undefined))
      return this.tell("FIELD_KIND_CHANGED", path);
    if (read === undefined) return this.#compareMessageTypes(reader, writer, path);
    if (read !== written) this.tell("FIELD_SCALAR_KIND_CHANGED", path);
    else if (isRelabelled && read !== "text") this.tell("FIELD_NUMERIC_LABEL_CHANGED", path);
  }

  /** Packages may differ. A message of this file is compared where it is declared. */
  #compareMessageTypes(reader: protobuf.Field, writer: protobuf.Field, path: Path): void {
    const [read, written] = [reader.resolvedType, writer.resolvedType];
    if (!(read instanceof protobuf.Type) || !(written instanceof protobuf.Type)) {
      if (reader.type !== writer.type) this.tell("FIELD_NAMED_TYPE_CHANGED", path);
    } else if (localName(read) !== localName(written)) {
      this.tell("FIELD_NAMED_TYPE_CHANGED", path);
    } else if (!isDeclared(read, this.#reader) || !isDeclared(written, this.#writer)) {
      const before = this.differences.length;
      this.#compareMessages(read, written, localName(read).split("."));
      if (this.differences.length > before) this.tell("FIELD_NAMED_TYPE_CHANGED", path);
    }
  }
}

/** Types between which Protobuf can read. */
const KINDS: Readonly<Record<string, string>> = {
  number: "int32 int64 uint32 uint64 bool",
  signed: "sint32 sint64",
  text: "string bytes",
  fixed32: "fixed32 sfixed32",
  fixed64: "fixed64 sfixed64",
  float: "float",
  double: "double",
};

const SCALARS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(KINDS).flatMap(([kind, types]) => types.split(" ").map((type) => [type, kind])),
);

/** Undefined for messages. */
function scalarKind(field: protobuf.Field): string | undefined {
  return field.resolvedType instanceof protobuf.Enum ? "number" : SCALARS[field.type];
}

function labelOf(field: protobuf.Field, { syntax }: ProtoFile): string | null {
  if (field.repeated) return "repeated";
  if (field.required) return "required";
  return isExplicit(field) || (syntax === "proto2" && field.partOf === null) ? "optional" : null;
}

function isExplicit({ options }: protobuf.Field): boolean {
  return options?.["proto3_optional"] === true;
}

/** An `optional` field of proto3 is in a `oneof` that nobody wrote. */
function plainFields({ fieldsArray }: protobuf.Type): protobuf.Field[] {
  return fieldsArray.filter((field) => field.partOf === null || isExplicit(field));
}

function writtenOneofs({ oneofsArray }: protobuf.Type): protobuf.OneOf[] {
  return oneofsArray.filter(({ fieldsArray }) => !fieldsArray.some(isExplicit));
}

function byNumber(fields: readonly protobuf.Field[]): Map<number, protobuf.Field> {
  return new Map(fields.map((field) => [field.id, field]));
}

function isMessage(object: object): object is protobuf.Type {
  return object instanceof protobuf.Type;
}

/** Within its package. */
function localName(type: protobuf.Type): string {
  const { parent } = type;
  return parent instanceof protobuf.Type ? `${localName(parent)}.${type.name}` : type.name;
}

function isDeclared(type: protobuf.Type, file: ProtoFile): boolean {
  const { parent } = type;
  return parent instanceof protobuf.Type ? isDeclared(parent, file) : file.declared.includes(type);
}
