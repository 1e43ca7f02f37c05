/**
 * What the parts of the RabbitMQ model, the sessions and the management API know of each other. Nothing here has heard of
 * sockets; everything happens at once, in the order in which it was asked for.
 */
import type { Clock } from "../../clock.ts";
import type { Deadlines } from "../../deadlines.ts";
import type { EmulatorTls } from "../../emulator.ts";
import type { Journal, JournalClient } from "../../journal.ts";
import type { TlsPeer } from "../../protocol.ts";
import type { Content } from "../wire/content.ts";
import type { FieldTable } from "../wire/values.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Policies } from "./policies.ts";
import type { Users, User } from "./users.ts";

// ------------------------------------------------------------ messages

/** A message as it travels. Never changed: what is dead-lettered is a message of its own, with the same number. */
export interface Message {
  /** The journal's. */
  readonly number: number;
  /** Where it was published to, or dead-lettered to. */
  readonly exchange: string;
  readonly routingKey: string;
  /** Those of a BCC header, which the content has lost: a dead letter goes by them, too. */
  readonly blindKeys?: readonly string[];
  readonly content: Content;
}

/** A message on its way to a consumer, or taken by basic.get. What is not settled goes back to the queue. */
export interface Delivery {
  readonly queue: Queue;
  readonly message: Message;
  /** What the consumer gets: the message's content, with the headers that the queue adds (x-delivery-count, x-stream-offset). */
  readonly content: Content;
  readonly redelivered: boolean;
  /** Null for basic.get. */
  readonly consumer: Consumer | null;
}

// ------------------------------------------------------------ queues

export type QueueType = "classic" | "quorum" | "stream";

export interface QueueDeclaration {
  readonly name: string;
  readonly durable: boolean;
  /** The connection that alone may use it, and with which it goes. */
  readonly owner: Owner | null;
  readonly autoDelete: boolean;
  readonly arguments: FieldTable;
}

export interface Queue extends QueueDeclaration {
  readonly type: QueueType;
  /** Ready to be delivered. */
  readonly messageCount: number;
  /** Ready, in bytes of body. */
  readonly messageBytes: number;
  /** Delivered and not settled. */
  readonly unsettledCount: number;
  /** Delivered and not settled, in bytes of body. Counted when asked for. */
  readonly unsettledBytes: number;
  readonly consumers: readonly Consumer[];
  /** What queue.declare-ok says. A quorum queue does not count those that wait to be the single active one. */
  readonly consumerCount: number;
  /** The one that alone gets messages, of a queue with x-single-active-consumer. */
  readonly activeConsumer: Consumer | null;
  /** Adds a message. False where it is refused, for which its publisher gets a nack (x-overflow). */
  push(message: Message): boolean;
  /** basic.get. With `noAck` it is settled at once. */
  get(noAck: boolean): { readonly delivery: Delivery; readonly remaining: number } | null;
  /** Declared again, also passively: x-expires begins anew. */
  touch(): void;
  /** basic.consume. @throws {AmqpError} where the consumer, or the queue, wants to be alone; for arguments that it cannot take. */
  consume(consumer: Consumer): void;
  /** The consumer leaves; what it holds unsettled stays so. The last one takes an auto-delete queue with it. */
  cancel(consumer: Consumer): void;
  /** The consumer may be `ready` again. */
  wake(consumer: Consumer): void;
  /** As with those below: what one consumer has had, or basic.get. */
  acknowledge(deliveries: readonly Delivery[]): void;
  /** basic.nack, reject and recover: back to where they stood. @throws {AmqpError} 540 by a stream, which takes nothing back. */
  requeue(deliveries: readonly Delivery[]): void;
  /** The channel that holds them has ended, whoever of it had them: requeued, too, but by a stream, which they have never left. */
  release(deliveries: readonly Delivery[]): void;
  /** Dead-lettered where the queue says so, else gone. @throws {AmqpError} 540 by a stream. */
  reject(deliveries: readonly Delivery[]): void;
  /** Removes what is ready, without dead-lettering. Returns how many. */
  purge(): number;
  /** basic.get and requeue of the management API: what is ready, without taking it. */
  peek(count: number): readonly Delivery[];
  /** The policy that applies has changed. */
  applyPolicy(): void;
  /** The queue is being deleted: its consumers are told, its timers end. The virtual host has taken it off its list. */
  close(): void;
  /** Plain data, without consumers; what is unsettled counts as ready. */
  snapshot(): unknown;
  restore(snapshot: unknown, time: number): void;
}

/** What a channel gives to a queue. */
export interface Consumer {
  readonly tag: string;
  readonly channel: ChannelView;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly arguments: FieldTable;
  /** x-priority, 0 where none is said: the higher get messages first. */
  readonly priority: number;
  readonly prefetch: number;
  /** Whether it takes one more now: prefetch, channel.flow, a client that reads slowly. */
  ready(): boolean;
  /** Sends it, under a delivery tag of the channel. */
  deliver(delivery: Delivery): void;
  /** The queue is gone: basic.cancel to a client that understands it. */
  cancelled(): void;
}

/** What the queues of a virtual host are made with: `createQueueHost`. */
export interface QueueHost {
  readonly clock: Clock;
  readonly vhost: VirtualHost;
  /** One timer for all queues. */
  readonly timers: Deadlines<QueueTimer>;
  /** Publishes dead letters, in the order in which queues give them up. */
  readonly deadLetters: DeadLetters;
  /** Says in the journal what became of a message in a queue. What is dead-lettered is then published by `vhost.forward`. */
  record(
    kind: "dropped" | "expired" | "dead-lettered",
    message: Message,
    queue: Queue,
    reason?: string,
  ): void;
}

export interface QueueTimer {
  due(): void;
}

export type DeathReason = "expired" | "rejected" | "maxlen" | "delivery_limit";

// ------------------------------------------------------------ exchanges

export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
}

export interface Binding {
  readonly source: string;
  readonly destination: string;
  readonly destinationType: "queue" | "exchange";
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

export interface Exchange extends ExchangeDeclaration {
  /** The user that declared it; `rmq-internal` for those that are always there. */
  readonly creator: string;
  /** Those that start here. */
  readonly bindings: readonly Binding[];
}

// ------------------------------------------------------------ the virtual host

/** Who asks: for permissions and exclusive queues. */
export interface Actor {
  readonly user: User;
  readonly connection: Owner;
  /** As the journal knows it. */
  readonly client: JournalClient;
}

/** What an exclusive queue belongs to: a connection, compared by identity. */
export interface Owner {
  readonly name: string;
}

export interface Published {
  /** How many queues it was routed to. */
  readonly queues: number;
  /** A queue has refused it: the publisher gets a nack. */
  readonly refused: boolean;
}

/** Every verb checks the actor's permission and throws an AmqpError, in RabbitMQ's words, where it cannot be done. */
export interface VirtualHost {
  readonly name: string;
  /** The management API reads and writes it. */
  metadata: VhostMetadata;
  readonly exchanges: ReadonlyMap<string, Exchange>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly policies: Policies;

  declareExchange(declaration: ExchangeDeclaration, actor: Actor): void;
  /** exchange.declare with passive. */
  findExchange(name: string, actor: Actor): Exchange;
  deleteExchange(name: string, ifUnused: boolean, actor: Actor): void;
  bind(binding: Binding, actor: Actor): void;
  unbind(binding: Binding, actor: Actor): void;
  /** Those that end at a queue or an exchange, the default exchange's included. */
  bindingsOf(destination: string, type: Binding["destinationType"]): readonly Binding[];

  /** The name "" asks for one of the server's. */
  declareQueue(declaration: QueueDeclaration, actor: Actor): Queue;
  /** A queue that the actor may use in this way. */
  findQueue(name: string, actor: Actor, permission: "configure" | "read" | null): Queue;
  /** Returns how many messages were in it; 0 for a queue that is not there. */
  deleteQueue(name: string, conditions: QueueConditions, actor: Actor): number;
  purgeQueue(name: string, actor: Actor): number;
  /** Deletes without asking: auto-delete, x-expires, the end of its connection. */
  dropQueue(queue: Queue): void;

  /** What `publish` checks, alone: a transaction refuses a message when it comes, and publishes it when it is committed. */
  check(message: Outgoing, actor: Actor): void;
  /** basic.publish: checks, records, routes. The message carries what the client said. */
  publish(message: Outgoing, actor: Actor): Published;
  /** Publishes without a client: dead letters, delayed messages. `except`: queues that must not get it again. */
  forward(message: Message, except?: (queue: Queue) => boolean): Published;
  /** Where basic.get and consumers of the pseudo queue for direct replies find each other. */
  readonly replies: Replies;

  /** A connection is gone: its exclusive queues go with it. */
  release(owner: Owner): void;
  close(): void;
}

/** What is said of a virtual host, with no effect of its own. New ones have none of it. */
export interface VhostMetadata {
  readonly description: string;
  readonly tags: readonly string[];
  readonly tracing: boolean;
}

export interface QueueConditions {
  readonly ifUnused: boolean;
  readonly ifEmpty: boolean;
}

/** What basic.publish brings. */
export interface Outgoing {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Content;
}

/** Direct reply-to: https://www.rabbitmq.com/docs/direct-reply-to */
export interface Replies {
  /** A channel consumes its replies. Returns the name that requests carry as reply-to; `deliver` gets each answer. */
  open(deliver: (message: Message) => void): string;
  close(name: string): void;
  has(name: string): boolean;
}

// ------------------------------------------------------------ the whole broker

export interface Broker {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly users: Users;
  readonly vhosts: ReadonlyMap<string, VirtualHost>;
  /** Those that are open, for the management API. */
  readonly connections: Set<ConnectionView>;
  /** `rabbit@millrace` */
  readonly node: string;
  /** The node's name, until the management API gives another. */
  clusterName: string;
  readonly startedAt: number;
  /** `creator`: the user that asks for it; the server itself where none is said. */
  createVhost(name: string, creator?: string): VirtualHost;
  deleteVhost(name: string): void;
  /** What the server shows to clients with TLS. */
  readonly tls: EmulatorTls | null;
  /** Memory or disk alarm: publishing connections are blocked, and told so. */
  readonly alarm: {
    readonly reason: string | null;
    set(reason: string | null): void;
    onChange(listener: () => void): () => void;
  };
  log(text: string): void;
  /** As a protocol's. */
  snapshot(): unknown;
  restore(snapshot: unknown, time: number): void;
  close(): void;
}

/** An open connection as the management API shows it. */
export interface ConnectionView extends Owner {
  /** `127.0.0.1:51234 -> 127.0.0.1:5672` */
  readonly name: string;
  readonly user: string;
  readonly vhost: string;
  readonly clientProperties: FieldTable;
  readonly channels: readonly ChannelView[];
  readonly clientPort: number | null;
  readonly serverPort: number;
  readonly connectedAt: number;
  readonly channelMax: number;
  readonly frameMax: number;
  /** Seconds. */
  readonly heartbeat: number;
  readonly mechanism: string;
  readonly tls: TlsPeer | null;
  /** Ends it with 320 CONNECTION_FORCED and this reason. */
  close(reason: string): void;
}

export interface ChannelView {
  readonly connection: ConnectionView;
  readonly number: number;
  readonly unsettled: number;
  readonly prefetch: number;
  readonly globalPrefetch: number;
  readonly confirms: boolean;
  readonly transactional: boolean;
  readonly consumers: readonly Consumer[];
}
