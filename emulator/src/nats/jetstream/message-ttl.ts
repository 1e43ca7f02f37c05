/** A message that lives for a while only: the header Nats-TTL of nats-server 2.11, ADR-43 of nats-architecture-and-design. */
import { parseGoDuration } from "./consumer-duration.ts";
import { headerValue } from "./header-block.ts";
import { NS_PER_S } from "./stream-config.ts";

/** In s; `never`: not even max_age ends it; null where it cannot be read, undefined where there is none. */
export type TimeToLive = number | "never" | null | undefined;

export function timeToLive(headers: Uint8Array | undefined): TimeToLive {
  return readTimeToLive(headerValue(headers, "Nats-TTL"));
}

export function readTimeToLive(text = ""): TimeToLive {
  if (text === "") return undefined;
  if (text.toLowerCase() === "never") return "never";
  // A number alone is seconds; 0 is a duration, and none that is long enough.
  if (/^\d+$/.test(text)) return Number(text) || null;
  const seconds = Math.floor((parseGoDuration(text) ?? 0) / NS_PER_S);
  return seconds < 1 ? null : seconds;
}
