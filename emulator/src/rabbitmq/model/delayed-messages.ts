/** Messages that delayed exchanges keep until their time has come. */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import type { Message } from "./contract.ts";
import { withoutDelay } from "./delayed-routing.ts";

export interface DelayedMessage {
  /** The one that keeps it; the message may have come to it through others. */
  readonly exchange: string;
  readonly message: Message;
}

export class DelayedMessages {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines<DelayedMessage>;
  readonly #kept = new Set<DelayedMessage>();

  /** `due` gets each message as it leaves its exchange. */
  constructor(clock: Clock, due: (exchange: string, message: Message) => void) {
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock, (delayed) => {
      this.#kept.delete(delayed);
      due(delayed.exchange, withoutDelay(delayed.message));
    });
  }

  hold(exchange: string, message: Message, ms: number): void {
    const delayed = { exchange, message };
    this.#kept.add(delayed);
    this.#deadlines.set(delayed, this.#clock.now() + ms);
  }

  /** With the time that each has left. */
  list(): readonly (DelayedMessage & { readonly left: number })[] {
    const now = this.#clock.now();
    return [...this.#kept].map((delayed) => ({
      ...delayed,
      left: Math.max(0, (this.#deadlines.get(delayed) ?? now) - now),
    }));
  }

  clear(): void {
    this.#kept.clear();
    this.#deadlines.clear();
  }
}
