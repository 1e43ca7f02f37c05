/** Writers of layouts: made once for each layout and version, then only called. */
import { ByteWriter } from "./byte-writer.ts";
import { type FieldShape, isInVersion } from "./field.ts";
import type { Kinds } from "./layout.ts";

export type Write = (writer: ByteWriter, value: unknown) => void;

interface FieldWriting {
  readonly name: string;
  readonly absent: unknown;
  readonly write: Write;
}

interface TaggedWriting extends FieldWriting {
  readonly tag: number;
  readonly isAbsent: (value: unknown) => boolean;
}

export function structWriting(
  fields: readonly FieldShape[],
  version: number,
  isFlexible: boolean,
): Write {
  const present: FieldWriting[] = [];
  const tagged: TaggedWriting[] = [];
  for (const field of fields) {
    if (!isInVersion(field, version)) continue;
    const { name, absent, tag } = field;
    const write = fieldWriting(field, version, isFlexible);
    if (tag === null) present.push({ name, absent, write });
    else tagged.push({ name, absent, write, tag, isAbsent: absenceOf(field) });
  }
  tagged.sort((one, other) => one.tag - other.tag);
  return (writer, value) => {
    const said = value as Readonly<Record<string, unknown>>;
    for (const { name, absent, write } of present) {
      const inner = said[name];
      write(writer, inner === undefined ? absent : inner);
    }
    if (isFlexible) writeTagged(writer, tagged, said);
  };
}

/** A tagged field is written only where it says something else than what is meant without it. */
function writeTagged(
  writer: ByteWriter,
  tagged: readonly TaggedWriting[],
  said: Readonly<Record<string, unknown>>,
): void {
  if (tagged.length === 0) return writer.unsignedVarint(0);
  const written = tagged.filter(({ name, isAbsent }) => !isAbsent(said[name]));
  writer.unsignedVarint(written.length);
  for (const { name, tag, write } of written) {
    const inner = new ByteWriter();
    write(inner, said[name]);
    writer.unsignedVarint(tag);
    writer.unsignedVarint(inner.length);
    for (const piece of inner.finish()) writer.bytes(piece);
  }
}

function absenceOf({ shape, absent, isNullable }: FieldShape): (value: unknown) => boolean {
  if (shape.type === "single" || isNullable)
    return (value) => value === undefined || value === absent;
  if (shape.type === "array")
    return (value) => value === undefined || (Array.isArray(value) && value.length === 0);
  const fields = shape.fields.map((field) => ({ name: field.name, isAbsent: absenceOf(field) }));
  return (value) =>
    value === undefined ||
    fields.every(({ name, isAbsent }) =>
      isAbsent((value as Readonly<Record<string, unknown>>)[name]),
    );
}

function fieldWriting(field: FieldShape, version: number, isFlexible: boolean): Write {
  const { shape, isNullable } = field;
  if (shape.type === "single") return singleWriting(shape.kind, isFlexible);
  if (shape.type === "array") return arrayWriting(shape.item, version, isFlexible);
  const write = structWriting(shape.fields, version, isFlexible);
  if (!isNullable) return write;
  return (writer, value) => {
    writer.int8(value === null ? -1 : 1);
    if (value !== null) write(writer, value);
  };
}

function arrayWriting(item: FieldShape, version: number, isFlexible: boolean): Write {
  const write = fieldWriting(item, version, isFlexible);
  return (writer, value) => {
    const items = value as readonly unknown[] | null;
    writer.size(items === null ? -1 : items.length, isFlexible, false);
    for (const inner of items ?? []) write(writer, inner);
  };
}

const fixed: { readonly [Kind in keyof Kinds]?: Write } = {
  bool: (writer, value) => writer.bool(value as boolean),
  int8: (writer, value) => writer.int8(value as number),
  int16: (writer, value) => writer.int16(value as number),
  uint16: (writer, value) => writer.int16(value as number),
  int32: (writer, value) => writer.int32(value as number),
  uint32: (writer, value) => writer.int32(value as number),
  int64: (writer, value) => writer.int64(value as number),
  float64: (writer, value) => writer.float64(value as number),
  uuid: (writer, value) => writer.uuid(value as string),
};

function singleWriting(kind: keyof Kinds, isFlexible: boolean): Write {
  const known = fixed[kind];
  if (known !== undefined) return known;
  if (kind === "string")
    return (writer, value) => {
      if (value === null) writer.size(-1, isFlexible, true);
      else writer.string(value as string, isFlexible);
    };
  return (writer, value) => {
    if (value === null) return writer.size(-1, isFlexible, false);
    const pieces = Buffer.isBuffer(value) ? [value] : (value as readonly Buffer[]);
    let length = 0;
    for (const piece of pieces) length += piece.length;
    writer.size(length, isFlexible, false);
    for (const piece of pieces) writer.bytes(piece);
  };
}
