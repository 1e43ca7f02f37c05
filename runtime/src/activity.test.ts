import { expect, test, vi } from "vitest";
import { Activity } from "./activity.ts";

test("a subscriber is stuck when messages are with its handler and none ends", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const activity = new Activity();
    vi.advanceTimersByTime(10_000);
    expect(activity.problem(1000)).toBeUndefined();
    activity.begin();
    activity.begin();
    expect(activity.problem(1000)).toBeUndefined();
    vi.advanceTimersByTime(2000);
    expect(activity.problem(1000)).toBe("no progress for 2 s with 2 messages at the handler");
    activity.end();
    expect(activity.problem(1000)).toBeUndefined();
    vi.advanceTimersByTime(2000);
    expect(activity.problem(1000)).toContain("1 message at");
    activity.end();
    vi.advanceTimersByTime(2000);
    expect(activity.problem(1000)).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
