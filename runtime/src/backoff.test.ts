import { expect, test } from "vitest";
import { createBackoff } from "./backoff.ts";

test("waits double up to the longest, and start over after a success", () => {
  const backoff = createBackoff({ first: 100, longest: 1000, random: () => 1 });
  const delays = [];
  for (let attempt = 0; attempt < 6; attempt++) {
    delays.push(backoff.delay);
    backoff.failed();
  }
  expect(delays).toEqual([100, 200, 400, 800, 1000, 1000]);
  backoff.reset();
  expect(backoff.delay).toBe(100);
});

test("jitter takes away up to half, once for each attempt", () => {
  const draws = [0, 0.5];
  const backoff = createBackoff({ first: 100, longest: 1000, random: () => draws.shift() ?? 0 });
  expect([backoff.delay, backoff.delay]).toEqual([50, 50]);
  backoff.failed();
  expect(backoff.delay).toBe(150);
});

test("a thousand failures are as long as the longest", () => {
  const backoff = createBackoff({ random: () => 1 });
  for (let attempt = 0; attempt < 1000; attempt++) backoff.failed();
  expect(backoff.delay).toBe(5000);
});
