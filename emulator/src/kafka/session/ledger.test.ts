import { expect, test } from "vitest";
import { createClock } from "../../clock.ts";
import { createJournal } from "../../journal.ts";
import type { Cluster, OffsetCommitted, Partition } from "../model/contract.ts";
import { Batch, headOf, place, writeBatch } from "../wire/record-batch.ts";
import { encodeBatch, encodeRecord } from "../wire/records.ts";
import { Ledger } from "./ledger.ts";

const client = { connection: 1, name: "billing", port: 50_000 };

/** A partition that holds these batches, read by one group. The journal's number of a message is its offset and 100. */
function holding(...batches: readonly Batch[]) {
  const journal = createJournal(createClock());
  const log = {
    startOffset: 0,
    highWatermark: (batches.at(-1)?.lastOffset ?? -1) + 1,
    messageAt: (offset: number) => 100 + offset,
    read: (offset: number) => ({
      batches: batches.filter(({ lastOffset }) => lastOffset >= offset),
    }),
  };
  const topic = { name: "orders" };
  const partition = { topic, index: 0, log } as unknown as Partition;
  let commit: (committed: OffsetCommitted) => void = () => {};
  const cluster = {
    topics: { get: () => ({ partitions: [partition] }) },
    groups: { reader: () => "g", onCommit: (listener: typeof commit) => (commit = listener) },
  };
  const ledger = new Ledger(journal, cluster as unknown as Cluster);
  let seen = 0;
  return {
    reads: (offset: number) => ledger.delivered(partition, batches, offset, client),
    commits: (offset: number) =>
      commit({ group: "g", topic: "orders", partition: 0, offset, previous: undefined, client }),
    /** What is new in the journal. */
    told() {
      const events = journal.since(seen);
      seen = events.at(-1)?.seq ?? seen;
      return events.map(
        ({ kind, offset, message, payload }) =>
          `${kind} ${offset} ${message} ${Buffer.from(payload).toString()}`,
      );
    },
  };
}

function record(value: string) {
  return { timestamp: 0, key: null, value: Buffer.from(value), headers: [] };
}

function whole(baseOffset: number, ...values: readonly string[]): Batch {
  const { bytes } = encodeBatch(values.map(record));
  place(bytes, baseOffset, 0);
  return new Batch(bytes);
}

/** With the records at these deltas only. */
function compacted(baseOffset: number, lastOffset: number, left: Record<number, string>): Batch {
  const records = Object.entries(left).map(([delta, value]) =>
    encodeRecord(record(value), Number(delta), 0),
  );
  const head = { ...headOf(whole(baseOffset, "")), lastOffset, count: records.length };
  return writeBatch(head, Buffer.concat(records));
}

test("a batch is delivered from the offset on that was asked for, and again as redelivered", () => {
  const { reads, commits, told } = holding(whole(0, "a", "b", "c"), whole(3, "d"));
  reads(1);
  expect(told()).toEqual(["delivered 1 101 b", "delivered 2 102 c", "delivered 3 103 d"]);
  commits(3);
  expect(told()).toEqual(["acknowledged 1 101 b", "acknowledged 2 102 c"]);
  reads(2);
  expect(told()).toEqual(["redelivered 2 102 c", "redelivered 3 103 d"]);
  commits(4);
  expect(told()).toEqual(["acknowledged 2 102 c", "acknowledged 3 103 d"]);
});

test("of a batch some may be delivered again and others for the first time", () => {
  const { reads, commits, told } = holding(whole(0, "a", "b", "c"));
  commits(2);
  reads(0);
  expect(told()).toEqual(["redelivered 0 100 a", "redelivered 1 101 b", "delivered 2 102 c"]);
});

test("what compaction took is not told of, where it was at the edge of what is meant, too", () => {
  const { reads, commits, told } = holding(
    compacted(0, 4, { 1: "b", 3: "d" }),
    compacted(5, 6, {}),
    whole(7, "h"),
  );
  reads(0);
  expect(told()).toEqual(["delivered 1 101 b", "delivered 3 103 d", "delivered 7 107 h"]);
  reads(2);
  expect(told()).toEqual(["redelivered 3 103 d", "redelivered 7 107 h"]);
  commits(3);
  expect(told()).toEqual(["acknowledged 1 101 b"]);
  commits(8);
  expect(told()).toEqual(["acknowledged 3 103 d", "acknowledged 7 107 h"]);
});
