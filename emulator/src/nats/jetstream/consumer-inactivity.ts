/** Ends a consumer that nobody has used for a while: inactive_threshold, and every ephemeral. consumer.go: deleteNotActive. */
import type { Clock } from "../../clock.ts";
import type { ConsumerConfig } from "./consumer-config.ts";
import type { Outlet } from "./consumer-outlet.ts";

const EPHEMERAL = 5_000_000_000;
/** nats-server adds 0.1 s to a whole second by chance, for clients that are about to come back. */
const GRACE = 100;

/** An ephemeral always has a threshold. */
export function withThreshold(config: ConsumerConfig): ConsumerConfig {
  return config.durable_name === undefined && (config.inactive_threshold ?? 0) <= 0
    ? { ...config, inactive_threshold: EPHEMERAL }
    : config;
}

export class Inactivity {
  readonly #clock: Clock;
  readonly #outlet: Outlet;
  readonly #ended: () => void;
  #threshold = 0;
  #cancel: () => void = () => {};

  constructor(clock: Clock, outlet: Outlet, config: ConsumerConfig, ended: () => void) {
    this.#clock = clock;
    this.#outlet = outlet;
    this.#ended = ended;
    this.configure(config);
  }

  configure({ inactive_threshold: threshold = 0 }: ConsumerConfig): void {
    this.#cancel();
    this.#threshold = threshold / 1e6;
    if (this.#threshold > 0) this.#arm(this.#threshold + GRACE);
  }

  end(): void {
    this.#cancel();
  }

  #arm(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => {
      const rest = this.#outlet.lastActive + this.#threshold + GRACE - this.#clock.now();
      if (rest > 0) this.#arm(rest);
      else if (this.#outlet.inUse()) this.#arm(this.#threshold + GRACE);
      else this.#ended();
    });
  }
}
