/** What each fault does to the units that come in on one connection. */
import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { createFaultEngine } from "./fault-engine.ts";
import type { FaultEffect } from "./faults.ts";
import { Inbound } from "./inbound.ts";

/** A connection on which letters come; `b` meets the fault. */
function open(effect: FaultEffect) {
  const [clock, faults] = [createClock(), createFaultEngine()];
  const fault = faults.inject({ match: { operation: "publish" }, effect });
  const log: string[] = [];
  let letters: string[] = [];
  const inbound = new Inbound<string>(
    { pause: () => void log.push("pause"), resume: () => void log.push("resume") } as never,
    clock,
    {
      next: () => letters.shift() ?? null,
      fault: (letter) =>
        letter === "b"
          ? faults.next({ protocol: "nats", operation: "publish", client: "", matches: () => true })
          : null,
      run: (letter) => void log.push(letter),
      lose: (letter) => void log.push(`lost ${letter}`),
      refuse: (letter, { effect: { text } }) => void log.push(`refused ${letter}: ${text}`),
      cut() {
        log.push("cut");
        inbound.end();
      },
      failed(error) {
        throw error;
      },
    },
  );
  return {
    log,
    clock,
    fault,
    come(text: string) {
      letters = [...letters, ...text.split("")];
      inbound.take();
    },
  };
}

test.each([
  [{ kind: "drop" }, ["a", "lost b", "c", "b", "d"]],
  [{ kind: "disconnect" }, ["a", "lost b", "cut"]],
  [{ kind: "duplicate" }, ["a", "b", "b", "c", "b", "d"]],
  [{ kind: "reorder" }, ["a", "c", "b", "b", "d"]],
  [{ kind: "error", text: "no" }, ["a", "refused b: no", "c", "b", "d"]],
] as const)("%j", (effect, expected) => {
  const connection = open(effect);
  connection.come("abcbd");
  expect(connection.log).toEqual(expected);
});

test("a delay holds back what is behind it, and stops reading", () => {
  const { log, clock, come } = open({ kind: "delay", ms: 1000 });
  come("abc");
  expect(log).toEqual(["a", "pause"]);
  clock.advance(1000);
  expect(log).toEqual(["a", "pause", "b", "resume", "c"]);
});

test("a hang lasts until the fault is cleared, and reads on, so that the end of the connection is seen", async () => {
  const { log, fault, come } = open({ kind: "hang" });
  come("ab");
  come("c");
  expect(log).toEqual(["a"]);
  expect(await fault.fired()).toBe(1);
  await fault.clear();
  expect(log).toEqual(["a", "b", "c"]);
});
