/** When a scheduled message is due: the headers Nats-Schedule and Nats-Schedule-Time-Zone of nats-server 2.12. ADR-51 of nats-architecture-and-design */
import { parseGoDuration } from "./consumer-duration.ts";
import { nextCron, readCron } from "./cron-pattern.ts";
import { headerValue, RFC3339 } from "./header-block.ts";
import { refusePublish } from "./publish-refusals.ts";

interface Due {
  /** ms. */
  readonly at: number;
  readonly repeats: boolean;
}

/**
 * The first time after `since`; what should have come before `now` comes once, and then goes on from there. undefined where
 * the message is no schedule. @throws {ApiError}
 */
export function nextDue(
  headers: Uint8Array | undefined,
  since: number,
  now: number,
): Due | undefined {
  const zone = headerValue(headers, "Nats-Schedule-Time-Zone");
  if (zone !== undefined && !isZone(zone)) throw refusePublish("badTimeZone");
  const pattern = headerValue(headers, "Nats-Schedule") ?? "";
  if (pattern === "") return undefined;
  const due = read(pattern, zone, since, now);
  if (due === undefined) throw refusePublish("badSchedule");
  return due;
}

const WORDS = new Map([
  ["@yearly", "0 0 0 1 1 *"],
  ["@annually", "0 0 0 1 1 *"],
  ["@monthly", "0 0 0 1 * *"],
  ["@weekly", "0 0 0 * * 0"],
  ["@daily", "0 0 0 * * *"],
  ["@midnight", "0 0 0 * * *"],
  ["@hourly", "0 0 * * * *"],
]);

function read(
  pattern: string,
  zone: string | undefined,
  since: number,
  now: number,
): Due | undefined {
  const [, word = "", rest = ""] = /^(@at|@every) (.*)$/s.exec(pattern) ?? [];
  // Only the calendar's patterns mean another time elsewhere.
  if (word !== "" && zone !== undefined) return undefined;
  if (word === "@at") {
    const at = RFC3339.test(rest) ? Date.parse(rest) : Number.NaN;
    return Number.isNaN(at) ? undefined : { at, repeats: false };
  }
  if (word === "@every") {
    const every = (parseGoDuration(rest) ?? 0) / 1e6;
    if (every < 1000) return undefined;
    const at = wholeSecond(since) + every;
    return { at: at < now ? wholeSecond(now) + every : at, repeats: true };
  }
  const cron = readCron(WORDS.get(pattern) ?? pattern);
  if (cron === undefined) return undefined;
  const next = nextCron(cron, since, zone ?? "UTC");
  const at =
    next !== undefined && next < now ? nextCron(cron, wholeSecond(now), zone ?? "UTC") : next;
  return at === undefined ? undefined : { at, repeats: true };
}

function wholeSecond(ms: number): number {
  return Math.round(ms / 1000) * 1000;
}

function isZone(name: string): boolean {
  if (name === "") return false;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name }).format();
    return true;
  } catch {
    return false;
  }
}
