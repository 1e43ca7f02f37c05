import { crc32, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { convertDown, convertUp } from "./message-set.ts";
import { readBatches, split } from "./record-batch.ts";
import { decodeRecords, encodeBatch } from "./records.ts";

const records = ["one", "two"].map((value, index) => ({
  timestamp: 1000 + index,
  key: index === 0 ? null : Buffer.from("k"),
  value: Buffer.from(value),
  headers: [],
}));
const batch = encodeBatch(records, { baseOffset: 40 });

test("what an old client reads, it could have sent", () => {
  const [up] = readBatches(convertUp(convertDown([batch], 1)));
  expect(decodeRecords(up!)).toEqual(records.map((record, offset) => ({ ...record, offset })));
  const [upFrom0] = readBatches(convertUp(convertDown([batch], 0)));
  expect(decodeRecords(upFrom0!).map(({ timestamp }) => timestamp)).toEqual([-1, -1]);
});

test("a message of format 1 lies there as the documentation says", () => {
  const [first] = split(convertDown([batch], 1));
  // The offset, and how long the rest is.
  expect(first!.subarray(0, 12).toString("hex")).toBe("000000000000002800000019");
  expect(first!.subarray(16).toString("hex")).toBe("010000000000000003e8ffffffff000000036f6e65");
});

test("a compressed message brings those that are in it", () => {
  const inner = gzipSync(convertDown([batch], 1));
  const outer = Buffer.alloc(34 + inner.length);
  outer.writeInt32BE(outer.length - 12, 8);
  outer.writeInt8(1, 16);
  outer.writeInt8(1, 17);
  outer.writeInt32BE(-1, 26);
  outer.writeInt32BE(inner.length, 30);
  inner.copy(outer, 34);
  outer.writeUInt32BE(crc32(outer.subarray(16)), 12);
  const [up] = readBatches(convertUp(outer));
  expect(decodeRecords(up!).map(({ value }) => value?.toString())).toEqual(["one", "two"]);
  outer[outer.length - 1]! ^= 1;
  expect(() => convertUp(outer)).toThrow("Record is corrupt");
});
