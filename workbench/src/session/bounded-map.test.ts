import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

test("it remembers at least half of its limit and never more than the limit", () => {
  const map = new BoundedMap<number, string>(10);
  for (let key = 1; key <= 100; key++) {
    map.set(key, `v${key}`);
    const kept = map.entries().map(([each]) => each);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept.slice(-5)).toEqual(
      [1, 2, 3, 4, 5].map((back) => key - 5 + back).filter((each) => each > 0),
    );
  }
  expect([map.get(100), map.get(1)]).toEqual(["v100", undefined]);
});

test("an entry that is written again is young again, and there once", () => {
  const map = new BoundedMap<string, number | undefined>(4);
  map.set("a", 1);
  for (const key of ["b", "c", "d", "e"]) {
    map.set(key, 0);
    map.set("a", 2);
  }
  expect(map.get("a")).toBe(2);
  map.set("a", undefined);
  expect(map.entries().filter(([key]) => key === "a")).toEqual([["a", undefined]]);
});
