/** One AMQP channel: what it consumes, what it holds unsettled, what it has to confirm. */
import type { ProtocolContext } from "../../protocol.ts";
import type {
  Actor,
  ChannelView,
  ConnectionView,
  Delivery,
  Message,
  Queue,
  VirtualHost,
} from "../model/contract.ts";
import { type AmqpError, channelError } from "../model/errors.ts";
import { consumerPrefix, deliverFrames } from "../wire/content-frames.ts";
import type { Method } from "../wire/methods.ts";
import { Confirms } from "./confirms.ts";
import { ChannelConsumer, type ConsumerHost } from "./consumer.ts";
import { ConsumerTimeout } from "./consumer-timeout.ts";
import type { Ledger, Received, Subscription } from "./ledger.ts";
import type { Line } from "./line.ts";
import type { Transaction } from "./transaction.ts";
import { groupsOf, type SettledGroup } from "./settled-groups.ts";
import { type Held, type Settlement, Unsettled } from "./unsettled.ts";

/** The queue that is none: who consumes it gets the answers to what its channel asks. */
export const REPLY_QUEUE = "amq.rabbitmq.reply-to";

/** What a channel has of its connection. */
export interface ChannelHost {
  readonly view: ConnectionView;
  readonly context: ProtocolContext;
  readonly vhost: VirtualHost;
  readonly actor: Actor;
  readonly line: Line;
  readonly ledger: Ledger;
  understands(capability: string): boolean;
  /** The channel has something to confirm, when all that has come is done. */
  owesConfirms(channel: Channel): void;
  /** Something goes wrong between two methods: it costs the channel. */
  failed(channel: Channel, error: AmqpError): void;
  /** Ends the connection without a word. */
  cut(): void;
}

export class Channel implements ChannelView, ConsumerHost {
  readonly number: number;
  readonly host: ChannelHost;
  state: "new" | "open" | "closing" = "new";
  /** What a queue without a name is in the methods that follow. */
  lastQueue = "";
  /** Of consumers to come; 0 is no limit. */
  prefetch = 0;
  confirm: Confirms | null = null;
  transaction: Transaction | null = null;
  readonly held: Unsettled = new Unsettled();
  readonly byTag: Map<string, ChannelConsumer> = new Map();
  /** Consumes the answers to what it asks: direct reply-to. */
  replies: { readonly tag: string; readonly name: string } | null = null;
  readonly #timeout: ConsumerTimeout;
  #lastTag = 0;
  #globalPrefetch = 0;
  /** What counts against `globalPrefetch`. */
  #volume = 0;
  #answering = false;
  readonly #behind: Method[] = [];
  /** Consumers that get nothing more and are in their queues still. */
  readonly #leaving: ChannelConsumer[] = [];

  constructor(number: number, host: ChannelHost) {
    this.number = number;
    this.host = host;
    this.#timeout = new ConsumerTimeout(host.context.clock, {
      oldest: () => this.held.oldest,
      last: () => this.#lastTag,
      expired: (ms) =>
        host.failed(
          this,
          channelError(
            406,
            `delivery acknowledgement on channel ${number} timed out. Timeout value used: ${ms} ms. This timeout value can be configured, see consumers doc guide to learn more`,
          ),
        ),
    });
  }

  get connection(): ConnectionView {
    return this.host.view;
  }

  get unsettled(): number {
    return this.held.size;
  }

  get confirms(): boolean {
    return this.confirm !== null;
  }

  get transactional(): boolean {
    return this.transaction !== null;
  }

  get consumers(): readonly ChannelConsumer[] {
    return [...this.byTag.values()];
  }

  get globalPrefetch(): number {
    return this.#globalPrefetch;
  }

  /** Limits all consumers of classic queues together; 0 ends that. What is held already counts. */
  limit(prefetch: number): void {
    if (prefetch === 0) this.#volume = 0;
    else if (this.#globalPrefetch === 0) this.#volume = this.held.size;
    this.#globalPrefetch = prefetch;
    this.wake();
  }

  // ------------------------------------------------------------ to the client

  send(method: Method): void {
    this.host.line.method(this.number, method);
  }

  /** A method begins: what the client is told besides comes behind its answer. */
  begin(): void {
    this.#answering = true;
  }

  end(): void {
    this.#answering = false;
    if (this.#behind.length > 0) for (const method of this.#behind.splice(0)) this.send(method);
  }

  flushConfirms(): void {
    if (this.state !== "open") return;
    this.confirm?.flush({
      ack: ({ tag, multiple }) => this.send({ name: "basic.ack", deliveryTag: tag, multiple }),
      nack: ({ tag, multiple }) =>
        this.send({ name: "basic.nack", deliveryTag: tag, multiple, requeue: false }),
    });
  }

  // ------------------------------------------------------------ deliveries

  isFullFor(queue: Queue): boolean {
    if (this.host.line.isBehind) return true;
    return (
      // The other types know nothing of a limit of the channel.
      this.#isLimited && queue.type === "classic"
    );
  }

  deliver(delivery: Delivery, consumer: ChannelConsumer): void {
    const tag = this.hold(delivery, consumer.noAck);
    if (!consumer.noAck) {
      consumer.unsettled++;
      if (this.#globalPrefetch > 0 && delivery.queue.type === "classic") this.#volume++;
    }
    const { message, content, redelivered } = delivery;
    const { exchange, routingKey } = message;
    const { frameMax } = this.host.line;
    this.transmit(
      deliverFrames(consumer.prefix, tag, redelivered, exchange, routingKey, content, frameMax),
      "basic.deliver",
      delivery,
      consumer.subscription,
    );
  }

  /** Sends what a client gets of a queue, through the faults and into the journal. */
  transmit(
    pieces: readonly Buffer[],
    command: "basic.deliver" | "basic.get-ok",
    delivery: Received,
    from: Subscription,
  ): void {
    const { line, ledger } = this.host;
    const fault = ledger.fault("deliver", command, delivery.message.routingKey);
    if (fault === null && line.write(pieces)) return ledger.delivered(delivery, from, false);
    line.deliver(pieces, fault, {
      sent: (again) => ledger.delivered(delivery, from, again),
      lost: (reason) => ledger.lost(delivery, reason),
      cut: () => this.host.cut(),
    });
  }

  /** The next delivery tag, kept where the client has to settle it. */
  hold(delivery: Delivery, noAck: boolean): number {
    const tag = ++this.#lastTag;
    if (!noAck) {
      this.held.hold(tag, delivery);
      this.#timeout.watch();
    }
    return tag;
  }

  /** An answer to a request: nobody acknowledges it, and its tag counts for nothing. */
  deliverReply(tag: string, message: Message): void {
    if (this.state !== "open") return;
    const { exchange, routingKey, content } = message;
    const { frameMax } = this.host.line;
    const prefix = consumerPrefix(this.number, tag);
    this.transmit(
      deliverFrames(prefix, this.#lastTag + 1, false, exchange, routingKey, content, frameMax),
      "basic.deliver",
      { message, content, redelivered: false },
      { pattern: REPLY_QUEUE, group: REPLY_QUEUE },
    );
  }

  settle(kind: Settlement, held: readonly Held[]): void {
    if (held.length === 0) return;
    const wasFull = this.#isLimited;
    for (const { delivery } of held) this.#uncount(delivery);
    const settled = kind === "acknowledge" ? "acknowledged" : "rejected";
    for (const { delivery } of held) this.host.ledger.settled(settled, delivery);
    for (const { queue, consumer, deliveries } of groupsOf(held)) {
      // Each has room again when its own are settled: until then the others' are not for it.
      if (consumer instanceof ChannelConsumer) consumer.unsettled -= deliveries.length;
      queue[kind](deliveries);
      if (consumer instanceof ChannelConsumer) consumer.wake();
    }
    if (wasFull) this.wake();
  }

  /** It counts no more against the limit of all consumers. */
  #uncount({ consumer, queue }: Delivery): void {
    if (this.#volume > 0 && consumer !== null && queue.type === "classic") this.#volume--;
  }

  /** There may be room for more. */
  wake(): void {
    for (const consumer of this.byTag.values()) consumer.wake();
  }

  /** The queue is gone, or no longer wants it. */
  forget(consumer: ChannelConsumer): void {
    if (!this.byTag.delete(consumer.tag) || this.state !== "open") return;
    if (!this.host.understands("consumer_cancel_notify")) return;
    const method = { name: "basic.cancel", consumerTag: consumer.tag, noWait: true } as const;
    if (this.#answering) this.#behind.push(method);
    else this.send(method);
  }

  /** It gets nothing more. */
  leave(): void {
    this.state = "closing";
    this.#timeout.stop();
    const { replies } = this.host.vhost;
    if (this.replies !== null) replies.close(this.replies.name);
    this.replies = null;
    const consumers = this.consumers;
    this.byTag.clear();
    for (const consumer of consumers) consumer.stop();
    this.#leaving.push(...consumers);
  }

  /** Ends all that it does; what it holds goes back. */
  stop(): void {
    this.leave();
    const held = [...this.held.takeAll(), ...(this.transaction?.abandon() ?? [])];
    for (const [queue, deliveries] of byQueue(groupsOf(held.toSorted((a, b) => a.tag - b.tag))))
      queue.release(deliveries);
    // The successor of a single active consumer finds what came back where it belongs.
    for (const consumer of this.#leaving.splice(0)) consumer.queue.cancel(consumer);
  }

  get #isLimited(): boolean {
    return this.#globalPrefetch > 0 && this.#volume >= this.#globalPrefetch;
  }
}

function byQueue(groups: readonly SettledGroup[]): Map<Queue, Delivery[]> {
  const queues = new Map<Queue, Delivery[]>();
  for (const { queue, deliveries } of groups) {
    const same = queues.get(queue);
    if (same === undefined) queues.set(queue, [...deliveries]);
    else same.push(...deliveries);
  }
  return queues;
}
