import { expect, test } from "vitest";
import { globMatches } from "./glob.ts";

test.each([
  ["*", "", true],
  ["h?llo", "hello", true],
  ["h?llo", "hllo", false],
  ["h*o", "hello", true],
  ["h**o*", "hello world", true],
  ["h[ae]llo", "hallo", true],
  ["h[^ae]llo", "hallo", false],
  ["h[^ae]llo", "hillo", true],
  ["h[a-c]llo", "hbllo", true],
  ["h[c-a]llo", "hbllo", true],
  ["h\\*llo", "h*llo", true],
  ["h\\*llo", "hello", false],
  ["h[\\]]o", "h]o", true],
  // What is not closed ends with the pattern.
  ["h[ab", "hb", true],
  ["a.c", "abc", false],
  ["ab", "abc", false],
  ["abc", "ab", false],
])("%s matches %s: %s", (pattern, text, matches) => {
  expect(globMatches(pattern, text)).toBe(matches);
});

test("many stars end in time", () => {
  expect(globMatches(`${"a*".repeat(40)}b`, "a".repeat(5000))).toBe(false);
});

test.each([
  ["*?".repeat(1000), true],
  ["*?".repeat(1001), false],
  [`${"*?".repeat(1000)}*`, true],
  [`${"***?".repeat(1000)}**`, true],
  // The text ends before the last star.
  [`${"?".repeat(1000)}${"*?".repeat(1000)}*`, true],
  [`${"?".repeat(999)}${"*?".repeat(1001)}`, false],
])("there is a most of stars (%#)", (pattern, matches) => {
  expect(globMatches(pattern, "a".repeat(2000))).toBe(matches);
});
