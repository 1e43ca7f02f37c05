import { expect, test } from "vitest";
import { drifted, type Change } from "./drift.ts";

const at = (line: number, character = 4) => ({ line, character });
const replace = (
  start: Change["range"]["start"],
  end: Change["range"]["end"],
  text: string,
): Change => ({
  range: { start, end },
  text,
});
const insert = (where: Change["range"]["start"], text: string) => replace(where, where, text);

test("new lines above push down, those below do not", () => {
  expect(drifted(at(10), [insert(at(3), "\n\n")])).toEqual(at(12));
  expect(drifted(at(10), [insert(at(20), "\n\n")])).toEqual(at(10));
});

test("deleted lines pull up", () => {
  expect(drifted(at(10), [replace(at(2, 0), at(5, 0), "")])).toEqual(at(7));
});

test("typing before it in its line pushes it to the right, behind it does nothing", () => {
  expect(drifted(at(10), [insert(at(10, 0), "export ")])).toEqual(at(10, 11));
  expect(drifted(at(10), [insert(at(10, 9), "more")])).toEqual(at(10));
});

test("a line break before it in its line takes it along, one behind it does not", () => {
  expect(drifted(at(10), [insert(at(10, 0), "\n  ")])).toEqual(at(11, 6));
  expect(drifted(at(10), [insert(at(10, 9), "\n")])).toEqual(at(10));
});

test("joined to the line above it stands behind that", () => {
  expect(drifted(at(10), [replace(at(9, 7), at(10, 0), " ")])).toEqual(at(9, 12));
});

test("inside a deletion it is gone", () => {
  expect(drifted(at(10), [replace(at(8, 0), at(12, 0), "")])).toBeNull();
});

test("changes are followed one after another", () => {
  expect(drifted(at(10), [insert(at(0, 0), "\n\n\n\n\n"), insert(at(14, 0), "\n")])).toEqual(
    at(16),
  );
});
