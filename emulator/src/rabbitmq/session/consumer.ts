/** What a channel consumes from one queue. */
import type { ChannelView, Consumer, Delivery, Queue } from "../model/contract.ts";
import { type ConsumerPrefix, consumerPrefix } from "../wire/content-frames.ts";
import type { MethodOf } from "../wire/methods.ts";
import type { FieldTable } from "../wire/values.ts";
import type { Subscription } from "./ledger.ts";

/** What a consumer knows of its channel. */
export interface ConsumerHost extends ChannelView {
  /** Whether the queue's deliveries to the channel wait: for acknowledgements, or for a client that reads slowly. */
  isFullFor(queue: Queue): boolean;
  deliver(delivery: Delivery, consumer: ChannelConsumer): void;
  forget(consumer: ChannelConsumer): void;
}

export class ChannelConsumer implements Consumer {
  readonly channel: ConsumerHost;
  readonly queue: Queue;
  readonly tag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly arguments: FieldTable;
  readonly priority: number;
  readonly prefetch: number;
  /** How many it may hold. */
  readonly #room: number;
  readonly prefix: ConsumerPrefix;
  /** What it has been given and not settled. */
  unsettled = 0;
  readonly subscription: Subscription;
  #started = false;
  /** Whether the queue has been told that it takes no more now. */
  #turnedAway = false;

  constructor(
    channel: ConsumerHost,
    queue: Queue,
    tag: string,
    { noAck, exclusive, arguments: given }: MethodOf<"basic.consume">,
  ) {
    this.channel = channel;
    this.queue = queue;
    this.tag = tag;
    this.noAck = noAck;
    this.exclusive = exclusive;
    this.arguments = given;
    this.priority = priorityIn(given);
    this.prefetch = channel.prefetch;
    // A quorum queue does not give one consumer all it has: rabbit_quorum_queue, consume.
    const unlimited = queue.type === "quorum" ? 2_000 : Number.POSITIVE_INFINITY;
    this.#room = noAck ? Number.POSITIVE_INFINITY : this.prefetch || unlimited;
    this.prefix = consumerPrefix(channel.number, tag);
    this.subscription = { pattern: queue.name, group: queue.name };
  }

  ready(): boolean {
    const takes =
      this.#started && this.unsettled < this.#room && !this.channel.isFullFor(this.queue);
    if (!takes) this.#turnedAway = true;
    return takes;
  }

  deliver(delivery: Delivery): void {
    this.channel.deliver(delivery, this);
  }

  cancelled(): void {
    this.channel.forget(this);
  }

  /** The client knows of it: deliveries may come. */
  start(): void {
    this.#started = true;
    this.wake();
  }

  /** Something was settled, or the client reads again. */
  wake(): void {
    if (!this.#turnedAway || !this.#started) return;
    this.#turnedAway = false;
    this.queue.wake(this);
  }

  /** Gets nothing any more. */
  stop(): void {
    this.#started = false;
  }
}

/** Any integer type says it; what is none counts as nothing. */
function priorityIn(given: FieldTable): number {
  const field = given.get("x-priority");
  if (field === undefined || !("value" in field)) return 0;
  return typeof field.value === "number" || typeof field.value === "bigint"
    ? Number(field.value)
    : 0;
}
