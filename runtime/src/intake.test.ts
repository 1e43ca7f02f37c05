import { expect, test } from "vitest";
import { createIntake } from "./intake.ts";

/** An intake whose handler ends when told to. */
function opened(concurrency: number) {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const intake = createIntake<number>(concurrency, (message) => {
    begun.push(message);
    return new Promise((resolve) => ends.set(message, resolve));
  });
  const end = async (message: number) => {
    ends.get(message)?.();
    await new Promise(setImmediate);
  };
  return { intake, begun, end };
}

test("takes messages in order, so many at a time", async () => {
  const { intake, begun, end } = opened(2);
  for (const message of [1, 2, 3, 4]) intake.push(message);
  expect(begun).toEqual([1, 2]);
  expect(intake.waiting).toBe(2);
  await end(2);
  expect(begun).toEqual([1, 2, 3]);
  await end(1);
  expect(begun).toEqual([1, 2, 3, 4]);
  expect(intake.waiting).toBe(0);
});

test("drain waits for the handlers, handles what it is told to and leaves the rest", async () => {
  const { intake, begun, end } = opened(1);
  for (const message of [1, 2, 3, 4]) intake.push(message);
  let drained = false;
  const draining = intake.drain((message) => message % 2 === 0).then(() => (drained = true));
  intake.push(6);
  for (const message of [1, 2]) {
    await end(message);
    expect(drained).toBe(false);
  }
  await end(4);
  await draining;
  expect(begun).toEqual([1, 2, 4]);
});

test("drain ends at once where nothing is going on", async () => {
  const { intake, begun } = opened(1);
  await intake.drain(() => true);
  intake.push(1);
  expect(begun).toEqual([]);
});

test("a long queue keeps its order", async () => {
  const seen: number[] = [];
  const intake = createIntake<number>(1, async (message) => void seen.push(message));
  const sent = Array.from({ length: 5000 }, (_, index) => index);
  for (const message of sent) intake.push(message);
  await intake.drain(() => true);
  expect(seen).toEqual(sent);
});
