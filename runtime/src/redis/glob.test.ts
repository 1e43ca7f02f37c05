import { expect, test } from "vitest";
import { escapeGlob, globOf, matchesGlob } from "./glob.ts";

/** As redis-server 7.0.15 does it, which test/real/redis.real.test.ts compares. */
const CASES: { pattern: string; matches: string[]; not: string[] }[] = [
  { pattern: "logs.*", matches: ["logs.", "logs.a", "logs.a.b:c"], not: ["logs", "xlogs.a"] },
  { pattern: "*", matches: ["a", "a.b", "☃"], not: [] },
  { pattern: "**a**", matches: ["a", "bab"], not: ["b"] },
  { pattern: "a?c", matches: ["abc", "a.c", "a?c"], not: ["ac", "abbc", "a☃c"] },
  { pattern: "a???c", matches: ["a☃c"], not: ["a☃"] },
  { pattern: "a*b*c", matches: ["abc", "aXbYc", "abbcbc"], not: ["ab", "acb"] },
  { pattern: "h[ae]llo", matches: ["hallo", "hello"], not: ["hillo", "hllo", "h[ae]llo"] },
  { pattern: "h[^e]llo", matches: ["hallo", "h^llo"], not: ["hello"] },
  { pattern: "h[a-c]llo", matches: ["hallo", "hbllo", "hcllo"], not: ["hdllo", "h-llo"] },
  { pattern: "h[c-a]llo", matches: ["hallo", "hbllo"], not: ["hdllo"] },
  { pattern: "[a\\]b]x", matches: ["]x", "ax", "bx"], not: ["\\x"] },
  { pattern: "[a-]x", matches: ["a", "]", "_", "x"], not: ["ax", "-x", "b"] },
  { pattern: "[^a-c]*", matches: ["d", "dabc"], not: ["abc", "b"] },
  { pattern: "a[bc", matches: ["ab", "ac"], not: ["a", "a[bc"] },
  { pattern: "\\*\\?\\[x", matches: ["*?[x"], not: ["ab[x", "\\*\\?\\[x"] },
  { pattern: "a\\", matches: ["a\\"], not: ["a"] },
  { pattern: "[]a]", matches: [], not: ["a", "]"] },
  { pattern: "a*", matches: ["a", "a*", "aaaa"], not: ["ba"] },
  { pattern: "*.end", matches: [".end", "a.end.end"], not: ["a.end.", "end"] },
];

test.each(CASES)("$pattern", ({ pattern, matches, not }) => {
  expect(matches.filter((name) => !matchesGlob(pattern, name))).toEqual([]);
  expect(not.filter((name) => matchesGlob(pattern, name))).toEqual([]);
});

test("an escaped name matches itself alone", () => {
  for (const name of ["a*b", "a?b", "[ab]", "a\\b", "^x", "plain"]) {
    expect(matchesGlob(escapeGlob(name), name)).toBe(true);
    expect(matchesGlob(escapeGlob(name), `${name}x`)).toBe(false);
  }
  expect(matchesGlob(escapeGlob("a*b"), "axb")).toBe(false);
});

test("a template is a pattern with any text for each parameter", () => {
  expect(globOf("users.{userId}.orders:{id}")).toBe("users.*.orders:*");
  expect(globOf("what?.{id}")).toBe("what\\?.*");
});

test("many stars take no time", () => {
  expect(matchesGlob(`${"a*".repeat(40)}b`, "a".repeat(5000))).toBe(false);
});
