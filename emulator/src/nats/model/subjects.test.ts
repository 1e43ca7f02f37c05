import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import {
  isJetStreamTalk,
  isLiteralSubject,
  isReservedReply,
  isValidSubject,
  subjectMatches,
  SubjectTrie,
} from "./subjects.ts";

test.each<[string, { valid: boolean; literal: boolean }]>([
  ["a", { valid: true, literal: true }],
  ["a.b.c", { valid: true, literal: true }],
  ["a.*.c", { valid: true, literal: false }],
  ["a.>", { valid: true, literal: false }],
  [">", { valid: true, literal: false }],
  ["a*.b>", { valid: true, literal: true }],
  ["", { valid: false, literal: false }],
  ["a..b", { valid: false, literal: false }],
  [".a", { valid: false, literal: false }],
  ["a.", { valid: false, literal: false }],
  ["a.>.b", { valid: false, literal: false }],
])("%j: %j", (subject, expected) => {
  expect({ valid: isValidSubject(subject), literal: isLiteralSubject(subject) }).toEqual(expected);
});

test.each([
  ["a", "a", true],
  ["a", "a.b", false],
  ["a.b", "a", false],
  ["*", "a", true],
  ["*", "a.b", false],
  ["a.*", "a.b", true],
  ["a.*", "a", false],
  ["a.*.c", "a.b.c", true],
  [">", "a.b", true],
  ["a.>", "a.b.c", true],
  ["a.>", "a", false],
  ["a.>", "b.a", false],
])("pattern %s, subject %s: %s", (pattern, subject, expected) => {
  expect(subjectMatches(pattern, subject)).toBe(expected);
});

test("the trie finds what the patterns match, whatever came and went", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  const word = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "a";
  const tokens = (words: readonly string[]) =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => word(words));
  const trie = new SubjectTrie<{ pattern: string }>();
  const held = new Set<{ pattern: string }>();

  for (let step = 0; step < 2000; step++) {
    const pattern = [...tokens(["a", "b", "*"]), ...(random() < 0.2 ? [">"] : [])].join(".");
    const value = { pattern };
    trie.add(pattern, value);
    held.add(value);
    for (const old of held) {
      if (random() > 0.04) continue;
      trie.delete(old.pattern, old);
      held.delete(old);
    }
    const subject = tokens(["a", "b", "c"]).join(".");
    const expected = [...held].filter((found) => subjectMatches(found.pattern, subject));
    expect(new Set(trie.match(subject)), `seed ${seed}, subject ${subject}`).toEqual(
      new Set(expected),
    );
  }
});

test("a published wildcard is a plain token", () => {
  const trie = new SubjectTrie<string>();
  for (const pattern of ["a.*", "a.>", "a.b"]) trie.add(pattern, pattern);
  expect(trie.match("a.*").sort()).toEqual(["a.*", "a.>"]);
  expect(trie.match("a.>").sort()).toEqual(["a.*", "a.>"]);
});

test("a subject with an empty token matches nothing", () => {
  const trie = new SubjectTrie<string>();
  trie.add(">", ">");
  expect(trie.match("a..b")).toEqual([]);
});

test.each([
  ["$JS.ACK.x", true],
  ["$JS.ACK.", false],
  ["_R_.x", true],
  ["_GR_.x", true],
  ["_INBOX.x", false],
])("reply %s is reserved: %s", (subject, expected) => {
  expect(isReservedReply(subject)).toBe(expected);
});

test.each([
  ["$JS.API.STREAM.INFO.S", true],
  ["$JS.hub.API.CONSUMER.MSG.NEXT.S.C", true],
  ["$JS.ACK.S.C.1.2.3.4.5", true],
  ["$JS.FC.S.C.0001", true],
  ["$JS.EVENT.ADVISORY.API", false],
  ["orders.$JS.API.x", false],
])("%s is JetStream's own talk: %s", (subject, expected) => {
  expect(isJetStreamTalk(subject)).toBe(expected);
});
