/** A consumer, as CONSUMER.INFO and its siblings show it. */
import type { Reach } from "./consumer-ledger.ts";

/** Where it stands, and when that last changed, ms. */
export function sequences({ consumer, stream }: Reach, last: number | undefined): object {
  return {
    consumer_seq: consumer,
    stream_seq: stream,
    ...(last === undefined ? {} : { last_active: iso(last) }),
  };
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}
