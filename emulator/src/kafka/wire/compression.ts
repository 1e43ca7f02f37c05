/** What records are compressed with: https://kafka.apache.org/documentation/#recordbatch */
import { gunzipSync, gzipSync } from "node:zlib";
import { lz4Decompress } from "./lz4.ts";
import { MalformedRecords } from "./malformed-records.ts";
import { type Compression, compressions } from "./record-batch.ts";
import { snappyDecompress } from "./snappy.ts";

type Decompress = (bytes: Buffer, limit: number) => Uint8Array;

/** What a batch may come to when it is read, bytes. */
const LIMIT = 256 * 1024 * 1024;
/** The largest window of zstd's own tools without being asked for more. */
const ZSTD_WINDOW = 128 * 1024 * 1024;

/** The byte of them that says the compression. */
const ATTRIBUTES = 22;

/** zstd is here once its package is loaded: only Node 22.15 has it itself. */
const decompressors: Partial<Record<Compression, Decompress>> = {
  gzip: (bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit }),
  snappy: snappyDecompress,
  lz4: lz4Decompress,
};
let loading: Promise<void> | undefined;

/** Whoever takes a batch from a client waits for this before anybody looks into it; null where all is there. */
export function whenReadable(batch: Buffer): Promise<void> | null {
  if (decompressors.zstd !== undefined || batch.length <= ATTRIBUTES) return null;
  const isZstd = compressions[batch.readInt8(ATTRIBUTES) & 0x07] === "zstd";
  return isZstd ? (loading ??= loadZstd()) : null;
}

/** @throws {MalformedRecords} */
export function decompress(compression: Compression, bytes: Buffer): Buffer {
  if (compression === "none") return bytes;
  const decompressor = decompressors[compression];
  if (decompressor === undefined)
    throw new MalformedRecords("UNSUPPORTED_COMPRESSION_TYPE", `${compression} is not loaded`);
  try {
    const { buffer, byteOffset, length } = decompressor(bytes, LIMIT);
    return Buffer.from(buffer, byteOffset, length);
  } catch (error) {
    throw new MalformedRecords("UNKNOWN_SERVER_ERROR", `The ${compression} cannot be read`, error);
  }
}

/** What is written here again is compressed with gzip or not at all. */
export function compress(compression: "none" | "gzip", bytes: Buffer): Buffer {
  return compression === "gzip" ? gzipSync(bytes) : bytes;
}

async function loadZstd(): Promise<void> {
  const { Decompress } = await import("fzstd");
  decompressors.zstd = (bytes, limit) => {
    if (bytes.length === 0) return bytes;
    if (windowOf(bytes) > ZSTD_WINDOW) throw new RangeError("The window is too large");
    const chunks: Uint8Array[] = [];
    let total = 0;
    const stream = new Decompress((chunk) => {
      total += chunk.length;
      if (total > limit) throw new RangeError("It is too long");
      chunks.push(chunk);
    });
    stream.push(bytes, true);
    return Buffer.concat(chunks);
  };
}

/** How much memory the frame asks for, before it is given: RFC 8878 §3.1.1.1. */
function windowOf(frame: Buffer): number {
  const descriptor = frame.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (!isSingleSegment) {
    const window = frame.readUInt8(5);
    return 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8);
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const sizes = [
    () => frame.readUInt8(at),
    () => frame.readUInt16LE(at) + 256,
    () => frame.readUInt32LE(at),
    () => Number(frame.readBigUInt64LE(at)),
  ];
  return sizes[descriptor >> 6]?.() ?? 0;
}
