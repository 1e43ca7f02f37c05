/** Batches that are compressed, and batches with which something is wrong, for tests. */
import { gzipSync } from "node:zlib";
import { type BatchTerms, batchOf, recordsOf } from "./kafka-records.ts";

export const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type Codec = (typeof codecs)[number];

export const damages = [
  "whole",
  "one-more",
  "one-less",
  "cut",
  "garbage",
  "garbage-inside",
  "empty",
  "gap",
  "late",
] as const;
export type Damage = (typeof damages)[number];

const GARBAGE = Buffer.from("none of that kind");

/** With CRCs that are right: whoever takes it has to look inside. */
export function damaged(terms: BatchTerms, codec: Codec, damage: Damage): Buffer {
  const records = recordsOf(terms.values, damage === "gap" ? 5 : 1);
  const inside = damage === "garbage-inside" ? GARBAGE : records;
  const whole = compressed(codec, inside);
  const more = damage === "one-more" ? 1 : damage === "one-less" ? -1 : 0;
  return batchOf(terms, payloadOf(whole, damage), {
    codec: codecs.indexOf(codec),
    count: terms.values.length + more,
    maxTime: terms.time + (damage === "late" ? 7 : 0),
  });
}

function payloadOf(whole: Buffer, damage: Damage): Buffer {
  if (damage === "cut") return whole.subarray(0, whole.length >> 1);
  if (damage === "garbage") return GARBAGE;
  return damage === "empty" ? Buffer.alloc(0) : whole;
}

/** Nothing is made shorter but with gzip: the others let bytes stand as they are. There are not 128 of them. */
function compressed(codec: Codec, bytes: Buffer): Buffer {
  const { length } = bytes;
  switch (codec) {
    case "gzip":
      return gzipSync(bytes);
    case "snappy":
      // How long it will be, and one literal of it.
      return Buffer.concat([Buffer.from([length, 60 << 2, length - 1]), bytes]);
    case "lz4": {
      const block = Buffer.alloc(4);
      block.writeUInt32LE(0x80000000 + length);
      return Buffer.concat([Buffer.from("04224d18604082", "hex"), block, bytes, Buffer.alloc(4)]);
    }
    case "zstd": {
      // One segment of so many bytes, and its last block, which is raw.
      const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, length]);
      return Buffer.concat([head, Buffer.from([((length << 3) | 1) & 255, length >> 5, 0]), bytes]);
    }
    default:
      return bytes;
  }
}
