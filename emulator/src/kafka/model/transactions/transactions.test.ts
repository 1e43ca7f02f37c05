import { expect, test } from "vitest";
import { createClock } from "../../../clock.ts";
import { refusalOf } from "../errors.ts";
import { keyPartition } from "../key-partition.ts";
import { createTransactions, type TransactionsTerms } from "./transactions.ts";

const MINUTE = 60_000;
const settings: Readonly<Record<string, number>> = {
  "transaction.max.timeout.ms": 15 * MINUTE,
  "transactional.id.expiration.ms": 7 * 24 * 60 * MINUTE,
  "transaction.abort.timed.out.transaction.cleanup.interval.ms": 10_000,
  "offsets.topic.num.partitions": 50,
};

/** A coordinator over topics and groups that write down what they are told. */
function coordinator(bounds: Pick<TransactionsTerms, "maxIds"> = {}) {
  const clock = createClock();
  const told: string[] = [];
  const topics = {
    get: (topic: string) =>
      topic === "gone"
        ? undefined
        : {
            partitions: Array.from({ length: 50 }, (_, index) => ({
              log: {
                endTransaction: (end: { committed: boolean; producerEpoch: number }) =>
                  told.push(`${topic}/${index} ${word(end.committed)} ${end.producerEpoch}`),
              },
            })),
          },
  };
  const groups = {
    offsetsOf: (group: string) => ({
      endTransaction: (_: number, committed: boolean) => told.push(`${group} ${word(committed)}`),
    }),
  };
  const configs = { number: (name: string) => settings[name] ?? Number.NaN };
  const terms = { clock, topics, groups, configs, ...bounds } as unknown as TransactionsTerms;
  const transactions = createTransactions(terms);
  /** As InitProducerId without an id, asked again where the last instance had to be ended first. */
  function start(transactionalId = "orders", timeout = MINUTE) {
    const ask = () => transactions.init(transactionalId, { timeout, expected: null });
    if (transactions.get(transactionalId)?.state === "Ongoing") {
      expect(refusalOf(ask)).toBe("CONCURRENT_TRANSACTIONS");
    }
    return { transactionalId, ...ask() };
  }
  return { clock, told, terms, transactions, start };
}

const word = (committed: boolean) => (committed ? "commit" : "abort");

test("a transaction touches partitions and groups, and tells each once how it ended", () => {
  const { transactions, told, start } = coordinator();
  const producer = start();
  const state = () => transactions.get("orders")?.state;
  expect(state()).toBe("Empty");
  expect(refusalOf(() => transactions.verify(producer, "a", 0))).toBe("TRANSACTION_ABORTABLE");
  transactions.addPartitions(producer, [
    ["a", 0],
    ["a", 2],
    ["gone", 0],
  ]);
  transactions.addPartitions(producer, [["a", 0]]);
  transactions.addGroup(producer, "billing");
  expect(state()).toBe("Ongoing");
  expect(refusalOf(() => transactions.verify(producer, "a", 2))).toBe("NONE");
  expect(refusalOf(() => transactions.verify(producer, "a", 1))).toBe("TRANSACTION_ABORTABLE");
  transactions.end(producer, true);
  expect(told.toSorted()).toEqual(["a/0 commit 0", "a/2 commit 0", "billing commit"]);
  expect(state()).toBe("CompleteCommit");
  expect(refusalOf(() => transactions.end(producer, true))).toBe("NONE");
  expect(refusalOf(() => transactions.end(producer, false))).toBe("INVALID_TXN_STATE");
  expect(told).toHaveLength(3);
});

test("a group counts as added with any other of its partition of offsets", () => {
  const { transactions, told, start } = coordinator();
  const producer = start();
  // "AaAa" and "BBBB" have the same hash in Java.
  transactions.addGroup(producer, "AaAa");
  transactions.verifyGroup(producer, "BBBB");
  expect(refusalOf(() => transactions.verifyGroup(producer, "other"))).toBe(
    "TRANSACTION_ABORTABLE",
  );
  transactions.end(producer, false);
  expect(told).toContain("BBBB abort");
});

test("a second instance fences the first, and what that one left open is aborted under a higher epoch", () => {
  const { transactions, told, start } = coordinator();
  const first = start();
  transactions.addPartitions(first, [["a", 0]]);
  const second = start();
  expect(told).toEqual(["a/0 abort 1"]);
  expect(second).toEqual({ ...first, producerEpoch: 2 });
  for (const act of [
    () => transactions.addPartitions(first, [["a", 0]]),
    () => transactions.addGroup(first, "billing"),
    () => transactions.verify(first, "a", 0),
    () => transactions.end(first, true),
  ])
    expect(refusalOf(act)).toBe("PRODUCER_FENCED");
  transactions.addPartitions(second, [["a", 0]]);
  transactions.end(second, true);
  expect(told.at(-1)).toBe("a/0 commit 2");
});

test("who is unknown has another id, and an empty name is none", () => {
  const { transactions, start } = coordinator();
  const producer = start();
  const other = { ...producer, producerId: producer.producerId + 1 };
  const unknown = { ...producer, transactionalId: "unknown" };
  expect(refusalOf(() => transactions.end(other, true))).toBe("INVALID_PRODUCER_ID_MAPPING");
  expect(refusalOf(() => transactions.end(unknown, true))).toBe("INVALID_PRODUCER_ID_MAPPING");
  expect(refusalOf(() => start(""))).toBe("INVALID_REQUEST");
  expect(refusalOf(() => transactions.end(producer, true))).toBe("INVALID_TXN_STATE");
  for (const timeout of [0, 15 * MINUTE + 1])
    expect(refusalOf(() => start("x", timeout))).toBe("INVALID_TRANSACTION_TIMEOUT");
});

test("a transaction that lasts too long is aborted when that is looked for, and its producer fenced", () => {
  const { clock, transactions, told, start } = coordinator();
  const producer = start();
  clock.advance(5 * MINUTE + 3000);
  transactions.addPartitions(producer, [["a", 0]]);
  clock.advance(MINUTE + 5000);
  // Its time is over, but nobody has looked.
  transactions.addPartitions(producer, [["a", 1]]);
  expect(told).toEqual([]);
  clock.advance(2000);
  expect(told).toEqual(["a/0 abort 1", "a/1 abort 1"]);
  expect(transactions.get("orders")?.state).toBe("CompleteAbort");
  expect(refusalOf(() => transactions.end(producer, true))).toBe("PRODUCER_FENCED");
});

test("an id that is not used for a week is forgotten", () => {
  const { clock, transactions, start } = coordinator();
  const producer = start();
  clock.advance(6 * 24 * 60 * MINUTE);
  transactions.addPartitions(producer, []);
  transactions.end(producer, true);
  clock.advance(6 * 24 * 60 * MINUTE);
  expect(transactions.get("orders")).toBeDefined();
  clock.advance(24 * 60 * MINUTE);
  expect(transactions.get("orders")).toBeUndefined();
  expect(start().producerId).not.toBe(producer.producerId);
});

test("a producer goes on after an error with the next epoch, as often as it asks with the same", () => {
  const { transactions, start } = coordinator();
  const { producerId } = start();
  const goOn = (expected: { producerId: number; producerEpoch: number }) =>
    transactions.init("orders", { timeout: MINUTE, expected }).producerEpoch;
  expect(goOn({ producerId, producerEpoch: 0 })).toBe(1);
  expect(goOn({ producerId, producerEpoch: 0 })).toBe(1);
  expect(goOn({ producerId, producerEpoch: 1 })).toBe(2);
  expect(refusalOf(() => goOn({ producerId, producerEpoch: 0 }))).toBe("PRODUCER_FENCED");
  expect(refusalOf(() => goOn({ producerId: 99, producerEpoch: 2 }))).toBe("PRODUCER_FENCED");
  start();
  expect(refusalOf(() => goOn({ producerId, producerEpoch: 2 }))).toBe("PRODUCER_FENCED");
  // Nobody knows this name: whatever the client believes to be.
  const expected = { producerId: 0, producerEpoch: 0 };
  expect(transactions.init("new", { timeout: MINUTE, expected })).toMatchObject({
    producerEpoch: 0,
  });
});

test("when the epochs have run out there is a new producer id, and a last one to fence with", () => {
  const { transactions, start } = coordinator();
  let producer = start();
  const { producerId } = producer;
  while (producer.producerEpoch < 32_766) producer = start();
  expect(producer.producerId).toBe(producerId);
  const goOn = (producerEpoch: number) =>
    transactions.init("orders", { timeout: MINUTE, expected: { producerId, producerEpoch } });
  expect(refusalOf(() => goOn(5))).toBe("UNKNOWN_SERVER_ERROR");
  const next = goOn(32_766);
  expect(next).toEqual({ producerId: producerId + 1, producerEpoch: 0 });
  // The answer was lost.
  expect(goOn(32_766)).toEqual(next);

  producer = { ...producer, ...next };
  while (producer.producerEpoch < 32_766) producer = start();
  transactions.addPartitions(producer, [["a", 0]]);
  expect(start()).toMatchObject({ producerId: producerId + 2, producerEpoch: 0 });
});

test("a snapshot keeps what is open and how long it may stay so", () => {
  const { clock, transactions, start } = coordinator();
  const producer = start();
  transactions.addPartitions(producer, [["a", 1]]);
  transactions.addGroup(producer, "billing");
  const idempotent = transactions.newProducerId();
  const snapshot = structuredClone(transactions.snapshot());
  const taken = clock.now();

  const other = coordinator();
  other.clock.advance(24 * 60 * MINUTE);
  other.transactions.restore(snapshot, taken);
  transactions.end(producer, false);
  expect(other.transactions.newProducerId()).toBeGreaterThan(idempotent);
  expect(refusalOf(() => other.transactions.verify(producer, "a", 1))).toBe("NONE");
  other.clock.advance(MINUTE - 5000);
  expect(other.told).toEqual([]);
  other.clock.advance(15_000);
  expect(other.told).toContain("a/1 abort 1");
  expect(other.told).toContain("billing abort");
  expect(() => other.transactions.restore({ transactions: "many" }, taken)).toThrow(TypeError);
  expect(other.transactions.get("orders")?.state).toBe("CompleteAbort");
});

test("keys find the partitions of internal topics as in Java", () => {
  expect(keyPartition("my-group", 50)).toBe(12);
  expect(keyPartition("", 50)).toBe(0);
  // Its hash is the lowest integer, which has no absolute value.
  expect(keyPartition("polygenelubricants", 50)).toBe(0);
});

test("of too many ids the one that was idle longest is forgotten, and none with an open transaction", () => {
  const { transactions, start } = coordinator({ maxIds: 3 });
  const open = start("open");
  transactions.addPartitions(open, [["a", 0]]);
  start("idle");
  const used = start("used");
  transactions.addPartitions(used, []);
  transactions.end(used, true);
  start("one more");
  expect(transactions.get("idle")).toBeUndefined();
  expect(transactions.get("open")?.state).toBe("Ongoing");
  expect(transactions.get("used")?.state).toBe("CompleteCommit");
});
