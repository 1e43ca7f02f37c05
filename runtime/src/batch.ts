/** Messages gathered to be handled together: one batch at a time, in the order they came. */
import type { BatchOptions } from "./subscriber.ts";

export interface Batcher<Item, Outcome> {
  /** Takes an item; resolves with what became of it when its batch has ended. */
  push(item: Item): Promise<Outcome>;
  /** From now on nothing waits for a batch to be full: the subscriber is draining. */
  hurry(): void;
}

/** `run` gives one outcome for each item, in the same order, and never rejects. */
export function createBatcher<Item, Outcome>(
  { size, within = 100 }: BatchOptions,
  run: (items: Item[]) => Promise<Outcome[]>,
): Batcher<Item, Outcome> {
  const waiting: { item: Item; end: (outcome: Outcome) => void }[] = [];
  let running = false;
  let hurried = false;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    if (running || waiting.length === 0) return;
    if (waiting.length >= size || hurried) void runNext();
    else timer ??= setTimeout(() => void runNext(), within);
  }

  async function runNext(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running = true;
    const batch = waiting.splice(0, size);
    const outcomes = await run(batch.map(({ item }) => item));
    for (const [index, { end }] of batch.entries()) end(outcomes[index] as Outcome);
    running = false;
    next();
  }

  return {
    push: (item) =>
      new Promise((end) => {
        waiting.push({ item, end });
        next();
      }),
    hurry() {
      hurried = true;
      next();
    },
  };
}
