import { expect, test } from "vitest";
import { changedLimits, hardLimit, INITIAL_OUTPUT_LIMITS } from "./output-limits.ts";

test.each([
  ["pubsub 1mb 2 3 normal 5 6 7", "normal 5 6 7 slave 268435456 67108864 60 pubsub 1048576 2 3"],
  ["REPLICA 1kb 2 3", "normal 0 0 0 slave 1024 2 3 pubsub 33554432 8388608 60"],
  [
    "normal 1 2 3 normal 4 5 6",
    "normal 4 5 6 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
  ],
  ["", INITIAL_OUTPUT_LIMITS],
])("%j changes only what it names", (change, limits) => {
  expect(changedLimits(INITIAL_OUTPUT_LIMITS, change)).toBe(limits);
});

test.each([
  ["pubsub 1 2", "Wrong number of arguments"],
  ["pubsub 1 2 3  normal 1 2 3", "Wrong number of arguments"],
  ["master 1 2 3", "Invalid client class"],
  ["pubsub -1 2 3", "Error in hard, soft or soft_seconds"],
  ["pubsub 1 2 x", "Error in hard, soft or soft_seconds"],
])("%j is refused", (change, words) => {
  expect(() => changedLimits(INITIAL_OUTPUT_LIMITS, change)).toThrow(words);
});

test("who is subscribed may leave less unread", () => {
  const kinds = ["normal", "pubsub"] as const;
  expect(kinds.map((kind) => hardLimit(INITIAL_OUTPUT_LIMITS, kind))).toEqual([0, 2 ** 25]);
});
