/**
 * How often a message was delivered. A quorum queue counts; a classic queue only says that it was before, so this process
 * counts by message id what it sends back. What was dead-lettered out of the queue and came back counts as well.
 */
import type { ConsumeMessage } from "./driver.ts";

/** As many messages may be on their way back before the count of the oldest is forgotten. */
const REMEMBERED = 10_000;

export class Attempts {
  readonly #queue: () => string;
  readonly #sentBack = new Map<string, number>();

  /** `queue`: its name, by which the deaths of a message are told apart. */
  constructor(queue: () => string) {
    this.#queue = queue;
  }

  /** The number of this delivery, from 1. */
  of(message: ConsumeMessage): number {
    const headers = (message.properties.headers ?? {}) as Record<string, unknown>;
    return 1 + this.#deaths(headers) + this.#before(message, headers);
  }

  /** Called when a message is sent back to its queue. */
  remember(message: ConsumeMessage): void {
    const id = message.properties.messageId as string | undefined;
    if (id === undefined) return;
    const before = this.#before(
      message,
      (message.properties.headers ?? {}) as Record<string, unknown>,
    );
    this.#sentBack.delete(id);
    this.#sentBack.set(id, before + 1);
    if (this.#sentBack.size <= REMEMBERED) return;
    for (const oldest of this.#sentBack.keys()) {
      this.#sentBack.delete(oldest);
      break;
    }
  }

  /** Called when a message is done with. */
  forget({ properties }: ConsumeMessage): void {
    this.#sentBack.delete(properties.messageId as string);
  }

  /** How often this queue delivered it before, since it was last put there. */
  #before({ fields, properties }: ConsumeMessage, headers: Record<string, unknown>): number {
    const counted = headers["x-delivery-count"];
    if (counted !== undefined) return Number(counted);
    const sentBack = this.#sentBack.get(properties.messageId as string) ?? 0;
    return Math.max(sentBack, fields.redelivered ? 1 : 0);
  }

  /** An expired message was not with a handler, a rejected one was. */
  #deaths(headers: Record<string, unknown>): number {
    const deaths = headers["x-death"];
    if (!Array.isArray(deaths)) return 0;
    return (deaths as { queue?: string; reason?: string; count?: number | string }[])
      .filter(({ queue, reason }) => queue === this.#queue() && reason === "rejected")
      .reduce((sum, { count = 1 }) => sum + Number(count), 0);
  }
}
