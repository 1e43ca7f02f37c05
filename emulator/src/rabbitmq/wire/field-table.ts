/**
 * Field tables on the wire: name, letter of the type, value. The letters are RabbitMQ's, which differ from the
 * specification's. https://www.rabbitmq.com/amqp-0-9-1-errata (section 3)
 */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { MalformedError } from "./malformed.ts";
import { type FieldTable, type FieldType, type FieldValue, NO_FIELDS } from "./values.ts";

/** RabbitMQ has no such limit; a table in a table so often would exhaust the stack here. */
export const DEEPEST_TABLE = 500;

/** @throws {MalformedError} */
export function readTable(bytes: Buffer): FieldTable {
  return fields(new ByteReader(bytes), 0);
}

/** Without its length. */
export function writeTable(table: FieldTable): Buffer {
  const writer = new ByteWriter();
  putFields(writer, table);
  return writer.take();
}

/** Finds what `readTable` would throw at, without making anything. @throws {MalformedError} */
export function checkTable(reader: ByteReader, depth = 0): void {
  if (depth > DEEPEST_TABLE) throw new MalformedError("table: too deep");
  while (!reader.isDone) {
    reader.skip(reader.octet());
    checkValue(reader, depth);
  }
}

// ------------------------------------------------------------ reading

function fields(reader: ByteReader, depth: number): FieldTable {
  if (reader.isDone) return NO_FIELDS;
  if (depth > DEEPEST_TABLE) throw new MalformedError("table: too deep");
  const table = new Map<string, FieldValue>();
  while (!reader.isDone) {
    const name = reader.shortstr();
    // A name that comes twice stands where it came last.
    table.delete(name);
    table.set(name, value(reader, depth));
  }
  return table;
}

function items(reader: ByteReader, depth: number): FieldValue[] {
  if (depth > DEEPEST_TABLE) throw new MalformedError("array: too deep");
  const array: FieldValue[] = [];
  while (!reader.isDone) array.push(value(reader, depth));
  return array;
}

function value(reader: ByteReader, depth: number): FieldValue {
  const letter = reader.octet();
  switch (letter) {
    case 0x53: // S
      return { type: "longstr", value: reader.longstr() };
    case 0x49: // I
      return { type: "signedint", value: reader.long() | 0 };
    case 0x74: // t
      return { type: "bool", value: reader.octet() !== 0 };
    case 0x46: // F
      return { type: "table", value: fields(reader.nested(), depth + 1) };
    case 0x41: // A
      return { type: "array", value: items(reader.nested(), depth + 1) };
    case 0x6c: // l
    case 0x4c: // L
      return { type: "long", value: narrow(BigInt.asIntN(64, longlong(reader))) };
    case 0x54: // T
      return { type: "timestamp", value: narrow(longlong(reader)) };
    case 0x56: // V
      return { type: "void" };
    case 0x62: // b
      return { type: "byte", value: (reader.octet() << 24) >> 24 };
    case 0x42: // B
      return { type: "unsignedbyte", value: reader.octet() };
    case 0x73: // s
      return { type: "short", value: (reader.short() << 16) >> 16 };
    case 0x75: // u
      return { type: "unsignedshort", value: reader.short() };
    case 0x69: // i
      return { type: "unsignedint", value: reader.long() };
    case 0x66: // f
      return { type: "float", value: float(reader, 4) };
    case 0x64: // d
      return { type: "double", value: float(reader, 8) };
    case 0x44: // D
      return { type: "decimal", scale: reader.octet(), value: reader.long() };
    case 0x78: // x
      return { type: "binary", value: reader.longstr() };
    default:
      throw new MalformedError(`table: no type ${String.fromCharCode(letter)}`);
  }
}

function longlong(reader: ByteReader): bigint {
  const { at } = reader;
  reader.skip(8);
  return reader.bytes.readBigUInt64BE(at);
}

function narrow(large: bigint): number | bigint {
  const number = Number(large);
  return Number.isSafeInteger(number) ? number : large;
}

/** Erlang has no infinity and no NaN. */
function float(reader: ByteReader, size: 4 | 8): number {
  const { at } = reader;
  reader.skip(size);
  const number = size === 4 ? reader.bytes.readFloatBE(at) : reader.bytes.readDoubleBE(at);
  if (!Number.isFinite(number)) throw new MalformedError("number");
  return number;
}

// ------------------------------------------------------------ checking

/** How long the values of each letter are, where that is fixed. */
const LENGTHS: Readonly<Record<string, number>> = {
  V: 0,
  t: 1,
  b: 1,
  B: 1,
  s: 2,
  u: 2,
  I: 4,
  i: 4,
  D: 5,
  l: 8,
  L: 8,
  T: 8,
};
const lengthOf = Array.from({ length: 256 }, (_, code) => LENGTHS[String.fromCharCode(code)]);

function checkValue(reader: ByteReader, depth: number): void {
  const letter = reader.octet();
  const length = lengthOf[letter];
  if (length !== undefined) return reader.skip(length);
  switch (letter) {
    case 0x53:
    case 0x78:
      return reader.skip(reader.long());
    case 0x46:
      return checkTable(reader.nested(), depth + 1);
    case 0x41: {
      if (depth >= DEEPEST_TABLE) throw new MalformedError("array: too deep");
      const array = reader.nested();
      while (!array.isDone) checkValue(array, depth + 1);
      return;
    }
    default:
      // Floating point numbers, and what is no type.
      reader.at--;
      value(reader, depth);
  }
}

// ------------------------------------------------------------ writing

const LETTERS: { readonly [Type in FieldType]: string } = {
  longstr: "S",
  signedint: "I",
  decimal: "D",
  timestamp: "T",
  table: "F",
  array: "A",
  byte: "b",
  unsignedbyte: "B",
  double: "d",
  float: "f",
  long: "l",
  short: "s",
  unsignedshort: "u",
  unsignedint: "i",
  bool: "t",
  binary: "x",
  void: "V",
};

/** Without its length. */
export function putFields(writer: ByteWriter, table: FieldTable): void {
  for (const [name, field] of table) {
    writer.shortstr(name);
    putValue(writer, field);
  }
}

function putValue(writer: ByteWriter, field: FieldValue): void {
  writer.octet(LETTERS[field.type].charCodeAt(0));
  switch (field.type) {
    case "longstr":
    case "binary":
      return writer.longstr(field.value);
    case "table":
      return writer.nested(() => putFields(writer, field.value));
    case "array":
      return writer.nested(() => {
        for (const item of field.value) putValue(writer, item);
      });
    case "void":
      return;
    case "bool":
      return writer.octet(field.value ? 1 : 0);
    case "byte":
    case "unsignedbyte":
      return writer.octet(field.value);
    case "short":
    case "unsignedshort":
      return writer.short(field.value & 0xffff);
    case "signedint":
    case "unsignedint":
      return writer.long(field.value >>> 0);
    case "long":
    case "timestamp":
      return writer.longlong(field.value);
    case "decimal":
      writer.octet(field.scale);
      return writer.long(field.value);
    case "float":
      return writer.float(field.value);
    case "double":
      return writer.double(field.value);
  }
}
