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
  /** A fault refuses the unit: the protocol's own error for it. */
  refuse(unit: Unit, fault: FrameFault & { readonly effect: { readonly kind: "error" } }): void;
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
  #held = false;
  #ended = false;
  /** What a fault lets the next unit overtake. */
  readonly #overtaken: Unit[] = [];

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
      while (!this.#paused && !this.#held && !this.#ended) {
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

  /** Takes nothing until `release`, but reads on: so that the end of the connection is seen meanwhile. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.take();
  }

  /** Takes nothing any more. */
  end(): void {
    this.#ended = true;
  }

  #meet(unit: Unit): void {
    const fault = this.#steps.fault(unit);
    if (fault === null) return this.#run(unit);
    const { effect } = fault;
    switch (effect.kind) {
      case "delay":
        return this.#delay(unit, effect.ms);
      case "hang":
        return this.#hang(unit, fault);
      case "reorder":
        return void this.#overtaken.push(unit);
      case "duplicate":
        this.#run(unit);
        if (!this.#ended) this.#run(unit);
        return;
      case "error":
        return this.#steps.refuse(unit, { ...fault, effect });
      case "drop":
        return this.#steps.lose(unit, fault);
      case "disconnect":
        this.#steps.lose(unit, fault);
        return this.#steps.cut();
      case "alarm":
        // RabbitMQ raises it where it asks for the fault; the unit itself goes on.
        return this.#run(unit);
    }
  }

  #run(unit: Unit): void {
    this.#steps.run(unit);
    if (this.#overtaken.length === 0) return;
    for (const late of this.#overtaken.splice(0)) if (!this.#ended) this.#steps.run(late);
  }

  #hang(unit: Unit, fault: FrameFault): void {
    this.hold();
    fault.onClear(() => {
      if (this.#ended) return;
      this.#run(unit);
      this.release();
    });
  }

  #delay(unit: Unit, ms: number): void {
    this.pause();
    this.#clock.after(ms, () => {
      if (this.#ended) return;
      this.#run(unit);
      this.resume();
    });
  }
}
