import { expect, test } from "vitest";
import { Dispatcher, type DispatcherTerms } from "./dispatcher.ts";
import { Partition, type Entry } from "./partition.ts";

function partition(number: number, count: number): Partition {
  const made = new Partition("orders", number, 0, 0);
  const record = (offset: number) => ({
    topic: "orders",
    partition: number,
    offset: String(offset),
    key: null,
    value: null,
    timestamp: "0",
    attributes: 0,
    headers: {},
  });
  made.accept(
    Array.from({ length: count }, (_, offset) => record(offset)),
    count,
  );
  return made;
}

/** A dispatcher whose handler ends with `0/1` (partition, offset) when `end` says so; `settle` says what becomes of it. */
function dispatching(open: readonly Partition[], terms: Partial<DispatcherTerms> = {}) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const settle = { by: (of: Partition, entry: Entry) => of.finish(entry) };
  const dispatcher = new Dispatcher({
    concurrency: 2,
    order: "key",
    open: () => open,
    deliver: async (of, entry) => {
      const name = `${of.number}/${entry.offset}`;
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      settle.by(of, entry);
    },
    ended: () => dispatcher.pump(),
    ...terms,
  });
  return { dispatcher, begun, settle, end: (name: string) => ends.get(name)?.() };
}

test("no more records begin than may be with the handler; the next does when one has ended", async () => {
  const { dispatcher, begun, end } = dispatching([partition(0, 3)]);
  dispatcher.pump();
  expect(begun).toEqual(["0/0", "0/1"]);
  end("0/1");
  await expect.poll(() => begun).toEqual(["0/0", "0/1", "0/2"]);
});

test("partitions take turns", async () => {
  const { dispatcher, begun } = dispatching([partition(0, 4), partition(1, 4)], { concurrency: 4 });
  dispatcher.pump();
  expect(begun).toEqual(["0/0", "1/0", "0/1", "1/1"]);
});

test("a record whose next attempt waits begins by itself when its time has come", async () => {
  const { dispatcher, begun, settle, end } = dispatching([partition(0, 1)]);
  settle.by = (of, entry) => of.again(entry, performance.now() + 5);
  dispatcher.pump();
  end("0/0");
  await expect.poll(() => begun).toEqual(["0/0", "0/0"]);
});

test("nothing begins while no partition is open, and what has begun counts until it ends", async () => {
  const open = [partition(0, 2)];
  const { dispatcher, begun, end } = dispatching(open, { concurrency: 1 });
  dispatcher.pump();
  open.pop();
  expect(dispatcher.isIdle).toBe(false);
  end("0/0");
  await expect.poll(() => dispatcher.isIdle).toBe(true);
  expect(begun).toEqual(["0/0"]);
});
