/** How fast a consumer may deliver: at its rate limit, and a replay no faster than the messages once came. */
import type { Clock } from "../../clock.ts";
import type { ConsumerConfig } from "./consumer-config.ts";
import type { StoredMessage } from "./contract.ts";

export class Pace {
  readonly #clock: Clock;
  #rate = 0;
  #burst: number;
  #tokens: number;
  #filled: number;
  /** Up to this sequence number messages come in their old rhythm; 0: at once. */
  readonly #replayTo: number;
  #lastTime: number | undefined;

  /** `burst`: the largest message, bytes. */
  constructor(clock: Clock, config: ConsumerConfig, burst: number, lastSeq: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filled = clock.now();
    this.#replayTo = config.replay_policy === "original" ? lastSeq : 0;
    this.configure(config);
  }

  configure({ rate_limit_bps: bits = 0 }: ConsumerConfig): void {
    this.#rate = bits / 8 / 1000;
  }

  /** How many ms this message has to wait; it is counted as sent then. */
  delay(message: StoredMessage, size: number): number {
    return Math.max(this.#replayDelay(message), this.#rateDelay(size));
  }

  #replayDelay({ seq, time }: StoredMessage): number {
    if (seq > this.#replayTo) return 0;
    const since = this.#lastTime === undefined ? 0 : time - this.#lastTime;
    this.#lastTime = time;
    return Math.max(0, since);
  }

  /** A bucket that fills at the rate, up to the largest message. */
  #rateDelay(size: number): number {
    if (this.#rate === 0) return 0;
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filled) * this.#rate);
    this.#filled = now;
    this.#tokens -= size;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#rate;
  }
}
