/** The two things that come to a queue by themselves, both on the one timer of its virtual host. */
import type { QueueHost, QueueTimer } from "./contract.ts";
import type { QueueDeaths } from "./queue-deaths.ts";
import type { ReadyMessages } from "./ready-messages.ts";

/** Messages that have waited too long. Only the head is looked at: a message may outlive its time behind another. */
export class Expiry implements QueueTimer {
  readonly #host: QueueHost;
  readonly #ready: ReadyMessages;
  readonly #deaths: QueueDeaths;
  /** It may ring too early, since a head that goes does not stop it. */
  #due = Number.POSITIVE_INFINITY;

  constructor(host: QueueHost, ready: ReadyMessages, deaths: QueueDeaths) {
    this.#host = host;
    this.#ready = ready;
    this.#deaths = deaths;
  }

  /** What is at the head may be another than before. */
  look(): void {
    let head = this.#ready.peek();
    if (head === undefined || head.expires === 0) return;
    const now = this.#host.clock.now();
    while (head !== undefined && head.expires !== 0 && head.expires <= now) {
      this.#ready.shift();
      this.#deaths.bury(head.message, "expired");
      head = this.#ready.peek();
    }
    if (head === undefined || head.expires === 0 || head.expires >= this.#due) return;
    this.#due = head.expires;
    this.#host.timers.set(this, head.expires);
  }

  stop(): void {
    this.#due = Number.POSITIVE_INFINITY;
    this.#host.timers.delete(this);
  }

  due(): void {
    this.#due = Number.POSITIVE_INFINITY;
    this.look();
  }
}

/** x-expires: for a queue that nobody uses. */
export class UnusedTimer implements QueueTimer {
  readonly #host: QueueHost;
  readonly #ring: () => void;

  constructor(host: QueueHost, ring: () => void) {
    this.#host = host;
    this.#ring = ring;
  }

  /** ms since 1970; null where it does not run. */
  get until(): number | null {
    return this.#host.timers.get(this) ?? null;
  }

  start(ms: number | null): void {
    if (ms === null) this.stop();
    else this.startUntil(this.#host.clock.now() + ms);
  }

  startUntil(time: number): void {
    this.#host.timers.set(this, time);
  }

  stop(): void {
    this.#host.timers.delete(this);
  }

  due(): void {
    this.#ring();
  }
}
