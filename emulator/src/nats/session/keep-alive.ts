/** The server's own PINGs: a client that is silent for an interval is pinged, and is stale when two go unanswered. client.go, processPingTimer. */
import type { Clock } from "../../clock.ts";

/** nats-server's two seconds, and in the middle of the 20 % that it adds by chance: an authentication timeout comes before. */
const FIRST = 2_200;

/** ping_interval, ms, and ping_max of the configuration. */
interface Patience {
  readonly pingInterval: number;
  readonly pingMax: number;
}

export class KeepAlive {
  readonly #clock: Clock;
  readonly #patience: () => Patience;
  readonly #does: { ping(): void; stale(): void };
  #cancel: () => void = () => {};
  #lastActive = Number.NEGATIVE_INFINITY;
  #unanswered = 0;

  constructor(clock: Clock, patience: () => Patience, does: { ping(): void; stale(): void }) {
    this.#clock = clock;
    this.#patience = patience;
    this.#does = does;
    this.restart();
  }

  /** The first PING comes early, so that the server knows the round trip. */
  restart(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(Math.min(FIRST, this.#patience().pingInterval), () =>
      this.#due(),
    );
  }

  /** When the client last sent something, ms since 1970. */
  get lastActive(): number {
    return this.#lastActive;
  }

  /** The client sent something. */
  active(): void {
    this.#lastActive = this.#clock.now();
  }

  pong(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    this.#cancel();
  }

  #due(): void {
    const { pingInterval, pingMax } = this.#patience();
    if (this.#clock.now() - this.#lastActive >= pingInterval) {
      if (this.#unanswered >= pingMax) return this.#does.stale();
      this.#unanswered++;
      this.#does.ping();
    }
    this.#cancel = this.#clock.after(pingInterval, () => this.#due());
  }
}
