import { expect, test } from "vitest";
import { closest, didYouMean } from "./suggest.ts";

test.each([
  ["rnu", "run"],
  ["initt", "init"],
  ["relaod", "reload"],
  ["WORKERS", "workers"],
  ["publish", null],
  ["db", null],
])("%s is meant to be %s", (typed, meant) => {
  expect(closest(typed, ["run", "dev", "init", "reload", "workers"])).toBe(meant);
});

test("says nothing where nothing is close", () => {
  expect(didYouMean("rn", ["run"])).toBe("; did you mean run?");
  expect(didYouMean("xyzzy", ["run"])).toBe("");
});
