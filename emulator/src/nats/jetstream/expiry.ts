/**
 * When a stream's messages end by time. Where each may bring its own end there is a deadline for each; otherwise one timer,
 * for the oldest, does.
 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import type { StoredMessage } from "./contract.ts";
import type { MessageStore } from "./message-store.ts";
import { timeToLive } from "./message-ttl.ts";
import { NS_PER_MS, type StreamConfig } from "./stream-config.ts";

export class Expiry {
  readonly #clock: Clock;
  readonly #store: MessageStore;
  readonly #expire: (seqs: readonly number[]) => void;
  readonly #deadlines: Deadlines<number>;
  /** ms; 0: none. */
  #age = 0;
  #single = false;
  #over: number[] = [];
  #due = Number.POSITIVE_INFINITY;
  #cancel: () => void = () => {};

  constructor(clock: Clock, store: MessageStore, expire: (seqs: readonly number[]) => void) {
    this.#clock = clock;
    this.#store = store;
    this.#expire = expire;
    this.#deadlines = new Deadlines(clock, (seq) => {
      // Those of one moment are taken together, so that they go in the stream's order.
      if (this.#over.push(seq) === 1) clock.after(0, () => this.#flush());
    });
  }

  /** What is in the store goes by these rules from now on. */
  configure({ max_age, allow_msg_ttl }: StreamConfig): void {
    this.stop();
    this.#age = max_age / NS_PER_MS;
    this.#single = allow_msg_ttl === true;
    if (this.#single) for (const message of this.#store.all()) this.watch(message);
    else this.#arm();
  }

  /** A message has come. */
  watch(message: StoredMessage): void {
    if (!this.#single) return this.#arm();
    const own = timeToLive(message.headers);
    if (own === "never") return;
    const life = Math.min((own ?? 0) * 1000 || Infinity, this.#age || Infinity);
    if (life < Infinity) this.#deadlines.set(message.seq, message.time + life);
  }

  /** A message has gone. */
  forget(seq: number): void {
    if (this.#deadlines.size > 0) this.#deadlines.delete(seq);
  }

  stop(): void {
    this.#deadlines.clear();
    this.#over = [];
    this.#cancel();
    this.#due = Number.POSITIVE_INFINITY;
  }

  #flush(): void {
    this.#expire(this.#over.splice(0).sort((one, other) => one - other));
  }

  /** When the oldest has gone before its time, the timer finds nothing and is set anew. */
  #arm(): void {
    if (this.#age === 0 || this.#due !== Number.POSITIVE_INFINITY) return;
    const oldest = this.#store.get(this.#store.first);
    if (oldest === undefined) return;
    this.#due = oldest.time + this.#age;
    this.#cancel = this.#clock.after(Math.max(0, this.#due - this.#clock.now()), () => {
      this.#due = Number.POSITIVE_INFINITY;
      this.#expire(this.#old());
      this.#arm();
    });
  }

  #old(): number[] {
    const limit = this.#clock.now() - this.#age;
    const old: number[] = [];
    for (const { seq, time } of this.#store.all()) {
      if (time > limit) break;
      old.push(seq);
    }
    return old;
  }
}
