/** Wills that wait: published after their delay, or when the session ends, whichever is first. MQTT 5 §3.1.3.2.2 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import type { JournalClient } from "../../journal.ts";
import type { Will } from "../wire/packet.ts";

/** A will, with who left it. */
export interface LeftWill {
  readonly will: Will;
  readonly clientId: string;
  readonly client: JournalClient;
  readonly user: string | null;
}

export class Wills {
  readonly #clock: Clock;
  readonly #publish: (left: LeftWill) => void;
  readonly #waiting = new Map<string, LeftWill>();
  readonly #due: Deadlines<string>;

  constructor(clock: Clock, publish: (left: LeftWill) => void) {
    this.#clock = clock;
    this.#publish = publish;
    this.#due = new Deadlines(clock, (clientId) => this.now(clientId));
  }

  /** Those that wait, and when each is due. */
  get all(): { readonly left: LeftWill; readonly at: number }[] {
    return [...this.#waiting.values()].map((left) => ({
      left,
      at: this.#due.get(left.clientId) ?? this.#clock.now(),
    }));
  }

  /** The client is gone without a word. */
  leave(left: LeftWill): void {
    const delay = left.will.properties.willDelayInterval ?? 0;
    if (delay === 0) this.#publish(left);
    else this.leaveUntil(left, this.#clock.now() + delay * 1000);
  }

  leaveUntil(left: LeftWill, at: number): void {
    this.#waiting.set(left.clientId, left);
    this.#due.set(left.clientId, at);
  }

  /** The session has ended: its will waits no longer. */
  now(clientId: string): void {
    const left = this.#take(clientId);
    if (left !== undefined) this.#publish(left);
  }

  /** The client is back. */
  cancel(clientId: string): void {
    this.#take(clientId);
  }

  clear(): void {
    this.#waiting.clear();
    this.#due.clear();
  }

  #take(clientId: string): LeftWill | undefined {
    const left = this.#waiting.get(clientId);
    this.#waiting.delete(clientId);
    this.#due.delete(clientId);
    return left;
  }
}
