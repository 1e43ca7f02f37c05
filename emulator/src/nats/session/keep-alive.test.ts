import { expect, test } from "vitest";
import { createClock } from "../../clock.ts";
import { KeepAlive } from "./keep-alive.ts";

function start() {
  const log: string[] = [];
  const clock = createClock();
  const patience = () => ({ pingInterval: 120_000, pingMax: 2 });
  const keepAlive = new KeepAlive(clock, patience, {
    ping: () => log.push("ping"),
    stale: () => log.push("stale"),
  });
  return { log, clock, keepAlive };
}

test("a client that never answers is stale after two pings", () => {
  const { log, clock } = start();
  clock.advance(3_000);
  expect(log).toEqual(["ping"]);
  clock.advance(120_000);
  expect(log).toEqual(["ping", "ping"]);
  clock.advance(120_000);
  expect(log).toEqual(["ping", "ping", "stale"]);
});

test("a client that answers is asked again and again", () => {
  const { log, clock, keepAlive } = start();
  for (let minute = 0; minute < 20; minute += 2) {
    clock.advance(120_000);
    keepAlive.pong();
  }
  expect(log).not.toContain("stale");
  expect(log.length).toBeGreaterThan(5);
});

test("a busy client is not asked", () => {
  const { log, clock, keepAlive } = start();
  for (let minute = 0; minute < 10; minute++) {
    keepAlive.active();
    clock.advance(60_000);
  }
  expect(log).toEqual([]);
});

test("nothing is asked of a client that is gone", () => {
  const { log, clock, keepAlive } = start();
  keepAlive.stop();
  clock.advance(600_000);
  expect(log).toEqual([]);
});
