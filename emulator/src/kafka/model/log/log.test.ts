import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createClock } from "../../../clock.ts";
import { type BatchDraft, decodeRecords, encodeBatch } from "../../wire/records.ts";
import { MalformedRecords } from "../../wire/malformed-records.ts";
import { Batch, headOf, stamp, writeBatch } from "../../wire/record-batch.ts";
import type { BrokerConfigs, Log, Topic } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { LogManager } from "./log-manager.ts";

const client = { connection: 1, name: "orders-service", port: null };
const by = { client, transactionalId: null };
const brokerDefaults: Record<string, string> = {
  "producer.id.expiration.ms": "86400000",
  "log.retention.check.interval.ms": "300000",
  "log.cleaner.enable": "true",
  "log.cleaner.backoff.ms": "15000",
};
const topicDefaults: Record<string, string> = {
  "cleanup.policy": "delete",
  "compression.type": "producer",
  "max.message.bytes": "1048588",
  "segment.bytes": "1073741824",
  "segment.ms": "604800000",
  "retention.ms": "604800000",
  "retention.bytes": "-1",
  "message.timestamp.type": "CreateTime",
  "message.timestamp.before.max.ms": "9223372036854775807",
  "message.timestamp.after.max.ms": "9223372036854775807",
  "min.cleanable.dirty.ratio": "0.5",
  "min.compaction.lag.ms": "0",
  "max.compaction.lag.ms": "9223372036854775807",
  "delete.retention.ms": "86400000",
};

function openLog(settings: Record<string, string> = {}, memory?: number) {
  const clock = createClock();
  const manager = new LogManager({
    clock,
    journal: numbers(),
    configs: {
      get: (name) => brokerDefaults[name] ?? "",
      number: (name) => Number(brokerDefaults[name]),
    } as BrokerConfigs,
    ...(memory === undefined ? {} : { memory }),
  });
  const own = { ...topicDefaults, ...settings };
  const configs = {
    own: new Map<string, string>(),
    get: (name: string) => own[name] ?? "",
    number: (name: string) => Number(own[name]),
  };
  const owner = {
    topic: { name: "orders", configs } as unknown as Topic,
    index: 0,
    leaderEpoch: 0,
  };
  return { clock, manager, owner, own, log: manager.create(owner) };
}

function numbers() {
  let last = 0;
  return { nextMessage: () => ++last };
}

interface Sent {
  key?: string | null;
  value?: string | null;
  at?: number;
}

function batchOf(records: Sent[], draft: BatchDraft = {}) {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  return encodeBatch(
    records.map(({ key = null, value = "", at = 1000 }) => ({
      timestamp: at,
      key: bytes(key),
      value: bytes(value),
      headers: [],
    })),
    draft,
  ).bytes;
}

const everything = { maxBytes: 1e9, atLeastOne: true, committedOnly: false };

function contents(log: Log): string[] {
  return log
    .read(log.startOffset, everything)
    .batches.filter(({ isControl }) => !isControl)
    .flatMap(decodeRecords)
    .map(
      ({ offset, key, value }) =>
        `${offset} ${key?.toString() ?? null} ${value?.toString() ?? null}`,
    );
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as { error: string }).error;
  }
  return "taken";
}

test("what is appended gets offsets and is read back as one view of it", () => {
  const { log } = openLog();
  const batch = batchOf([{ value: "a" }, { value: "b" }]);
  expect(log.append(batch, by)).toMatchObject({ baseOffset: 0, logAppendTime: -1, startOffset: 0 });
  expect(log.append(batchOf([{ value: "c" }]), by).baseOffset).toBe(2);
  expect(contents(log)).toEqual(["0 null a", "1 null b", "2 null c"]);
  expect(log.messageAt(2)).toBe(3);

  const { batches, bytes, ...read } = log.read(1, everything);
  expect(batches.map(({ baseOffset }) => baseOffset)).toEqual([0, 2]);
  const [records, ...more] = read.pieces();
  expect(more).toEqual([]);
  expect(records!.length).toBe(bytes);
  expect(records!.subarray(batches[0]!.bytes.length)).toEqual(batches[1]!.bytes);
  expect(batches.every((each) => each.isIntact)).toBe(true);
  // The first comes however little is asked for (KIP-74), the second does not.
  expect(log.read(0, { ...everything, maxBytes: 1 }).batches).toHaveLength(1);
  expect(log.read(0, { ...everything, maxBytes: 1, atLeastOne: false }).batches).toHaveLength(0);
  expect(log.read(3, everything).batches).toHaveLength(0);
  expect(refusal(() => log.read(4, everything))).toBe("OFFSET_OUT_OF_RANGE");
});

test("what a broker does not take is refused in its words", () => {
  const { log, own } = openLog({ "max.message.bytes": "200" });
  const broken = batchOf([{ value: "a" }]);
  broken[broken.length - 1]! ^= 1;
  expect(refusal(() => log.append(broken, by))).toBe("CORRUPT_MESSAGE");
  expect(refusal(() => log.append(batchOf([{ value: "a".repeat(300) }]), by))).toBe(
    "MESSAGE_TOO_LARGE",
  );
  expect(refusal(() => log.append(batchOf([{}], { isControl: true }), by))).toBe("INVALID_RECORD");
  expect(refusal(() => log.append(batchOf([{}], { baseOffset: 5 }), by))).toBe("INVALID_RECORD");
  expect(refusal(() => log.append(batchOf([{}], { producerId: 1 }), by))).toBe("INVALID_RECORD");
  own["cleanup.policy"] = "compact";
  expect(() => log.append(batchOf([{ key: "k" }, {}]), by)).toThrow(
    "One or more records have been rejected due to 1 record errors in total, and only showing the first three errors at most: [RecordError(batchIndex=1, message='Compacted topic cannot accept message without key in topic partition orders-0')]",
  );
  own["cleanup.policy"] = "delete";
  own["message.timestamp.after.max.ms"] = "3600000";
  expect(refusal(() => log.append(batchOf([{ at: 1e14 }]), by))).toBe("INVALID_TIMESTAMP");
  expect(log.highWatermark).toBe(0);
});

test("a log takes or refuses whatever bytes with an intact CRC, and what it took can be asked for", () => {
  const byte = fc.nat(255);
  const change = fc.tuple(fc.nat(130), byte);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.nat(4), (changes, codec) => {
      const { log } = openLog({ "message.timestamp.after.max.ms": "3600000" });
      const bytes = batchOf([{ key: "k", value: "v" }, { value: "w".repeat(30) }]);
      bytes.writeInt16BE(codec, 21);
      for (const [at, value] of changes) if (at >= 17) bytes[at % bytes.length] = value;
      stamp(bytes, new Batch(bytes).maxTimestamp, false);
      try {
        log.append(bytes, by);
        log.findTime(0);
        log.findMaxTime();
        for (const batch of log.read(0, everything).batches) decodeRecords(batch);
      } catch (error) {
        if (!(error instanceof MalformedRecords)) expect(error).toBeInstanceOf(KafkaError);
      }
    }),
    { numRuns: 400 },
  );
});

test("a compressed batch that claims more records than it has bytes is counted", () => {
  const { log } = openLog();
  const claim = (count: number, records: Buffer) =>
    writeBatch(
      { ...headOf(encodeBatch([])), count, lastOffset: count - 1, compression: "gzip" },
      gzipSync(records),
    ).bytes;
  expect(refusal(() => log.append(claim(2 ** 31 - 1, Buffer.alloc(100)), by))).toBe(
    "INVALID_RECORD",
  );
  const many = new Batch(batchOf(Array<Sent>(5000).fill({ value: "same" })));
  expect(log.append(claim(5000, many.records), by).baseOffset).toBe(0);
  expect(log.highWatermark).toBe(5000);
});

test("what is compressed is looked into before it is taken", () => {
  const { log } = openLog();
  const { records } = new Batch(
    batchOf([
      { value: "a", at: 7 },
      { value: "b", at: 5 },
    ]),
  );
  const send = (compression: "gzip" | "snappy" | "lz4", compressed: Buffer) => {
    const head = { ...headOf(encodeBatch([])), count: 2, lastOffset: 1, baseTimestamp: 7 };
    return log.append(writeBatch({ ...head, compression }, compressed).bytes, by);
  };
  for (const compression of ["gzip", "snappy", "lz4"] as const)
    expect(refusal(() => send(compression, Buffer.from("none of it")))).toBe(
      "UNKNOWN_SERVER_ERROR",
    );
  const one = records.subarray(0, records.length / 2);
  for (const wrong of [one, Buffer.concat([records, one]), Buffer.from("none of it")])
    expect(refusal(() => send("gzip", gzipSync(wrong)))).toBe("INVALID_RECORD");
  expect(refusal(() => send("gzip", gzipSync(Buffer.concat([one, one]))))).toBe(
    "UNKNOWN_SERVER_ERROR",
  );
  send("gzip", gzipSync(records));
  // The batch said -1.
  expect(log.findMaxTime()).toMatchObject({ offset: 0, timestamp: 7 });
});

test("with LogAppendTime the broker's clock is the records' time", () => {
  const { log, clock } = openLog({ "message.timestamp.type": "LogAppendTime" });
  const { logAppendTime } = log.append(batchOf([{ at: 5 }, { at: 6 }]), by);
  expect(logAppendTime).toBeGreaterThan(clock.now() - 10_000);
  const { batches } = log.read(0, everything);
  expect(batches[0]!.isIntact).toBe(true);
  expect(decodeRecords(batches[0]!).map(({ timestamp }) => timestamp)).toEqual([
    logAppendTime,
    logAppendTime,
  ]);
  expect(log.findTime(logAppendTime)).toMatchObject({ offset: 0, timestamp: logAppendTime });
});

test("times are found to the record: the first at or after, and the greatest", () => {
  const { log } = openLog();
  log.append(batchOf([{ at: 100 }, { at: 300 }, { at: 200 }]), by);
  log.append(batchOf([{ at: 250 }, { at: 300 }]), by);
  expect(log.findTime(100)).toMatchObject({ offset: 0, timestamp: 100 });
  expect(log.findTime(101)).toMatchObject({ offset: 1, timestamp: 300 });
  expect(log.findTime(301)).toBeNull();
  expect(log.findMaxTime()).toMatchObject({ offset: 1, timestamp: 300 });
  log.deleteBefore(2);
  expect(log.findTime(0)).toMatchObject({ offset: 2, timestamp: 200 });
});

test("a second try of one of the last five batches is answered with the first one's offset", () => {
  const { log } = openLog();
  const send = (baseSequence: number, producerEpoch = 0, count = 1) =>
    log.append(
      batchOf(Array<Sent>(count).fill({}), { producerId: 7, producerEpoch, baseSequence }),
      by,
    );
  expect([0, 1, 2, 3, 4, 5].map((sequence) => send(sequence).baseOffset)).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
  expect(send(1)).toMatchObject({ baseOffset: 1, batches: [] });
  expect(refusal(() => send(0))).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  expect(refusal(() => send(7))).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  expect(refusal(() => send(1, 1))).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  expect(send(0, 1).baseOffset).toBe(6);
  expect(refusal(() => send(6, 0))).toBe("INVALID_PRODUCER_EPOCH");
  expect(log.highWatermark).toBe(7);
});

test("sequences go on with 0 after the last number there is, within a batch, too", () => {
  const { log } = openLog();
  const send = (baseSequence: number, count: number) =>
    log.append(
      batchOf(Array<Sent>(count).fill({}), { producerId: 7, producerEpoch: 0, baseSequence }),
      by,
    );
  send(2 ** 31 - 2, 4);
  expect(log.producers[0]).toMatchObject({ producerId: 7, lastSequence: 1 });
  expect(send(2 ** 31 - 2, 4)).toMatchObject({ baseOffset: 0, batches: [] });
  expect(send(2, 1).baseOffset).toBe(4);
});

test("a producer that is silent for a day is forgotten", () => {
  const { log, clock } = openLog();
  const send = (baseSequence: number) =>
    log.append(batchOf([{}], { producerId: 7, producerEpoch: 0, baseSequence }), by);
  send(0);
  expect(refusal(() => send(5))).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  clock.advance(86_400_000);
  expect(log.producers).toEqual([]);
  expect(send(5).baseOffset).toBe(1);
});

test("committed readers stop at the first open transaction, and are told of those that were aborted", () => {
  const { log } = openLog();
  const send = (producerId: number, value: string) =>
    log.append(
      batchOf([{ value }], {
        producerId,
        producerEpoch: 0,
        baseSequence: 0,
        isTransactional: true,
      }),
      by,
    );
  const end = (producerId: number, committed: boolean) =>
    log.endTransaction({ producerId, producerEpoch: 0, committed, coordinatorEpoch: 0 });
  send(1, "aborted");
  send(2, "committed");
  log.append(batchOf([{ value: "plain" }]), by);
  expect(log.lastStableOffset).toBe(0);
  end(2, true);
  expect(log.lastStableOffset).toBe(0);
  let woken = 0;
  const stop = log.onMore(() => void woken++);
  end(1, false);
  stop();
  expect(woken).toBe(1);
  expect(log.lastStableOffset).toBe(5);

  const committedOnly = { ...everything, committedOnly: true };
  expect(log.read(0, committedOnly)).toMatchObject({
    aborted: [{ producerId: 1, firstOffset: 0 }],
    batches: { length: 5 },
  });
  expect(log.read(5, committedOnly).aborted).toEqual([]);
  const marker = log.read(3, everything).batches[0]!;
  expect([marker.isControl, marker.isTransactional, marker.count]).toEqual([true, true, 1]);
  // Version 0 and type 1, commit; version 0 and the coordinator's epoch.
  const [record] = decodeRecords(marker);
  expect([record!.key?.toString("hex"), record!.value?.toString("hex")]).toEqual([
    "00000001",
    "000000000000",
  ]);
  expect(
    refusal(() =>
      log.endTransaction({
        producerId: 1,
        producerEpoch: -1,
        committed: true,
        coordinatorEpoch: 0,
      }),
    ),
  ).toBe("INVALID_PRODUCER_EPOCH");
});

test("a leader epoch ends where the next one began", () => {
  const { log, owner } = openLog();
  const lead = (epoch: number) => Object.assign(owner, { leaderEpoch: epoch });
  log.append(batchOf([{}, {}]), by);
  lead(3);
  log.append(batchOf([{}]), by);
  lead(4);
  expect(log.endOfEpoch(0)).toEqual({ epoch: 0, offset: 2 });
  expect(log.endOfEpoch(2)).toEqual({ epoch: 0, offset: 2 });
  expect(log.endOfEpoch(3)).toEqual({ epoch: 3, offset: 3 });
  expect(log.endOfEpoch(4)).toEqual({ epoch: 4, offset: 3 });
  expect(log.endOfEpoch(5)).toEqual({ epoch: -1, offset: -1 });
  expect(log.read(2, everything).batches[0]!.leaderEpoch).toBe(3);
});

test("segments go when their records are older than retention.ms, the last one, too", () => {
  const { log, clock } = openLog({ "segment.bytes": "150", "retention.ms": "3600000" });
  const now = clock.now();
  log.append(batchOf([{ value: "old", at: now }]), by);
  log.append(batchOf([{ value: "older than it says", at: now - 7_200_000 }]), by);
  clock.advance(1_800_000);
  log.append(batchOf([{ value: "new", at: now + 1_800_000 }]), by);
  clock.advance(1_800_001);
  expect(contents(log)).toEqual(["2 null new"]);
  expect(log.startOffset).toBe(2);
  clock.advance(7_200_000);
  expect([log.startOffset, log.highWatermark, log.size]).toEqual([3, 3, 0]);
  expect(refusal(() => log.read(2, everything))).toBe("OFFSET_OUT_OF_RANGE");
  expect(log.append(batchOf([{}]), by).baseOffset).toBe(3);
});

test("what retention.bytes does not keep goes at the next check, and sooner where the config is changed", () => {
  const { log, clock, own } = openLog({
    "segment.bytes": "100",
    "retention.bytes": "150",
    "retention.ms": "-1",
  });
  for (let index = 0; index < 5; index++) log.append(batchOf([{ value: "x".repeat(10) }]), by);
  expect(log.startOffset).toBe(0);
  clock.advance(300_000);
  expect([log.startOffset, log.size]).toEqual([3, 156]);
  own["retention.ms"] = "1";
  own["retention.bytes"] = "-1";
  log.configured();
  clock.advance(300_000);
  expect(log.startOffset).toBe(5);
});

test("what compaction leaves goes when it is older than retention.ms, with both policies", () => {
  const { log, clock } = openLog({
    "cleanup.policy": "compact,delete",
    "segment.bytes": "150",
    "retention.ms": "3600000",
  });
  const put = (key: string, at: number) => log.append(batchOf([{ key, at }]), by);
  const now = clock.now();
  put("a", now);
  put("b", now - 7_200_000);
  put("a", now);
  put("c", now);
  put("d", now);
  clock.advance(30_000);
  expect(contents(log)).toEqual(["2 a ", "3 c ", "4 d "]);
  expect(log.startOffset).toBe(2);
});

test("beyond the memory that all logs may take, the largest one's oldest records go", () => {
  const { log } = openLog({}, 100_000);
  for (let index = 0; index < 200; index++) log.append(batchOf([{ value: "x".repeat(1000) }]), by);
  expect(log.size).toBeLessThan(100_000);
  expect(log.startOffset).toBeGreaterThan(90);
  expect(contents(log).at(-1)).toMatch(/^199 /);
});

test("compaction leaves the last record of each key, in all but the active segment", () => {
  const { log, clock } = openLog({ "cleanup.policy": "compact", "segment.bytes": "150" });
  for (const [key, value] of [
    ["a", "1"],
    ["b", "2"],
    ["a", "3"],
    ["c", "4"],
    ["b", "5"],
    ["a", "6"],
  ])
    log.append(batchOf([{ key: key!, value: value! }]), by);
  const numbers = [0, 1, 2, 3, 4, 5].map((offset) => log.messageAt(offset));
  clock.advance(15_000);
  expect(contents(log)).toEqual(["1 b 2", "2 a 3", "3 c 4", "4 b 5", "5 a 6"]);
  expect([2, 3, 4, 5].map((offset) => log.messageAt(offset))).toEqual(numbers.slice(2));
  expect(log.read(0, everything).batches.every((batch) => batch.isIntact)).toBe(true);
  expect([log.startOffset, log.highWatermark]).toEqual([0, 6]);
  expect(log.read(0, everything).batches[0]!.baseOffset).toBe(1);
});

test("a batch keeps its offsets though some of its records go", () => {
  const { log, clock } = openLog({ "cleanup.policy": "compact", "segment.bytes": "160" });
  log.append(
    batchOf([
      { key: "a", value: "1", at: 50 },
      { key: "b", value: "2", at: 40 },
      { key: "a", value: "3", at: 30 },
    ]),
    by,
  );
  log.append(batchOf([{ key: "a", value: "4" }]), by);
  log.append(batchOf([{ key: "z", value: "x".repeat(80) }]), by);
  clock.advance(15_000);
  const [first] = log.read(0, everything).batches;
  expect([first!.baseOffset, first!.lastOffset, first!.count, first!.maxTimestamp]).toEqual([
    0, 2, 1, 40,
  ]);
  expect(contents(log).slice(0, 2)).toEqual(["1 b 2", "3 a 4"]);
});

test("a tombstone stays for delete.retention.ms after it was seen (KIP-534)", () => {
  const { log, clock } = openLog({
    "cleanup.policy": "compact",
    "segment.bytes": "75",
    "min.cleanable.dirty.ratio": "0",
  });
  const put = (key: string, value: string | null) =>
    log.append(batchOf([{ key, value, at: 5 }]), by);
  put("a", "1");
  put("a", null);
  put("b", "2");
  put("c", "3");
  clock.advance(15_000);
  expect(contents(log)).toEqual(["1 a null", "2 b 2", "3 c 3"]);
  const [tombstone] = log.read(0, everything).batches;
  expect(tombstone!.deleteHorizon! - clock.now()).toBeGreaterThan(86_400_000 - 5000);
  expect(decodeRecords(tombstone!)[0]!.timestamp).toBe(5);
  clock.advance(86_400_000);
  put("d", "4");
  clock.advance(15_000);
  expect(contents(log)).toEqual(["2 b 2", "3 c 3", "4 d 4"]);
});

test("compaction takes what was aborted, and its marker later", () => {
  const { log, clock } = openLog({
    "cleanup.policy": "compact",
    "segment.bytes": "100",
    "min.cleanable.dirty.ratio": "0",
  });
  const put = (key: string) => log.append(batchOf([{ key, value: "v" }]), by);
  log.append(
    batchOf([{ key: "a", value: "no" }], {
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 0,
      isTransactional: true,
    }),
    by,
  );
  put("b");
  clock.advance(60_000);
  // Nothing is compacted beyond an open transaction.
  expect(log.read(0, everything).batches).toHaveLength(2);
  log.endTransaction({ producerId: 1, producerEpoch: 0, committed: false, coordinatorEpoch: 0 });
  put("c");
  put("d");
  clock.advance(15_000);
  expect(contents(log)).toEqual(["1 b v", "3 c v", "4 d v"]);
  const isThere = () => log.read(0, everything).batches.some(({ isControl }) => isControl);
  expect(isThere()).toBe(true);
  // First its producer has to be forgotten, whose last batch says where it was; then the marker waits its time.
  for (const key of ["e", "f", "g"]) {
    clock.advance(86_400_000);
    put(key);
    clock.advance(15_000);
    expect(isThere()).toBe(key !== "g");
  }
  expect(isThere()).toBe(false);
  expect(log.read(0, { ...everything, committedOnly: true }).aborted).toEqual([]);
});

test("a log comes back from its snapshot as it was, with as much time left", () => {
  const { log, clock, manager, owner } = openLog({ "retention.ms": "3600000" });
  log.append(
    batchOf([{ value: "a", at: clock.now() }], {
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 0,
      isTransactional: true,
    }),
    by,
  );
  log.endTransaction({ producerId: 1, producerEpoch: 0, committed: false, coordinatorEpoch: 2 });
  log.append(
    batchOf([{ value: "b", at: clock.now() }], {
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 1,
      isTransactional: true,
    }),
    by,
  );
  const [snapshot, taken] = [structuredClone(log.snapshot()), clock.now()];
  clock.advance(10 * 86_400_000);

  const back = manager.restore(owner, snapshot, clock.now() - taken);
  expect(contents(back)).toEqual(["0 null a", "2 null b"]);
  expect([back.startOffset, back.lastStableOffset, back.highWatermark]).toEqual([0, 2, 3]);
  expect(back.producers).toEqual(log.producers.length === 0 ? back.producers : log.producers);
  expect(back.producers[0]).toMatchObject({
    lastSequence: 1,
    coordinatorEpoch: 2,
    currentTransactionStart: 2,
  });
  expect(back.read(0, { ...everything, committedOnly: true }).aborted).toHaveLength(1);
  clock.advance(3_500_000);
  expect(back.startOffset).toBe(0);
  clock.advance(200_000);
  expect(back.startOffset).toBe(3);
});

test("what lies in several blocks is read as one view of each", () => {
  const { log } = openLog();
  const batch = batchOf([{ value: "x".repeat(50_000) }]);
  for (let index = 0; index < 20; index++) log.append(batch, by);
  const { batches, bytes, ...read } = log.read(0, { ...everything, maxBytes: 1_000_000 });
  const pieces = read.pieces();
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.length).toBeLessThan(batches.length);
  expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(pieces.length);
  expect(Buffer.concat(pieces)).toEqual(Buffer.concat(batches.map((each) => each.bytes)));
  expect(Buffer.concat(pieces)).toHaveLength(bytes);
});

test("a view of a batch that was read stays as it was when the log lets it go", () => {
  const { log } = openLog();
  log.append(batchOf([{ value: "kept" }]), by);
  const [records] = log.read(0, everything).pieces();
  const before = Buffer.from(records!);
  log.deleteBefore(1);
  for (let index = 0; index < 100; index++) log.append(batchOf([{ value: "later" }]), by);
  expect(records).toEqual(before);
  expect(new Batch(records!).isIntact).toBe(true);
});
