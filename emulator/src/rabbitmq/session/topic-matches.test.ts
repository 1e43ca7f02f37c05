import { expect, test } from "vitest";
import { topicMatches } from "./topic-matches.ts";

test.each([
  ["orders.*", "orders.new", true],
  ["orders.*", "orders", false],
  ["orders.#", "orders", true],
  ["#.paid", "orders.eu.paid", true],
  ["#.#.*", "a", true],
  ["*.*", "a", false],
  ["#", "", true],
  ["order*", "orders", false],
])("%s matches %j: %s", (pattern, key, matches) => {
  expect(topicMatches(pattern, key)).toBe(matches);
});

test("many wildcards take no more time than one", () => {
  expect(topicMatches(`${"#.".repeat(100)}end`, "a.".repeat(120))).toBe(false);
});
