/** Lengths and strings as RDB files have them. */
import type { Bytes } from "../values.ts";

export function string(text: Bytes): Buffer {
  return Buffer.concat([length(text.length), Buffer.from(text, "latin1")]);
}

/** 6, 14, 32 or 64 bits, with the highest first. */
export function length(value: number | bigint): Buffer {
  if (value >= 2 ** 32) {
    const bytes = Buffer.alloc(9, 0x81);
    bytes.writeBigUInt64BE(BigInt(value), 1);
    return bytes;
  }
  const small = Number(value);
  if (small < 64) return Buffer.from([small]);
  if (small < 2 ** 14) return Buffer.from([0x40 | (small >> 8), small & 0xff]);
  const bytes = Buffer.alloc(5, 0x80);
  bytes.writeUInt32BE(small, 1);
  return bytes;
}
