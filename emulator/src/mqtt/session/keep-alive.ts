/** Watches, on the emulator's clock, that a client says something in time. MQTT 5 §3.1.2.10 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";

/** All clients of a server wait on one timer. */
export class KeepAlives {
  readonly clock: Clock;
  readonly deadlines: Deadlines<KeepAlive>;

  constructor(clock: Clock) {
    this.clock = clock;
    this.deadlines = new Deadlines(clock, (each) => each.due());
  }
}

export class KeepAlive {
  readonly #all: KeepAlives;
  readonly #silent: () => void;
  #limit: number;
  #heard: number;

  /** `silent` is called once when nothing has come for `limit` ms. */
  constructor(all: KeepAlives, limit: number, silent: () => void) {
    this.#all = all;
    this.#silent = silent;
    this.#limit = limit;
    this.#heard = all.clock.now();
    this.#wait();
  }

  /** 0: for ever. */
  change(limit: number): void {
    this.#limit = limit;
    if (limit > 0) this.#wait();
    else this.stop();
  }

  heard(): void {
    this.#heard = this.#all.clock.now();
  }

  stop(): void {
    this.#all.deadlines.delete(this);
  }

  /** The time would be over, had nothing come since. */
  due(): void {
    if (this.#heard + this.#limit > this.#all.clock.now()) this.#wait();
    else this.#silent();
  }

  #wait(): void {
    this.#all.deadlines.set(this, this.#heard + this.#limit);
  }
}
