/**
 * What goes out on one connection, in order. A delay fault holds everything behind it back, as a slow network would;
 * a client that reads too slowly is cut off, so that it cannot fill the memory.
 */
import type { Clock } from "./clock.ts";
import type { Connection } from "./protocol.ts";

/** The reason of what such a client does not get. */
export const SLOW_CONSUMER = "slow consumer: the client does not read what it is sent";

export class Outbound {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #limit: number;
  #held: (() => void)[] | null = null;
  #heldBytes = 0;

  /** `limit`: how many bytes may wait for the client. */
  constructor(connection: Connection, clock: Clock, limit: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Sends. `sent` is told, at the moment it goes out, whether the client still keeps up; if not, the connection is gone. */
  send(bytes: Uint8Array, sent?: (kept: boolean) => void): void {
    if (this.#held !== null) {
      this.#heldBytes += bytes.length;
      if (this.#heldBytes <= this.#limit) this.#held.push(() => this.send(bytes, sent));
      else this.#cut(sent);
      return;
    }
    if (this.#connection.write(bytes) > this.#limit) this.#cut(sent);
    else sent?.(true);
  }

  /** Sends nothing for `ms`. While it lasts, another hold begins when this one ends. */
  hold(ms: number): void {
    if (this.#held !== null) {
      this.#held.push(() => this.hold(ms));
      return;
    }
    this.#held = [];
    this.#clock.after(ms, () => {
      const waiting = this.#held ?? [];
      this.#held = null;
      this.#heldBytes = 0;
      for (const action of waiting) action();
    });
  }

  /** Closes when everything before has been sent. */
  end(): void {
    if (this.#held !== null) this.#held.push(() => this.end());
    else this.#connection.end();
  }

  #cut(sent?: (kept: boolean) => void): void {
    sent?.(false);
    this.#connection.destroy();
  }
}
