import { expect, test } from "vitest";
import { isBefore, readEntries, readInfo, readPending, readReply } from "./entries.ts";

const text = (value: string) => Buffer.from(value);

test("XREAD's entries, in order; none when the time was over", () => {
  const entries = [
    [text("1-0"), [text("a"), text("1"), text("a"), text("2")]],
    [text("2-0"), [text("b"), text("")]],
  ];
  expect(readReply("s", [[text("s"), entries]])).toEqual([
    {
      stream: "s",
      id: "1-0",
      fields: [
        [text("a"), text("1")],
        [text("a"), text("2")],
      ],
    },
    { stream: "s", id: "2-0", fields: [[text("b"), text("")]] },
  ]);
  expect(readReply("s", null)).toEqual([]);
});

test("entries that were deleted meanwhile are left out", () => {
  expect(readEntries("s", [null, [text("1-0"), null], [text("2-0"), []]])).toEqual([
    { stream: "s", id: "2-0", fields: [] },
  ]);
});

test("XPENDING's deliveries, XINFO's pairs", () => {
  expect(readPending([[text("1-0"), text("me"), 12, 3]])).toEqual([{ id: "1-0", deliveries: 3 }]);
  expect(readInfo([text("name"), text("g"), text("pending"), 2]).get("pending")).toBe(2);
});

test("ids are ordered by time, then by number", () => {
  expect(isBefore("9-0", "10-0")).toBe(true);
  expect(isBefore("10-2", "10-10")).toBe(true);
  expect(isBefore("10-2", "10-2")).toBe(false);
  expect(isBefore("1700000000000-1", "1700000000000")).toBe(false);
});
