import { expect, test } from "vitest";
import { dialects, overlap } from "./dialects.ts";
import { escapeGlob, examplesOf, matchesExpression, matchesGlob } from "./wildcards.ts";

test.each([
  ["logs.*", "logs.eu.error", true],
  ["logs.*", "logs.", true],
  ["logs.*", "logs", false],
  ["*a*b", "xaybzb", true],
  ["*a*b", "xaybz", false],
  ["h?llo", "hallo", true],
  ["h?llo", "hllo", false],
  ["h[ae]llo", "hello", true],
  ["h[ae]llo", "hillo", false],
  ["h[^e]llo", "hello", false],
  ["h[^e]llo", "hallo", true],
  ["h[a-c]llo", "hbllo", true],
  ["h[c-a]llo", "hbllo", true],
  ["h[\\]]llo", "h]llo", true],
  ["h[ab", "ha", true],
  ["news\\*", "news*", true],
  ["news\\*", "newsx", false],
  ["", "", true],
  ["", "x", false],
  ["**", "", true],
])("the glob %j matches %j: %s", (glob, name, expected) => {
  expect(matchesGlob(glob, name)).toBe(expected);
});

test("many stars take no longer than a few", () => {
  expect(matchesGlob("a*".repeat(2_000), "a".repeat(20_000))).toBe(true);
  expect(matchesGlob(`${"a*".repeat(2_000)}b`, "a".repeat(20_000))).toBe(false);
});

test("a text that was escaped is a glob of itself only", () => {
  const text = "a*b?[c]^\\d";
  expect(matchesGlob(escapeGlob(text), text)).toBe(true);
  expect(matchesGlob(escapeGlob(text), "axb?[c]^\\d")).toBe(false);
});

test.each([
  ["/^orders\\./", "orders.eu", true],
  ["/^orders\\./", "my.orders.eu", false],
  ["/EU$/i", "orders.eu", true],
  ["/a\\/b/g", "a/b", true],
  ["admin. /^users/", "admin.users.created", true],
  ["admin. /^users/", "users.created", false],
  ["/(/", "(", false],
  ["no expression", "no expression", false],
])("the expression %j finds %j: %s", (written, name, expected) => {
  expect(matchesExpression(written, name)).toBe(expected);
});

test("an expression that goes astray is ended", () => {
  expect(matchesExpression("/^(a+)+$/", `${"a".repeat(60)}!`)).toBe(false);
});

test("a template is held against a pattern by examples of what it becomes", () => {
  expect(examplesOf("orders.eu", dialects.kafka)).toEqual(["orders.eu"]);
  expect(examplesOf("orders.{}.{}", dialects.kafka)).toContain("orders.1.1");
  expect(examplesOf("logs:*.error", dialects.redis)).toContain("logs:x.error");
});

test.each([
  ["rabbitmq", "orders.eu.paid", "orders.#", true],
  ["rabbitmq", "orders", "orders.#", true],
  ["rabbitmq", "orders.eu.paid", "#.paid", true],
  ["rabbitmq", "orders.eu.paid", "orders.#.paid", true],
  ["rabbitmq", "orders.paid", "orders.#.paid", true],
  ["rabbitmq", "orders.eu", "#.paid.#", false],
  ["rabbitmq", "orders.*.paid", "#.eu.#", true],
  ["rabbitmq", "a", "*", true],
  ["rabbitmq", "a.b", "*", false],
  ["nats", "orders", "orders.>", false],
  ["nats", "orders.a.b", ">", true],
  ["mqtt", "a/b", "a/b/#", true],
  ["mqtt", "$SYS/a", "#", false],
  ["redis", "a:*", "a:b", true],
  ["redis", "a:*", "a.b", false],
  ["redis", "a:*", "a:b:c", false],
] as const)("%s: what is sent to %s can come to %s: %s", (protocol, sent, received, expected) => {
  expect(overlap(sent, received, protocol)).toBe(expected);
});
