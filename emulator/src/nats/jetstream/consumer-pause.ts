/** A consumer that delivers nothing until a time: pause_until, and `$JS.API.CONSUMER.PAUSE` that sets it. ADR-28 of nats-architecture-and-design */
import type { Clock } from "../../clock.ts";
import type { ConsumerConfig } from "./consumer-config.ts";

export class Pause {
  readonly #clock: Clock;
  readonly #over: () => void;
  /** ms since 1970; 0: none. */
  #until = 0;
  #cancel: () => void = () => {};

  /** `over`: the time has come. */
  constructor(clock: Clock, config: ConsumerConfig, over: () => void) {
    this.#clock = clock;
    this.#over = over;
    this.configure(config);
  }

  configure({ pause_until: until }: ConsumerConfig): void {
    this.#cancel();
    this.#until = until === undefined ? 0 : Date.parse(until);
    const left = this.#until - this.#clock.now();
    if (left > 0) this.#cancel = this.#clock.after(left, this.#over);
  }

  /** How long it still lasts, ms; 0: deliveries go on. */
  get remaining(): number {
    return Math.max(0, this.#until - this.#clock.now());
  }

  /** As CONSUMER.INFO shows it. */
  info(): { readonly paused?: true; readonly pause_remaining?: number } {
    const { remaining } = this;
    return remaining > 0 ? { paused: true, pause_remaining: remaining * 1e6 } : {};
  }

  end(): void {
    this.#cancel();
  }
}
