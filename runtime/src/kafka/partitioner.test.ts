import { Partitioners } from "kafkajs";
import { expect, test } from "vitest";
import type { Message } from "./driver.ts";
import { NoSuchPartition, oncePerMessage } from "./partitioner.ts";

const partitionMetadata = Array.from({ length: 1000 }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
}));
const choose = oncePerMessage(Partitioners.DefaultPartitioner)();
const of = (message: Message) => choose({ topic: "orders", partitionMetadata, message });

test("a key goes where the Java client sends it (the values of its UtilsTest)", () => {
  const hashes = {
    "21": -973932308,
    foobar: -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    abc: 479470107,
  };
  for (const [key, hash] of Object.entries(hashes))
    expect(of({ key, value: "" })).toBe((hash & 0x7fffffff) % 1000);
});

test("a message without a key goes to the same partition however often it is tried", () => {
  const messages = Array.from({ length: 10 }, (): Message => ({ value: "" }));
  const first = messages.map(of);
  expect(new Set(first).size).toBe(10);
  expect(messages.toReversed().map(of)).toEqual(first.toReversed());
});

test("a partition that is not there is an error of its message", () => {
  const message: Message = { value: "", partition: 1000 };
  const error = (() => {
    try {
      return of(message);
    } catch (reason) {
      return reason;
    }
  })();
  expect(error).toBeInstanceOf(NoSuchPartition);
  expect((error as NoSuchPartition).of).toBe(message);
  expect(String(error)).toContain('partition 1000 of "orders": it has 1000');
});
