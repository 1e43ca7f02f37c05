import { expect, test } from "vitest";
import {
  compareIds,
  formatId,
  LARGEST_ID,
  nextId,
  parseId,
  previousId,
  SMALLEST_ID,
} from "./stream-ids.ts";

/** Around what a double holds exactly, and at both ends. */
const inOrder = [
  "0-0",
  "0-1",
  "0-18446744073709551615",
  "1-0",
  "1526919030474-55",
  "9007199254740991-9007199254740991",
  "9007199254740991-9007199254740992",
  "9007199254740991-9007199254740993",
  "9007199254740992-0",
  "9007199254740993-0",
  "18446744073709551615-0",
  "18446744073709551615-18446744073709551614",
  "18446744073709551615-18446744073709551615",
];
const ids = inOrder.map((text) => parseId(text)!);

test("ids of 64 bits are read, written and compared exactly", () => {
  expect(ids.map(formatId)).toEqual(inOrder);
  for (const [one, a] of ids.entries())
    for (const [other, b] of ids.entries())
      expect(Math.sign(compareIds(a, b))).toBe(Math.sign(one - other));
});

test("the id behind an id has it before itself, but at the ends", () => {
  for (const id of ids.slice(0, -1)) expect(previousId(nextId(id)!)).toEqual(id);
  for (const id of ids.slice(1)) expect(nextId(previousId(id)!)).toEqual(id);
  expect(nextId(LARGEST_ID)).toBeNull();
  expect(previousId(SMALLEST_ID)).toBeNull();
});

test.each([
  "",
  "-",
  "-1",
  "1-",
  "x",
  "1-x",
  "1--1",
  "18446744073709551616-0",
  "0-18446744073709551616",
])("%j is no id", (text) => expect(parseId(text)).toBeNull());
