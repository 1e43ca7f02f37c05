/**
 * Reads LZ4 frames: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. No package that reads them is kept up
 * for our Node. Checksums are passed over: the batch has its own; and old clients wrote the header's wrongly
 * (KAFKA-3160).
 */
import { Decompressed, malformed } from "./decompressed.ts";

const MAGIC = 0x184d2204;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const BLOCK_CHECKSUM = 0x10;
const DICTIONARY = 0x01;
const STORED = 0x80000000;
const MIN_MATCH = 4;

/** @throws {MalformedRecords} */
export function lz4Decompress(frame: Buffer, limit: number): Buffer {
  const bytes = new Decompressed(limit);
  let at = readFrame(frame, 0, bytes);
  while (at < frame.length) at = readFrame(frame, at, bytes);
  return bytes.taken();
}

/** Returns where it ends. */
function readFrame(frame: Buffer, from: number, into: Decompressed): number {
  if (frame.length < from + 7 || frame.readUInt32LE(from) !== MAGIC) malformed();
  const flags = frame.readUInt8(from + 4);
  if (flags >> 6 !== 1) malformed();
  const sizes = (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY ? 4 : 0);
  let at = from + 7 + sizes;
  for (;;) {
    if (at + 4 > frame.length) malformed();
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) return at + (flags & CONTENT_CHECKSUM ? 4 : 0);
    const end = at + (word % STORED);
    if (end > frame.length) malformed();
    if (word >= STORED) into.append(frame, at, end);
    else readBlock(frame, at, end, into);
    at = end + (flags & BLOCK_CHECKSUM ? 4 : 0);
  }
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: literals, then a match further back, and so on. */
function readBlock(block: Buffer, from: number, end: number, into: Decompressed): void {
  let at = from;
  const length = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let sum = nibble;
    for (;;) {
      if (at >= end) malformed();
      const byte = block[at++] as number;
      sum += byte;
      if (byte < 255) return sum;
    }
  };
  while (at < end) {
    const token = block[at++] as number;
    const literals = length(token >> 4);
    if (at + literals > end) malformed();
    into.append(block, at, at + literals);
    at += literals;
    if (at === end) return;
    if (at + 2 > end) malformed();
    const distance = block.readUInt16LE(at);
    at += 2;
    into.repeat(distance, length(token & 15) + MIN_MATCH);
  }
}
