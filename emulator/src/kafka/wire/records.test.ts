import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "./crc32c.ts";
import { MalformedRecords } from "./malformed-records.ts";
import { Batch, readBatches } from "./record-batch.ts";
import { decodeRecords, encodeBatch } from "./records.ts";

test("CRC-32C is that of RFC 3720 B.4", () => {
  const text = Buffer.from("123456789");
  expect(crc32c(text, 0, text.length)).toBe(0xe3069283);
  const rising = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
  expect(crc32c(rising, 0, 32)).toBe(0x46dd794e);
  expect(crc32c(Buffer.alloc(40), 4, 36)).toBe(0x8a9136aa);
});

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const maybe = fc.option(bytes, { nil: null });
const record = fc.record({
  timestamp: fc.integer({ min: -1, max: 4e12 }),
  key: maybe,
  value: maybe,
  headers: fc.array(fc.tuple(fc.string(), maybe), { maxLength: 4 }),
});
const someRecords = fc.array(record, { minLength: 1, maxLength: 20 });

test("what is written is read as it was, batch behind batch", () => {
  fc.assert(
    fc.property(fc.array(someRecords, { maxLength: 4 }), (sets) => {
      const all = Buffer.concat(sets.map((records) => encodeBatch(records).bytes));
      const batches = readBatches(all);
      expect(batches.every(({ isIntact }) => isIntact)).toBe(true);
      const read = batches.map((batch) => decodeRecords(batch));
      expect(read).toEqual(
        sets.map((records) => records.map((each, offset) => ({ ...each, offset }))),
      );
    }),
    { numRuns: 60 },
  );
});

test("a batch says of itself what it was written with, beyond 32 bits, too", () => {
  const batch = encodeBatch(
    [{ timestamp: 1e12, key: null, value: Buffer.from("a"), headers: [] }],
    {
      producerId: 2 ** 40 + 1,
      producerEpoch: 3,
      baseSequence: 4,
      isTransactional: true,
      baseOffset: 2 ** 33,
    },
  );
  expect({
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    producer: [batch.producerId, batch.producerEpoch, batch.baseSequence],
    kind: [batch.isTransactional, batch.isControl, batch.isLogAppendTime, batch.compression],
    times: [batch.baseTimestamp, batch.maxTimestamp, batch.deleteHorizon],
  }).toEqual({
    baseOffset: 2 ** 33,
    lastOffset: 2 ** 33,
    producer: [2 ** 40 + 1, 3, 4],
    kind: [true, false, false, "none"],
    times: [1e12, 1e12, null],
  });
});

test("bytes that are no records are refused as such, whatever they are", () => {
  fc.assert(
    fc.property(
      someRecords,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (records, changes, cut) => {
        const broken = Buffer.from(encodeBatch(records).bytes);
        for (const [at, byte] of changes) broken[at % broken.length] = byte;
        try {
          for (const batch of readBatches(
            broken.subarray(0, broken.length - (cut % broken.length)),
          ))
            if (batch.compression === "none") decodeRecords(batch);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRecords);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("a record that says it is longer than its batch, or shorter than it is, is refused", () => {
  const { bytes: good } = encodeBatch([
    { timestamp: 1, key: null, value: Buffer.from("abc"), headers: [] },
  ]);
  const changed = (at: number, byte: number) => {
    const broken = Buffer.from(good);
    broken[at] = byte;
    return () => decodeRecords(new Batch(broken));
  };
  expect(changed(61, 100)).toThrow("Invalid record size: 50");
  expect(changed(61, 16)).toThrow(MalformedRecords);
  expect(changed(60, 2)).toThrow("premature EOF reached");
  expect(changed(60, 0)).toThrow("records still remaining");
});
