import { expect, test } from "vitest";
import { Commits } from "./commits.ts";
import { Partition, type Entry } from "./partition.ts";

/** A partition of which the group has committed `committed`, with records from there on; the first `done` are done. */
function partition(number: number, { committed = 0, done = 0 } = {}): Partition {
  const made = new Partition("orders", number, Math.max(committed, 0), committed);
  const offsets = [0, 1, 2].map((index) => made.next + index);
  made.accept(
    offsets.map((offset) => ({
      topic: "orders",
      partition: number,
      offset: String(offset),
      key: null,
      value: null,
      timestamp: "0",
      attributes: 0,
      headers: {},
    })),
    made.next + offsets.length,
  );
  finish(made, done);
  return made;
}

function finish(of: Partition, count: number): void {
  for (let index = 0; index < count; index++) of.finish(of.take("strict", 0) as Entry);
}

/** Commits over partitions, and what the group was told; each commit ends when `answer` is called. */
function commitsOf(...assigned: Partition[]) {
  const told: string[] = [];
  const answers: (() => void)[] = [];
  const commits = new Commits({
    interval: 0,
    assigned: () => assigned,
    isActive: () => true,
    consumer: () => ({
      commitOffsets: (offsets) => {
        told.push(offsets.map(({ partition: number, offset }) => `${number}@${offset}`).join());
        return new Promise((resolve) => answers.push(resolve));
      },
    }),
    failed: () => {},
  });
  return { commits, told, answers };
}

test("only partitions that have come further are told of", async () => {
  const { commits, told, answers } = commitsOf(partition(0, { done: 2 }), partition(1));
  const committed = commits.now();
  await Promise.resolve();
  answers[0]!();
  await committed;
  await commits.now();
  expect(told).toEqual(["0@2"]);
});

test("a group that begins is told of partitions of which it has nothing", async () => {
  const { commits, told } = commitsOf(partition(0, { committed: -1 }), partition(1));
  void commits.begin();
  expect(told).toEqual(["0@0"]);
});

test("one commit is under way at a time, and what is done meanwhile goes with the next", async () => {
  const slow = partition(0, { done: 1 });
  const { commits, told, answers } = commitsOf(slow);
  const first = commits.now();
  finish(slow, 2);
  const second = commits.now();
  expect(told).toEqual(["0@1"]);
  answers[0]!();
  await first;
  await expect.poll(() => told).toEqual(["0@1", "0@3"]);
  answers[1]!();
  await second;
  expect(slow.committed).toBe(3);
});

test("who waits for an offset waits until a commit has reached it", async () => {
  const early = partition(0, { done: 1 });
  const { commits, told, answers } = commitsOf(early);
  const reached = commits.upTo(early, 0);
  answers[0]!();
  await reached;
  expect([told, early.committed]).toEqual([["0@1"], 1]);
});
