import { expect, test } from "vitest";
import { createClock } from "./clock.ts";

test("calls what falls due in order when it is moved, also what is armed on the way", () => {
  const clock = createClock();
  const start = clock.now();
  const called: [string, number][] = [];
  const note = (name: string) => called.push([name, Math.round((clock.now() - start) / 1000)]);
  clock.after(30_000, () => note("late"));
  clock.after(10_000, () => {
    note("early");
    clock.after(10_000, () => note("in between"));
  });
  const cancel = clock.after(20_000, () => note("cancelled"));
  cancel();
  clock.advance(25_000);
  expect(called).toEqual([
    ["early", 10],
    ["in between", 20],
  ]);
  clock.advance(5_000);
  expect(called.at(-1)).toEqual(["late", 30]);
});

test("goes on with the system's time", async () => {
  const clock = createClock();
  clock.advance(60_000);
  await new Promise<void>((resolve) => clock.after(1, resolve));
  expect(clock.now()).toBeGreaterThanOrEqual(Date.now() + 60_000 - 5);
});

test("what is due now comes before anything that arrives after it", async () => {
  const clock = createClock();
  const seen: string[] = [];
  clock.after(0, () => seen.push("due"));
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(seen).toEqual(["due"]);
});

test("what a timer sets for now comes with the same move, however long the timer took", () => {
  const clock = createClock();
  const seen: number[] = [];
  const start = clock.now();
  clock.after(1000, () => {
    const until = Date.now() + 30;
    while (Date.now() < until);
    clock.after(0, () => seen.push(clock.now() - start));
  });
  clock.advance(1010);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toBeLessThanOrEqual(1010);
});
