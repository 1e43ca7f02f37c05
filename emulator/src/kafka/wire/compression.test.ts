import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decompress, whenReadable } from "./compression.ts";
import { MalformedRecords } from "./malformed-records.ts";
import { type compressions, headOf, writeBatch } from "./record-batch.ts";
import { encodeBatch } from "./records.ts";

const text = "Kafka compresses records, Kafka compresses records, Kafka compresses records.";
/** A block in the frames of Java's library. */
const sized = (block: string) => {
  const bytes = Buffer.from(block, "base64");
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return [length, bytes];
};

const compressed = {
  gzip: [gzipSync(text)],
  // Of snappyjs 0.7: as librdkafka sends it, and in the frames of Java's library.
  snappy: [
    Buffer.from("TXRLYWZrYSBjb21wcmVzc2VzIHJlY29yZHMsIEthZmu2GgAALg==", "base64"),
    Buffer.concat([
      Buffer.from("82534e41505059000000000100000001", "hex"),
      ...sized("HnRLYWZrYSBjb21wcmVzc2VzIHJlY29yZHMsIEthZms="),
      ...sized("L2RhIGNvbXByZXNzZXMgcmVjb3JkcywgS2Fma04aAAAu"),
    ]),
  ],
  // Of the command lz4 1.9.4: linked blocks, and with the size and a checksum for each block.
  lz4: [
    Buffer.from(
      "BCJNGGRApyUAAAD/C0thZmthIGNvbXByZXNzZXMgcmVjb3JkcywgGgAbUG9yZHMuAAAAAAc/VRw=",
      "base64",
    ),
    Buffer.from(
      "BCJNGHxATQAAAAAAAABNJQAAAP8LS2Fma2EgY29tcHJlc3NlcyByZWNvcmRzLCAaABtQb3Jkcy6u8zGdAAAAAAc/VRw=",
      "base64",
    ),
  ],
  // Of the command zstd 1.5.4.
  zstd: [Buffer.from("KLUv/SRNFQEA2EthZmthIGNvbXByZXNzZXMgcmVjb3JkcywgLgEA3tEcA1iQDhc=", "base64")],
} as const;
const batchIn = (codec: (typeof compressions)[number]) =>
  writeBatch({ ...headOf(encodeBatch([])), compression: codec }, Buffer.alloc(0)).bytes;
const codecs = ["gzip", "snappy", "lz4", "zstd"] as const;

test.each(codecs)("%s is read", async (codec) => {
  await whenReadable(batchIn(codec));
  for (const bytes of compressed[codec]) expect(decompress(codec, bytes).toString()).toBe(text);
});

test.each(codecs)(
  "%s that is cut off or changed is refused or comes out as something else",
  async (codec) => {
    await whenReadable(batchIn(codec));
    for (const bytes of compressed[codec]) {
      expect(() => decompress(codec, bytes.subarray(0, 12))).toThrow(MalformedRecords);
      for (let at = 0; at < bytes.length; at++) {
        const broken = Buffer.from(bytes);
        broken[at]! ^= 0xff;
        try {
          decompress(codec, broken);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRecords);
        }
      }
    }
  },
);

test("what would fill the memory when it is read is refused", async () => {
  await whenReadable(batchIn("zstd"));
  // A gigabyte: of one byte again and again; of a size that is only claimed; of a window.
  const lz4Bomb = Buffer.concat([
    Buffer.from("04224d186040820000000011610100", "hex"),
    Buffer.alloc(4 * 1024 * 1024, 255),
    Buffer.alloc(8),
  ]);
  lz4Bomb.writeUInt32LE(lz4Bomb.length - 7 - 4 - 8, 7);
  const claims = Buffer.from("ffffffff0700", "hex");
  // A literal of nearly four gigabytes, which 32 bits with a sign take for one that goes back.
  const backwards = Buffer.from("05fcf0ffffff0102030405060708", "hex");
  const window = Buffer.from("28b52ffd00ff0100000000", "hex");
  expect(() => decompress("lz4", lz4Bomb)).toThrow(MalformedRecords);
  expect(() => decompress("snappy", claims)).toThrow(MalformedRecords);
  expect(() => decompress("snappy", backwards)).toThrow(MalformedRecords);
  expect(() => decompress("zstd", window)).toThrow(MalformedRecords);
});
