/**
 * Heartbeats, both ways: the server's own where it has sent nothing else for half the time agreed on, and the end of a
 * client that has sent nothing for two times. A clock that is moved at once by an hour is one such time, not sixty: the
 * client had no chance to say anything.
 */
import type { Clock } from "../../clock.ts";

export interface Traffic {
  /** Something that grows whenever something comes, and whenever something goes. */
  received(): number;
  sent(): number;
}

export class Heartbeat {
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  readonly #does: { beat(): void; silent(): void };
  readonly #cancels: (() => void)[] = [() => {}, () => {}];
  #running = false;
  #sent = -1;
  #received = -1;
  #silences = 0;
  #paused = false;

  constructor(clock: Clock, traffic: Traffic, does: { beat(): void; silent(): void }) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.#does = does;
  }

  /** Every so many seconds; 0 is never. */
  start(seconds: number): void {
    if (seconds === 0) return;
    this.#running = true;
    this.#every(0, seconds * 500, () => this.#speak());
    this.#every(1, seconds * 1000, () => this.#listen());
  }

  /** A client that is not read is not expected to be heard. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#received = -1;
  }

  stop(): void {
    this.#running = false;
    for (const cancel of this.#cancels) cancel();
  }

  #every(place: number, ms: number, action: () => void): void {
    this.#cancels[place] = this.#clock.after(ms, () => {
      action();
      // Not before the clock has come to rest.
      queueMicrotask(() => {
        if (this.#running) this.#every(place, ms, action);
      });
    });
  }

  #speak(): void {
    const sent = this.#traffic.sent();
    // RabbitMQ's first comes in any case: rabbit_heartbeat, `heartbeater`.
    if (this.#sent === -1 || sent === this.#sent) this.#does.beat();
    this.#sent = this.#traffic.sent();
  }

  #listen(): void {
    const received = this.#traffic.received();
    if (this.#paused || received !== this.#received) {
      this.#received = received;
      this.#silences = 0;
      return;
    }
    if (++this.#silences < 2) return;
    this.stop();
    this.#does.silent();
  }
}
