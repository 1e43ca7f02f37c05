/**
 * A quorum queue: rabbit_fifo. It counts how often a message came back (x-delivery-count) and gives up on it after
 * x-delivery-limit. Without that limit what a client gives back goes to the end of the queue, since it is written to the
 * log anew; with it, and where a channel ends, it comes before what nobody has had. x-priority of consumers counts,
 * exclusive consumers and reject-publish-dlx do not.
 */
import type { Content } from "../wire/content.ts";
import type { FieldValue } from "../wire/values.ts";
import { BaseQueue } from "./base-queue.ts";
import type { Consumer, Message, Queue, QueueDeclaration, QueueHost } from "./contract.ts";
import { sortedTable } from "./death-header.ts";
import { channelError } from "./errors.ts";
import { timeToLive } from "./queue-settings.ts";
import { ReturnedFirst, type Entry } from "./ready-messages.ts";

/** Publishers may go on when a queue that was over its limit has come down to this part of it. */
const LOW_LIMIT = 0.8;

export function createQuorumQueue(host: QueueHost, declaration: QueueDeclaration): Queue {
  return new QuorumQueue(host, declaration);
}

class QuorumQueue extends BaseQueue {
  readonly type = "quorum";
  /** It has been over its limit with reject-publish, and not yet well below it. */
  #refuses = false;

  constructor(host: QueueHost, declaration: QueueDeclaration) {
    super(host, declaration, "quorum", new ReturnedFirst());
  }

  /** Who has left and holds messages still counts, basic.get as well; who waits to be the active one does not. */
  override get consumerCount(): number {
    const known = new Map<unknown, Set<unknown>>();
    const { active, all, single } = this.line;
    const current = single ? (active ? [active] : []) : all;
    const holders = [...this.held].map(
      (delivery) => delivery.consumer ?? { channel: delivery, tag: null },
    );
    for (const { channel, tag } of [...current, ...holders])
      known.set(channel, (known.get(channel) ?? new Set()).add(tag));
    return [...known.values()].reduce((sum, tags) => sum + tags.size, 0);
  }

  push(message: Message): boolean {
    this.#weigh();
    if (this.#refuses) {
      this.host.record("dropped", message, this, "reject-publish");
      return false;
    }
    const ttl = timeToLive(this.settings, message);
    // What lives for no time at all lives for this millisecond.
    this.ready.push(this.enter(message, ttl === 0 ? 1 : ttl, 0));
    this.run();
    this.#weigh();
    return true;
  }

  override get(noAck: boolean): ReturnType<Queue["get"]> {
    if (this.line.single)
      throw channelError(
        405,
        `cannot obtain access to locked queue '${this.name}' in vhost '${this.host.vhost.name}'. basic.get operations are not supported by quorum queues with single active consumer`,
      );
    this.expiry.look();
    const got = super.get(noAck);
    this.#weigh();
    return got;
  }

  /** To declare it again is no use of it. */
  override touch(): void {}

  protected override run(): void {
    this.expiry.look();
    super.run();
  }

  protected override deliver(entry: Entry, consumer: Consumer): void {
    super.deliver(entry, consumer);
    this.line.rest(consumer);
  }

  protected inOrder(held: readonly Entry[]): Entry[] {
    return [...held, ...this.ready];
  }

  /** The one that has waited longest. */
  protected succeed(candidates: readonly Consumer[]): Consumer | null {
    return candidates[0] ?? null;
  }

  /** basic.get says the number also where it is 0. */
  protected contentOf({ message, returns }: Entry, consumer: Consumer | null): Content {
    if (returns === 0 && consumer !== null) return message.content;
    const { headers = [] } = message.content.properties;
    const count: FieldValue = { type: "long", value: returns };
    return message.content.with({
      headers: sortedTable([...headers, ["x-delivery-count", count]]),
    });
  }

  protected takeBack(entries: readonly Entry[], ended: boolean): void {
    this.#weigh();
    const { deliveryLimit } = this.settings;
    for (const entry of entries) {
      entry.redelivered = true;
      entry.returns++;
      if (deliveryLimit !== null && entry.returns > deliveryLimit)
        this.deaths.bury(entry.message, "delivery_limit");
      else if (deliveryLimit === null && !ended) this.ready.push(entry);
      else this.ready.putBack(entry);
    }
    this.run();
    this.#weigh();
  }

  #weigh(): void {
    this.trim();
    const { maxLength, maxBytes, overflow } = this.settings;
    if (overflow !== "reject-publish") this.#refuses = false;
    else if (this.isOver(0, 0)) this.#refuses = true;
    else if (
      isLow(this.ready.size + this.deaths.size, maxLength) &&
      isLow(this.ready.bytes + this.deaths.bytes, maxBytes)
    )
      this.#refuses = false;
  }
}

function isLow(amount: number, limit: number | null): boolean {
  return limit === null || amount <= Math.trunc(limit * LOW_LIMIT);
}
