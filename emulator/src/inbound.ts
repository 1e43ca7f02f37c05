/**
 * What comes in on one connection, unit by unit (a command, a packet), in order, and through the faults: this is where
 * frames meet the model. A delay holds back everything behind it, as a slow network would.
 */
import type { Clock } from "./clock.ts";
import type { FrameFault } from "./fault-engine.ts";
import type { Connection } from "./protocol.ts";

/** What a session does at each step. */
export interface InboundSteps<Unit> {
  /** The next whole unit; null until more bytes come. May throw. */
  next(): Unit | null;
  /** The fault that the unit meets. May throw, where the unit cannot be read. */
  fault(unit: Unit): FrameFault | null;
  /** Does what the unit says. */
  run(unit: Unit): void;
  /** A fault takes the unit off the wire. */
  lose(unit: Unit, fault: FrameFault): void;
  /** A fault ends the connection. */
  cut(): void;
  /** What was thrown. Throws what is no error of the client. */
  failed(error: unknown): void;
}

export class Inbound<Unit> {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #steps: InboundSteps<Unit>;
  #paused = false;
  #ended = false;

  constructor(connection: Connection, clock: Clock, steps: InboundSteps<Unit>) {
    this.#connection = connection;
    this.#clock = clock;
    this.#steps = steps;
  }

  /** Whether it waits for `resume`. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Takes what has come. */
  take(): void {
    try {
      while (!this.#paused && !this.#ended) {
        const unit = this.#steps.next();
        if (unit === null) return;
        this.#meet(unit);
      }
    } catch (error) {
      this.#steps.failed(error);
    }
  }

  /** Takes nothing until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#connection.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#ended) return;
    this.#connection.resume();
    this.take();
  }

  /** Takes nothing any more. */
  end(): void {
    this.#ended = true;
  }

  #meet(unit: Unit): void {
    const fault = this.#steps.fault(unit);
    if (fault === null) return this.#steps.run(unit);
    const { effect } = fault;
    if (effect.kind === "delay") return this.#delay(unit, effect.ms);
    this.#steps.lose(unit, fault);
    if (effect.kind === "disconnect") this.#steps.cut();
  }

  #delay(unit: Unit, ms: number): void {
    this.pause();
    this.#clock.after(ms, () => {
      if (this.#ended) return;
      this.#steps.run(unit);
      this.resume();
    });
  }
}
