/**
 * Reads Snappy: https://github.com/google/snappy/blob/main/format_description.txt; raw, as librdkafka sends it, and in the
 * frames of Java's library. The package there is (snappyjs 0.7) never comes back from some bytes that are none.
 */
import { Decompressed, malformed } from "./decompressed.ts";

/** Then a version and the lowest that can read it, and blocks with their lengths. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER = 16;

/** @throws {MalformedRecords} */
export function snappyDecompress(bytes: Buffer, limit: number): Buffer {
  const into = new Decompressed(limit);
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) readBlock(bytes, into);
  else {
    let at = XERIAL_HEADER;
    if (bytes.length < at) malformed();
    while (at < bytes.length) {
      if (at + 4 > bytes.length) malformed();
      const end = at + 4 + bytes.readUInt32BE(at);
      if (end > bytes.length) malformed();
      readBlock(bytes.subarray(at + 4, end), into);
      at = end;
    }
  }
  return into.taken();
}

/** How long it will be; then literals, and copies of what was before, by the two lowest bits of their tags. */
function readBlock(block: Buffer, into: Decompressed): void {
  const little = (from: number, size: number): number => {
    if (from + size > block.length) malformed();
    return block.readUIntLE(from, size);
  };
  const { length, end } = readLength(block);
  const expected = into.length + length;
  for (let at = end; at < block.length;) {
    const tag = block[at++] as number;
    const upper = tag >> 2;
    const kind = tag & 3;
    if (kind === 0) {
      // Up to 60 the tag itself says it, else one to four bytes behind it.
      const size = Math.max(0, upper - 59);
      const literals = (size === 0 ? upper : little(at, size)) + 1;
      at += size;
      if (at + literals > block.length) malformed();
      into.append(block, at, at + literals);
      at += literals;
    } else if (kind === 1) into.repeat(((tag >> 5) << 8) | little(at++, 1), (upper & 7) + 4);
    else {
      const size = kind === 2 ? 2 : 4;
      into.repeat(little(at, size), upper + 1);
      at += size;
    }
    if (into.length > expected) malformed();
  }
  if (into.length !== expected) malformed();
}

function readLength(block: Buffer): { readonly length: number; readonly end: number } {
  let length = 0;
  for (let index = 0; index < 5; index++) {
    const byte = block[index] ?? malformed();
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 128) return { length, end: index + 1 };
  }
  return malformed();
}
