/** How kafkajs compresses: it brings gzip, and a table that it asks for the rest. */
import * as zlib from "node:zlib";
import { promisify } from "node:util";
import type { KafkaPackage } from "./driver.ts";
import type { KafkaCodec, KafkaOptions } from "./options.ts";

/** As Java and kafkajs frame snappy: a header (magic, two versions), then blocks, each after its length. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);

/** Enters the codecs into kafkajs' table, which all clients of the process share. */
export function register(kafkajs: KafkaPackage, codecs: KafkaOptions["codecs"] = {}): void {
  const { CompressionTypes, CompressionCodecs } = kafkajs.default;
  const zstd = codecs.zstd ?? nodeZstd();
  const given = { Snappy: codecs.snappy && framed(codecs.snappy), LZ4: codecs.lz4, ZSTD: zstd };
  for (const [name, codec] of Object.entries(given)) {
    if (codec === undefined) continue;
    CompressionCodecs[CompressionTypes[name as keyof typeof given]] = () => ({
      compress: async ({ buffer }: { buffer: Buffer }) => Buffer.from(await codec.compress(buffer)),
      decompress: async (buffer: Buffer) => Buffer.from(await codec.decompress(buffer)),
    });
  }
}

/** Raw snappy with Java's frame around it; raw as librdkafka sends it is read as well. */
export function framed(raw: KafkaCodec): KafkaCodec {
  return {
    async compress(bytes) {
      const block = await raw.compress(bytes);
      const length = Buffer.alloc(4);
      length.writeInt32BE(block.byteLength);
      return Buffer.concat([XERIAL, length, block]);
    },
    async decompress(bytes) {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (!buffer.subarray(0, 8).equals(XERIAL.subarray(0, 8))) return raw.decompress(buffer);
      const blocks: Uint8Array[] = [];
      for (let at = XERIAL.length; at < buffer.length;) {
        const length = buffer.readInt32BE(at);
        blocks.push(await raw.decompress(buffer.subarray(at + 4, at + 4 + length)));
        at += 4 + length;
      }
      return Buffer.concat(blocks);
    },
  };
}

/** Node has it from 22.15 and 23.8 on. */
function nodeZstd(): KafkaCodec | undefined {
  const { zstdCompress, zstdDecompress } = zlib as {
    zstdCompress?: typeof zlib.gzip;
    zstdDecompress?: typeof zlib.gunzip;
  };
  if (zstdCompress === undefined || zstdDecompress === undefined) return undefined;
  const compress = promisify<Uint8Array, Buffer>(zstdCompress);
  const decompress = promisify<Uint8Array, Buffer>(zstdDecompress);
  return { compress, decompress };
}
