/** A listpack: how the server keeps short collections in one piece. https://github.com/antirez/listpack */
import type { Bytes } from "../values.ts";

const HEADER = 6;
const END = 0xff;

/** Its elements, integers as the text that they stand for. @throws {RangeError} where it is broken */
export function listpackElements(pack: Buffer): Bytes[] {
  const elements: Bytes[] = [];
  if (pack.length < HEADER + 1 || pack.readUInt32LE(0) !== pack.length)
    throw new RangeError("a listpack of another length");
  let at = HEADER;
  while (pack.readUInt8(at) !== END) {
    const { element, size } = elementAt(pack, at);
    elements.push(element);
    // Behind it stands how long it was, in as many bytes as this needs, to be read from the end.
    at += size + lengthBytes(size);
  }
  if (at !== pack.length - 1) throw new RangeError("a listpack that ends early");
  return elements;
}

/** The listpack of such elements. */
export function listpack(elements: readonly Bytes[]): Buffer {
  const parts = elements.flatMap((element) => {
    const encoded = integer(element) ?? text(element);
    return [encoded, backwards(encoded.length)];
  });
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(
    parts.reduce((sum, { length }) => sum + length, HEADER + 1),
    0,
  );
  // The count is left open where two bytes cannot hold it.
  header.writeUInt16LE(Math.min(elements.length, 0xffff), 4);
  return Buffer.concat([header, ...parts, Buffer.from([END])]);
}

/** In as few bytes as it needs; null for what is not the one way to write an integer of 64 bits. */
function integer(element: Bytes): Buffer | null {
  if (element.length > 20 || !/^(?:0|-?[1-9]\d*)$/.test(element)) return null;
  const value = BigInt(element);
  if (BigInt.asIntN(64, value) !== value) return null;
  const number = Number(value);
  if (number >= 0 && number < 128) return Buffer.from([number]);
  if (number >= -4096 && number < 4096)
    return Buffer.from([0xc0 | ((number >> 8) & 0x1f), number & 0xff]);
  const bytes = Buffer.alloc(9, 0xf4);
  bytes.writeBigInt64LE(value, 1);
  const width = [2, 3, 4].find((size) => BigInt.asIntN(8 * size, value) === value);
  if (width === undefined) return bytes;
  bytes[0] = 0xef + width;
  return bytes.subarray(0, 1 + width);
}

function text(element: Bytes): Buffer {
  const { length } = element;
  const bytes = Buffer.from(element, "latin1");
  if (length < 64) return Buffer.concat([Buffer.from([0x80 | length]), bytes]);
  if (length < 4096)
    return Buffer.concat([Buffer.from([0xe0 | (length >> 8), length & 0xff]), bytes]);
  const head = Buffer.alloc(5, 0xf0);
  head.writeUInt32LE(length, 1);
  return Buffer.concat([head, bytes]);
}

/** How long an element was, seven bits in a byte, to be read from the end. */
function backwards(size: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes(size));
  for (let at = bytes.length - 1, left = size; at >= 0; at--, left = Math.floor(left / 128))
    bytes[at] = (left & 0x7f) | (at === 0 ? 0 : 0x80);
  return bytes;
}

function elementAt(pack: Buffer, at: number): { readonly element: Bytes; readonly size: number } {
  const first = pack.readUInt8(at);
  const integer = (value: number | bigint, size: number) => ({ element: String(value), size });
  const text = (start: number, length: number) => {
    if (at + start + length >= pack.length) throw new RangeError("a listpack with half an element");
    const element = pack.toString("latin1", at + start, at + start + length);
    return { element, size: start + length };
  };
  if (first < 0x80) return integer(first, 1);
  if (first < 0xc0) return text(1, first & 0x3f);
  if (first < 0xe0) return integer(signed(((first & 0x1f) << 8) | pack.readUInt8(at + 1), 13), 2);
  if (first < 0xf0) return text(2, ((first & 0x0f) << 8) | pack.readUInt8(at + 1));
  switch (first) {
    case 0xf0:
      return text(5, pack.readUInt32LE(at + 1));
    case 0xf1:
      return integer(pack.readInt16LE(at + 1), 3);
    case 0xf2:
      return integer(pack.readIntLE(at + 1, 3), 4);
    case 0xf3:
      return integer(pack.readInt32LE(at + 1), 5);
    case 0xf4:
      return integer(pack.readBigInt64LE(at + 1), 9);
    default:
      throw new RangeError("a listpack with an element of no kind");
  }
}

function signed(value: number, bits: number): number {
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** The server takes one byte more than it must for the largest lengths of each size but the first. */
function lengthBytes(size: number): number {
  if (size < 128) return 1;
  let bytes = 2;
  for (let limit = 128 ** 2; size >= limit - 1 && bytes < 5; limit *= 128) bytes++;
  return bytes;
}
