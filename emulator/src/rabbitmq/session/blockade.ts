/**
 * A publisher is no longer read while memory or disk are low, and told so.
 * https://www.rabbitmq.com/docs/connection-blocked
 */
import type { Broker } from "../model/contract.ts";
import type { Method } from "../wire/methods.ts";
import type { Command } from "./command.ts";

interface Steps {
  pause(): void;
  resume(): void;
  /** Tells a client that understands it. */
  tell(method: Method): void;
}

export class Blockade {
  readonly #alarm: Broker["alarm"];
  readonly #steps: Steps;
  readonly #forget: () => void;
  /** The message that waits. */
  held: Command | null = null;

  constructor(alarm: Broker["alarm"], steps: Steps) {
    this.#alarm = alarm;
    this.#steps = steps;
    this.#forget = alarm.onChange(() => this.#changed());
  }

  /** Whether this has to wait: then it is `held` until the alarm is over. */
  stops(command: Command): boolean {
    this.held = null;
    if (this.#alarm.reason === null || command.method.name !== "basic.publish") return false;
    this.held = command;
    this.#steps.pause();
    this.#steps.tell({ name: "connection.blocked", reason: `low on ${this.#alarm.reason}` });
    return true;
  }

  end(): void {
    this.#forget();
  }

  #changed(): void {
    if (this.held === null || this.#alarm.reason !== null) return;
    this.#steps.tell({ name: "connection.unblocked" });
    this.#steps.resume();
  }
}
