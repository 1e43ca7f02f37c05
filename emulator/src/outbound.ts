/**
 * What goes out on one connection, in order. A delay fault holds everything behind it back, as a slow network would;
 * a client that reads too slowly is cut off, so that it cannot fill the memory.
 */
import type { Clock } from "./clock.ts";
import { type FrameFault, reasonOf } from "./fault-engine.ts";
import type { Connection } from "./protocol.ts";

/** What becomes of a delivery. */
export interface DeliverySteps {
  /** It goes out now; the second time where a fault duplicates it. */
  sent(again: boolean): void;
  /** It does not reach the client, and why. */
  lost(reason: string): void;
  /** Ends the connection at once. */
  cut(): void;
}

/** The reason of what such a client does not get. */
export const SLOW_CONSUMER = "slow consumer: the client does not read what it is sent";

export class Outbound {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #limit: () => number;
  #held: (() => void)[] | null = null;
  /** What a fault lets the next delivery overtake. */
  readonly #overtaken: (() => void)[] = [];
  #heldBytes = 0;

  /** `limit`: how many bytes may wait for the client. */
  constructor(connection: Connection, clock: Clock, limit: number | (() => number)) {
    this.#connection = connection;
    this.#clock = clock;
    this.#limit = typeof limit === "number" ? () => limit : limit;
  }

  /** Sends. `sent` is told, at the moment it goes out, whether the client still keeps up; if not, the connection is gone. */
  send(bytes: Uint8Array, sent?: (kept: boolean) => void): void {
    if (this.#held !== null) {
      this.#heldBytes += bytes.length;
      if (this.#heldBytes <= this.#limit()) this.#held.push(() => this.send(bytes, sent));
      else this.#cut(sent);
      return;
    }
    if (this.#connection.write(bytes) > this.#limit()) this.#cut(sent);
    else sent?.(true);
  }

  /** Whether nothing waits to go out. Then what meets no fault may be written to the connection itself, piece by piece. */
  get isFree(): boolean {
    return this.#held === null && this.#overtaken.length === 0;
  }

  /** Whether the client still keeps up with so many bytes that wait; if not, the connection is gone. */
  keepsUp(waiting: number): boolean {
    if (waiting <= this.#limit()) return true;
    this.#connection.destroy();
    return false;
  }

  /** Sends a message through the fault that it meets, if it meets one. */
  deliver(bytes: Uint8Array, fault: FrameFault | null, steps: DeliverySteps): void {
    const send = (again: boolean) =>
      this.send(bytes, (kept) => {
        if (kept) return steps.sent(again);
        steps.lost(SLOW_CONSUMER);
        steps.cut();
      });
    if (fault !== null) {
      switch (fault.effect.kind) {
        case "drop":
        case "error":
          return steps.lost(reasonOf(fault));
        case "disconnect":
          steps.lost(reasonOf(fault));
          return steps.cut();
        case "reorder":
          return void this.#overtaken.push(() => send(false));
        case "delay":
          this.hold(fault.effect.ms);
          break;
        case "hang":
          this.#hang(fault);
          break;
        case "duplicate":
          send(false);
          send(true);
          return;
        case "alarm":
          // Never on a delivery: fault-engine.ts.
          break;
      }
    }
    send(false);
    if (this.#overtaken.length === 0) return;
    for (const late of this.#overtaken.splice(0)) late();
  }

  /** Sends nothing for `ms`. While it lasts, another hold begins when this one ends. */
  hold(ms: number): void {
    if (this.#held !== null) {
      this.#held.push(() => this.hold(ms));
      return;
    }
    this.#held = [];
    this.#clock.after(ms, () => this.#release());
  }

  #hang(fault: FrameFault): void {
    if (this.#held !== null) {
      this.#held.push(() => this.#hang(fault));
      return;
    }
    this.#held = [];
    fault.onClear(() => this.#release());
  }

  #release(): void {
    const waiting = this.#held ?? [];
    this.#held = null;
    this.#heldBytes = 0;
    for (const action of waiting) action();
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
