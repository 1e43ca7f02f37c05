/** The server's own PINGs: a client that is silent for an interval is pinged, and is stale when two go unanswered. client.go, processPingTimer. */
import type { Clock } from "../../clock.ts";

const INTERVAL = 120_000;
/** nats-server's two seconds, and in the middle of the 20 % that it adds by chance: an authentication timeout comes before. */
const FIRST = 2_200;
const MAX_UNANSWERED = 2;

export class KeepAlive {
  readonly #clock: Clock;
  readonly #does: { ping(): void; stale(): void };
  #cancel: () => void = () => {};
  #lastActive = Number.NEGATIVE_INFINITY;
  #unanswered = 0;

  constructor(clock: Clock, does: { ping(): void; stale(): void }) {
    this.#clock = clock;
    this.#does = does;
    this.restart();
  }

  /** The first PING comes early, so that the server knows the round trip. */
  restart(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(FIRST, () => this.#due());
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
    if (this.#clock.now() - this.#lastActive >= INTERVAL) {
      if (this.#unanswered >= MAX_UNANSWERED) return this.#does.stale();
      this.#unanswered++;
      this.#does.ping();
    }
    this.#cancel = this.#clock.after(INTERVAL, () => this.#due());
  }
}
