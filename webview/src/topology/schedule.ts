/** When each moving message sets off: after the one it follows has arrived. */
import type { TrafficEvent } from "@millrace/workbench/protocol";

export const TRAVEL_MS = 560;
/** No message waits longer for the one before it. */
export const LONGEST_WAIT_MS = 6_000;
const REMEMBERED = 500;

export class Schedule {
  readonly #published = new Map<number, number>();
  readonly #delivered = new Map<number, number>();

  /** The time at which the event's dot starts, `now` at the earliest. */
  startOf(event: TrafficEvent, now: number): number {
    const publishes = event.kind === "published";
    // A delivery follows its publishing; a publishing follows the delivery of its cause.
    const before = publishes
      ? event.chain.cause === undefined
        ? undefined
        : this.#delivered.get(event.chain.cause)
      : this.#published.get(event.message);
    const start = Math.min(Math.max(now, before ?? now), now + LONGEST_WAIT_MS);
    remember(publishes ? this.#published : this.#delivered, event.message, start + TRAVEL_MS);
    return start;
  }

  clear(): void {
    this.#published.clear();
    this.#delivered.clear();
  }
}

function remember(arrivals: Map<number, number>, message: number, time: number): void {
  arrivals.set(message, time);
  if (arrivals.size > REMEMBERED) arrivals.delete(arrivals.keys().next().value ?? 0);
}
