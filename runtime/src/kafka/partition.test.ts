import { describe, expect, test } from "vitest";
import type { KafkaRawMessage } from "./options.ts";
import { Partition, type Entry } from "./partition.ts";

const record = (offset: number, key: string | null = null): KafkaRawMessage => ({
  topic: "orders",
  partition: 0,
  offset: String(offset),
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from("x"),
  timestamp: "0",
  attributes: 0,
  headers: {},
});

function filled(keys: (string | null)[], from = 10): Partition {
  const partition = new Partition("orders", 0, from, from);
  partition.accept(
    keys.map((key, index) => record(from + index, key)),
    from + keys.length,
  );
  return partition;
}

const take = (partition: Partition, order: "strict" | "key" = "strict", now = 0): Entry => {
  const entry = partition.take(order, now);
  if (typeof entry !== "object") throw new Error(`nothing may begin: ${entry}`);
  return entry;
};

describe("what may be committed", () => {
  test("is what stands before the lowest unfinished record", () => {
    const partition = filled([null, null, null]);
    const [a, b, c] = [take(partition), take(partition), take(partition)];
    expect(partition.floor).toBe(10);
    partition.finish(c);
    partition.finish(b);
    expect(partition.floor).toBe(10);
    partition.finish(a);
    expect(partition.floor).toBe(13);
    expect([partition.waiting, partition.running]).toEqual([0, 0]);
  });

  test("passes control records at a batch's end, but not while one before them is unfinished", () => {
    const partition = new Partition("orders", 0, 0, 0);
    partition.accept([record(0)], 2);
    const entry = take(partition);
    expect(partition.floor).toBe(0);
    partition.finish(entry);
    expect(partition.floor).toBe(2);
  });

  test("does not pass a record that waits for its next attempt", () => {
    const partition = filled([null, null]);
    const first = take(partition);
    const second = take(partition);
    partition.again(first, 100);
    partition.finish(second);
    expect(partition.floor).toBe(10);
    const again = take(partition, "strict", 100);
    expect([again.offset, again.attempt]).toEqual([10, 2]);
  });

  test("holds over a thousand records", () => {
    const partition = filled(Array.from({ length: 5000 }, () => null));
    for (let offset = 10; offset < 5010; offset++) {
      const entry = take(partition);
      expect(entry.offset).toBe(offset);
      partition.finish(entry);
      expect(partition.floor).toBe(offset + 1);
    }
  });
});

describe("order", () => {
  test("strict: a record that waits holds back all behind it", () => {
    const partition = filled(["a", "b"]);
    partition.again(take(partition), 50);
    expect(partition.take("strict", 0)).toBe(50);
    expect(take(partition, "strict", 50).offset).toBe(10);
    expect(take(partition, "strict", 50).offset).toBe(11);
  });

  test("by key: it holds back those of its key, and no two of a key are under way", () => {
    const partition = filled(["a", "a", "b", "a", null, null]);
    const first = take(partition, "key");
    expect(first.offset).toBe(10);
    expect([12, 14, 15]).toEqual([1, 2, 3].map(() => take(partition, "key").offset));
    expect(partition.take("key", 0)).toBeUndefined();
    partition.again(first, 50);
    expect(partition.take("key", 0)).toBe(50);
    const again = take(partition, "key", 50);
    expect(again.offset).toBe(10);
    partition.finish(again);
    expect(take(partition, "key", 50).offset).toBe(11);
  });

  test("what is done above an unfinished record is bounded, so that a crash repeats no more than that", () => {
    const partition = filled(Array.from({ length: 5000 }, (_, index) => String(index)));
    take(partition, "key");
    let done = 0;
    for (let next = partition.take("key", 0); typeof next === "object"; done++) {
      partition.finish(next);
      next = partition.take("key", 0);
    }
    expect(done).toBeLessThan(200);
    expect(partition.floor).toBe(10);
  });
});

describe("a rebalance", () => {
  test("what waits is fetched again; what is under way or done is not handed over twice", () => {
    const partition = filled([null, null, null, null]);
    const entries = [0, 1, 2].map(() => take(partition));
    partition.finish(entries[1] as Entry);
    partition.forget();
    expect(partition.next).toBe(13);
    expect(partition.floor).toBe(10);
    partition.accept(
      [10, 11, 12, 13].map((offset) => record(offset)),
      14,
    );
    expect(partition.waiting).toBe(1);
    for (const entry of entries) partition.finish(entry);
    expect(partition.floor).toBe(13);
    expect(take(partition).offset).toBe(13);
  });

  test("a record between two under way is fetched again, and nothing is committed past it meanwhile", () => {
    const partition = filled(["a", "a", "b"]);
    const [a, b] = [take(partition, "key"), take(partition, "key")];
    expect([a.offset, b.offset]).toEqual([10, 12]);
    partition.forget();
    partition.finish(a);
    partition.finish(b);
    expect(partition.floor).toBe(11);
    partition.accept(
      [11, 12, 13].map((offset) => record(offset)),
      14,
    );
    expect(take(partition).offset).toBe(11);
    expect(take(partition).offset).toBe(13);
  });

  test("what others have handled meanwhile is passed over", () => {
    const partition = filled([null, null, null, null]);
    const first = take(partition);
    partition.advance(12);
    partition.accept(
      [12, 13].map((offset) => record(offset)),
      14,
    );
    expect(partition.committed).toBe(12);
    partition.finish(first);
    expect(partition.floor).toBe(12);
    expect([take(partition).offset, take(partition).offset]).toEqual([12, 13]);
  });

  test("a compacted record that was to be fetched again does not hold anything up", () => {
    const partition = filled(["a", "a", "b"]);
    const [a, b] = [take(partition, "key"), take(partition, "key")];
    partition.forget();
    partition.finish(a);
    partition.finish(b);
    partition.accept([record(13)], 14);
    expect(partition.floor).toBe(13);
  });
});
