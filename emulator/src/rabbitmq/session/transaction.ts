/** tx.select: what a channel publishes and settles, kept until it is committed. https://www.rabbitmq.com/docs/semantics#tx */
import type { Outgoing } from "../model/contract.ts";
import type { Held, Settlement } from "./unsettled.ts";

interface PendingMessage {
  readonly outgoing: Outgoing;
  readonly mandatory: boolean;
}

export class Transaction {
  #messages: PendingMessage[] = [];
  #settled: { readonly kind: Settlement; readonly held: readonly Held[] }[] = [];

  publish(message: PendingMessage): void {
    this.#messages.push(message);
  }

  settle(kind: Settlement, held: readonly Held[]): void {
    this.#settled.push({ kind, held });
  }

  /** Hands out what it holds: messages first. */
  commit(does: {
    publish(message: PendingMessage): void;
    settle(kind: Settlement, held: readonly Held[]): void;
  }): void {
    const [messages, settled] = [this.#messages, this.#settled];
    this.#messages = [];
    this.#settled = [];
    for (const message of messages) does.publish(message);
    for (const { kind, held } of settled) does.settle(kind, held);
  }

  /** Forgets all; returns what was settled, which is held again. */
  abandon(): Held[] {
    const held = this.#settled.flatMap((each) => [...each.held]);
    this.#messages = [];
    this.#settled = [];
    return held;
  }
}
