import { expect, test } from "vitest";
import { nextCron, readCron } from "./cron-pattern.ts";

// 2026-03-28 is a Saturday; the night after it Berlin's clocks go from 2 to 3.
test.each([
  ["0 0 * * * *", "UTC", "2026-03-28T12:00:00Z", "2026-03-28T13:00:00.000Z"],
  ["*/15 * * * * *", "UTC", "2026-03-28T12:00:14.999Z", "2026-03-28T12:00:15.000Z"],
  ["50/5 59 23 * * *", "UTC", "2026-03-28T23:59:55Z", "2026-03-29T23:59:50.000Z"],
  ["0 0 0 1 JAN ?", "UTC", "2026-03-28T12:00:00Z", "2027-01-01T00:00:00.000Z"],
  ["0 0 8 * * mon-fri", "UTC", "2026-03-28T12:00:00Z", "2026-03-30T08:00:00.000Z"],
  // A day of the month or of the week, where neither is left open.
  ["0 0 0 15 * sun", "UTC", "2026-03-28T12:00:00Z", "2026-03-29T00:00:00.000Z"],
  ["0 0 0 29 2 *", "UTC", "2026-03-28T12:00:00Z", "2028-02-29T00:00:00.000Z"],
  ["0 0 9 * * *", "America/New_York", "2026-03-28T12:00:00Z", "2026-03-28T13:00:00.000Z"],
  ["0 30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00.000Z"],
  ["0 0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00.000Z"],
])("%s in %s after %s is due at %s", (pattern, zone, after, due) => {
  const cron = readCron(pattern);
  expect(cron).toBeDefined();
  if (cron === undefined) return;
  expect(new Date(nextCron(cron, Date.parse(after), zone) ?? 0).toISOString()).toBe(due);
});

test.each(["* * * * *", "60 * * * * *", "* * * 0 * *", "a * * * * *", "1-2-3 * * * * *"])(
  "%s is none",
  (pattern) => {
    expect(readCron(pattern)).toBeUndefined();
  },
);

test("a day that there never is ends the search", () => {
  const never = readCron("0 0 0 31 2 *");
  expect(never && nextCron(never, Date.now(), "UTC")).toBeUndefined();
});
