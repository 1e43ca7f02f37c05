/**
 * Who keeps a delivery for half an hour without settling it loses its channel, by RabbitMQ's word as soon as it looks,
 * once a minute. https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout
 */
import type { Clock } from "../../clock.ts";

const TIMEOUT = 1_800_000;
const INTERVAL = 60_000;

interface Watched {
  /** The lowest delivery tag that is not settled. */
  oldest(): number | undefined;
  /** The highest that was given. */
  last(): number;
  expired(ms: number): void;
}

export class ConsumerTimeout {
  readonly #clock: Clock;
  readonly #watched: Watched;
  /** Which tags had been given when: all but those after the last look. */
  #marks: { readonly tag: number; readonly time: number }[] = [];
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, watched: Watched) {
    this.#clock = clock;
    this.#watched = watched;
  }

  /** Something is held. */
  watch(): void {
    this.#cancel ??= this.#clock.after(INTERVAL, () => this.#look());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#marks = [];
  }

  #look(): void {
    this.#cancel = null;
    const oldest = this.#watched.oldest();
    if (oldest === undefined) {
      this.#marks = [];
      return;
    }
    const now = this.#clock.now();
    this.#marks = this.#marks.filter(({ tag }) => tag >= oldest);
    const first = this.#marks[0];
    if (first !== undefined && now - first.time >= TIMEOUT) return this.#watched.expired(TIMEOUT);
    this.#marks.push({ tag: this.#watched.last(), time: now });
    this.watch();
  }
}
