/** Readers of layouts: made once for each layout and version, then only called. */
import type { ByteReader } from "./byte-reader.ts";
import { type FieldShape, isInVersion, type Shape } from "./field.ts";
import type { Kinds } from "./layout.ts";
import { MalformedError } from "./malformed.ts";

/** `size`: how many bytes it takes at least. */
export interface Reading {
  readonly read: (reader: ByteReader) => unknown;
  readonly size: number;
}

interface NamedReading extends Reading {
  readonly name: string;
}

export function structReading(
  fields: readonly FieldShape[],
  version: number,
  isFlexible: boolean,
): Reading {
  const present: NamedReading[] = [];
  const tagged = new Map<number, NamedReading>();
  for (const field of fields) {
    if (!isInVersion(field, version)) continue;
    const reading = { name: field.name, ...fieldReading(field, version, isFlexible) };
    if (field.tag === null) present.push(reading);
    else tagged.set(field.tag, reading);
  }
  // Spread first, so that all values of a layout have one shape.
  const absent: Record<string, unknown> = Object.fromEntries(
    fields.map((field) => [field.name, field.absent]),
  );
  return {
    size: present.reduce((sum, { size }) => sum + size, isFlexible ? 1 : 0),
    read: (reader) => {
      const value = { ...absent };
      for (const { name, read } of present) value[name] = read(reader);
      if (isFlexible) readTagged(reader, tagged, value);
      return value;
    },
  };
}

function readTagged(
  reader: ByteReader,
  tagged: ReadonlyMap<number, NamedReading>,
  value: Record<string, unknown>,
): void {
  const count = reader.unsignedVarint();
  if (count === 0) return;
  reader.expect(count, 2);
  for (let index = 0; index < count; index++) {
    const field = tagged.get(reader.unsignedVarint());
    const length = reader.unsignedVarint();
    // What a newer client says beyond our version is passed over: KIP-482.
    if (field === undefined) reader.skip(length);
    else value[field.name] = reader.within(length, () => field.read(reader));
  }
}

function fieldReading(field: FieldShape, version: number, isFlexible: boolean): Reading {
  const { shape, name, isNullable } = field;
  if (shape.type === "array")
    return arrayReading(shape.item, name, isNullable, version, isFlexible);
  if (shape.type === "struct") {
    const struct = structReading(shape.fields, version, isFlexible);
    if (!isNullable) return struct;
    return { size: 1, read: (reader) => (reader.int8() < 0 ? null : struct.read(reader)) };
  }
  return singleReading(shape, name, isNullable, isFlexible);
}

function arrayReading(
  itemField: FieldShape,
  name: string,
  isNullable: boolean,
  version: number,
  isFlexible: boolean,
): Reading {
  const item = fieldReading(itemField, version, isFlexible);
  return {
    size: isFlexible ? 1 : 4,
    read: (reader) => {
      const count = reader.length(isFlexible, false);
      if (count < 0) return nothing(name, isNullable);
      reader.expect(count, item.size);
      const items: unknown[] = [];
      for (let index = 0; index < count; index++) items.push(item.read(reader));
      return items;
    },
  };
}

const fixed: { readonly [Kind in keyof Kinds]?: Reading } = {
  bool: { size: 1, read: (reader) => reader.int8() !== 0 },
  int8: { size: 1, read: (reader) => reader.int8() },
  int16: { size: 2, read: (reader) => reader.int16() },
  uint16: { size: 2, read: (reader) => reader.uint16() },
  int32: { size: 4, read: (reader) => reader.int32() },
  uint32: { size: 4, read: (reader) => reader.uint32() },
  int64: { size: 8, read: (reader) => reader.int64() },
  float64: { size: 8, read: (reader) => reader.float64() },
  uuid: { size: 16, read: (reader) => reader.uuid() },
};

function singleReading(
  { kind }: Extract<Shape, { type: "single" }>,
  name: string,
  isNullable: boolean,
  isFlexible: boolean,
): Reading {
  const known = fixed[kind];
  if (known !== undefined) return known;
  if (kind === "string")
    return {
      size: isFlexible ? 1 : 2,
      read: (reader) => {
        const length = reader.length(isFlexible, true);
        return length < 0 ? nothing(name, isNullable) : reader.text(length);
      },
    };
  return {
    size: isFlexible ? 1 : 4,
    read: (reader) => {
      const length = reader.length(isFlexible, false);
      return length < 0 ? nothing(name, isNullable) : reader.view(length);
    },
  };
}

function nothing(name: string, isNullable: boolean): null {
  if (isNullable) return null;
  throw new MalformedError(`${name} is null`);
}
