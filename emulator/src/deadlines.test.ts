import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { Deadlines } from "./deadlines.ts";
import { seededRandom } from "./random.ts";

test("what is due comes in the order of the deadlines, those that were moved or deleted too", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  const clock = createClock();
  const start = clock.now();
  const due: number[] = [];
  const deadlines = new Deadlines<number>(clock, (value) => due.push(value));
  const wanted = new Map<number, number>();
  for (let step = 0; step < 5000; step++) {
    const value = Math.floor(random() * 1000);
    if (random() < 0.3) {
      expect(deadlines.delete(value), `seed ${seed}`).toBe(wanted.delete(value));
    } else {
      // Apart from each other, so that the order is one.
      const at = start + 100_000 + Math.floor(random() * 1_000_000) * 1000 + value;
      deadlines.set(value, at);
      wanted.set(value, at);
    }
  }
  expect(deadlines.size).toBe(wanted.size);
  clock.advance(2_000_000_000);
  const inOrder = [...wanted].sort(([, a], [, b]) => a - b).map(([value]) => value);
  expect(due, `seed ${seed}`).toEqual(inOrder);
  expect(deadlines.size).toBe(0);
});

test("an earlier deadline comes first, and what is set when one is due comes later", () => {
  const clock = createClock();
  const due: string[] = [];
  const deadlines = new Deadlines<string>(clock, (value) => {
    due.push(value);
    if (value === "again" && due.length < 4) deadlines.set("again", clock.now() + 50);
  });
  deadlines.set("late", clock.now() + 10_000);
  deadlines.set("again", clock.now() + 100);
  clock.advance(100);
  expect(due).toEqual(["again"]);
  clock.advance(10_000);
  expect(due).toEqual(["again", "again", "again", "again", "late"]);
});
