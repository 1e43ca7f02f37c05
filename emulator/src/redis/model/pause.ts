/** CLIENT PAUSE: commands wait, all of them or what writes. https://redis.io/docs/latest/commands/client-pause/ */
import type { Clock } from "../../clock.ts";

export class Pause {
  readonly #clock: Clock;
  readonly #ended: () => void;
  #until = 0;
  #all = false;
  #active = false;
  #cancel: () => void = () => {};
  #waiting: (() => void)[] = [];

  /** `ended` is called before the commands go on. */
  constructor(clock: Clock, ended: () => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  get active(): boolean {
    return this.#active;
  }

  /** How many commands wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether a command has to wait. */
  holds(writes: boolean): boolean {
    return this.#active && (this.#all || writes);
  }

  /** A further pause makes the one that is on no shorter, and no milder. */
  begin(until: number, all: boolean): void {
    this.#until = this.#active ? Math.max(this.#until, until) : until;
    this.#all = all || (this.#active && this.#all);
    this.#active = true;
    this.#cancel();
    this.#cancel = this.#clock.after(Math.max(0, this.#until - this.#clock.now()), () =>
      this.end(),
    );
  }

  end(): void {
    this.#cancel();
    this.#active = false;
    this.#ended();
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Calls back when the pause is over. */
  wait(go: () => void): void {
    this.#waiting.push(go);
  }
}
