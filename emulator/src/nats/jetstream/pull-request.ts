/** What comes on `$JS.API.CONSUMER.MSG.NEXT.<stream>.<consumer>`: nothing, a number, or JSON. */
import type { PriorityRequest } from "./priority-groups.ts";

export interface PullRequest {
  readonly batch: number;
  /** Ends it after so many ms; 0: it waits for ever. */
  readonly expires: number;
  /** Bytes; 0: any number. */
  readonly maxBytes: number;
  readonly noWait: boolean;
  /** ms; 0: none. */
  readonly heartbeat: number;
  /** Undefined in a request that is no JSON. */
  readonly priority: PriorityRequest | undefined;
}

/** A string is what is wrong with it. */
export function readPullRequest(payload: Uint8Array): PullRequest | string {
  const request = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    .toString()
    .trim();
  const one = {
    batch: 1,
    expires: 0,
    maxBytes: 0,
    noWait: false,
    heartbeat: 0,
    priority: undefined,
  };
  if (!request.startsWith("{"))
    return /^[+-]?\d+$/.test(request) ? { ...one, batch: Number(request) } : one;
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(request) as Record<string, unknown>;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const number = (name: string) => (typeof given[name] === "number" ? given[name] : 0);
  const text = (name: string) => (typeof given[name] === "string" ? given[name] : "");
  const expires = Math.max(0, number("expires"));
  const heartbeat = Math.max(0, number("idle_heartbeat"));
  if (heartbeat * 2 > expires) return "heartbeat value too large";
  return {
    batch: number("batch"),
    expires: expires / 1e6,
    maxBytes: number("max_bytes"),
    noWait: given["no_wait"] === true,
    heartbeat: heartbeat / 1e6,
    priority: {
      group: text("group"),
      minPending: number("min_pending"),
      minAckPending: number("min_ack_pending"),
      id: text("id"),
      priority: number("priority"),
    },
  };
}
