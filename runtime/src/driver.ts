/**
 * The only door between the core and a broker's client. A driver carries bytes and settles them;
 * everything else (schemas, handlers, acknowledging at the right moment) is the core's.
 *
 * The memory driver (src/memory/driver.ts) is the reference and the shortest: read it first.
 * `driverPromises` in test/conformance holds every driver to this page.
 */
import type { Address, AddressDialect } from "./address.ts";
import type { Channel } from "./channel.ts";

/** What every message has on every broker. Text, so that it travels anywhere. */
export type Headers = Readonly<Record<string, string>>;

/** A message on its way out. */
export interface Outgoing {
  /** Concrete, without parameters or wildcards. */
  readonly address: string;
  /** What it is published to where that is more than an address: a queue, a stream … Its own `address` is a template. */
  readonly channel?: Channel;
  readonly payload: Uint8Array;
  /** No payload at all rather than an empty one; only where the kind has `tombstones`. */
  readonly tombstone?: true;
  /** Sent where the broker has headers; a driver of a broker without them leaves them out. */
  readonly headers: Headers;
  readonly key?: string;
  /** The broker's own publishing options, as given to `broker.publisher` (QoS, retain …), already checked by its types. */
  readonly options?: unknown;
  /** Ends the attempt; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A message that came in. */
export interface Incoming {
  readonly address: string;
  readonly payload: Uint8Array;
  /** No payload at all rather than an empty one: the handler is given null. */
  readonly tombstone?: true;
  readonly headers: Headers;
  readonly key?: string;
  /** The broker's own id, where it has one. */
  readonly id?: string;
  /** How many times this message was delivered, this one included; 1 where the broker does not say. */
  readonly attempt: number;
  /** The client's own message object. */
  readonly raw: unknown;
  /** Present where an answer is expected. It resolves when the answer has been handed to the broker. */
  readonly respond?: (answer: { payload: Uint8Array; headers: Headers }) => Promise<void>;
  /** Present where the broker can redeliver; then exactly one of its functions is called, once. */
  readonly settle?: Settlement;
}

/** How a delivery ends on a broker that waits for an answer. */
export interface Settlement {
  /** Done: the broker forgets the message. */
  ack(): Promise<void>;
  /** Not done: the broker delivers it again, after `delay` ms where it can. */
  nack(options?: { delay?: number }): Promise<void>;
  /** Will never be done: the broker drops or dead-letters it. */
  reject(): Promise<void>;
}

/** What a driver is asked to receive. */
export interface SubscribeRequest {
  readonly address: Address;
  /** What is subscribed to where that is more than an address: a queue, a stream … */
  readonly channel?: Channel;
  /** Members of one group share the messages: NATS queue group, MQTT `$share`, Kafka consumer group. */
  readonly group?: string;
  /** How many messages may be with the handler at once; the driver keeps further ones back. At least 1. */
  readonly concurrency: number;
  /** The broker's own subscription options, already checked by its types. */
  readonly options: unknown;
  /**
   * Takes one message. The promise resolves when the message has settled and never rejects:
   * errors are the core's business. A driver awaits it only to bound concurrency.
   */
  deliver(message: Incoming): Promise<void>;
}

/** A subscription that is in force. */
export interface ActiveSubscription {
  /** Whether a message that is not acknowledged comes again. False: at most once. */
  readonly redelivers: boolean;
  /**
   * Why it receives nothing at present, where the broker or client says so: not assigned yet, consumer gone.
   * For `health()`; undefined when all is well. Cheap and synchronous.
   */
  problem?(): string | undefined;
  /** Takes no further messages; resolves when those with the handler have settled and their answers are sent. */
  drain(): Promise<void>;
}

/** What happened to the connection; logged and shown in `health()`. */
export type ConnectionState = "connected" | "reconnecting" | "closed";

/** What a driver is given when it connects. */
export interface DriverContext {
  /** How this client names itself to the broker: `MILLRACE_SERVICE`, else the app's title. Numbered for workers. */
  readonly clientName: string;
  /** Where to connect instead of the broker's own address: tests put an emulator's here. */
  readonly url?: string;
  /** For state changes and what the client reports aside. */
  readonly logger: {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
  };
  /** Called on each change, with the error that caused it where there is one. */
  onState(state: ConnectionState, cause?: Error): void;
}

/** A connection to one broker. */
export interface Driver {
  /** Resolves when the subscription is in force at the broker: a message published after that is received. */
  subscribe(request: SubscribeRequest): Promise<ActiveSubscription>;
  /** Resolves when the broker has the message (as surely as the protocol can tell); rejects with PublishError. */
  publish(message: Outgoing): Promise<void>;
  /** Sends and waits for the one answer. Rejects with RequestError (`no-responders`, `timeout`, `unsupported`). */
  request(message: Outgoing, options: { timeout: number }): Promise<Incoming>;
  /** Resolves when everything published so far has reached the broker. */
  flush(): Promise<void>;
  /** Ends the connection; subscriptions were drained before. Never rejects. */
  close(): Promise<void>;
}

/** What is known of a subscription without a driver. */
export interface Subscribable {
  readonly address: Address;
  readonly channel?: Channel;
  /** As declared; `group` among them. */
  readonly options: unknown;
}

/**
 * Which subscriptions a message reaches where no broker decides it: on the memory rung, and for what a test waits for.
 * Without it, those whose address matches, one of each `group` option.
 */
export interface Routing {
  matches(subscription: Subscribable, message: Outgoing): boolean;
  /** Subscriptions of one group share the messages. A queue is a group of all its subscribers. */
  groupOf(subscription: Subscribable): string | undefined;
}

/** One kind of broker: its names, its dialect and how to connect. A value, one per broker folder. */
export interface BrokerKind {
  /** Also the noun in `MILLRACE_{…}_URL` and in AsyncAPI's server protocol. */
  readonly protocol: "kafka" | "rabbitmq" | "nats" | "redis" | "mqtt" | "memory";
  readonly dialect: AddressDialect;
  /** Whether subscriptions redeliver, by their options: used where no driver is connected (memory rung, analysis of `--workers`). */
  redelivers(subscription: Subscribable): boolean;
  /** Whether headers travel with a message under these connection options. */
  readonly headers: boolean;
  /** Whether a message may have no payload at all, which is what publishing `null` then means. */
  readonly tombstones?: boolean | ((channel: Channel | undefined) => boolean);
  readonly routing?: Routing;
  /**
   * The address of a channel below a prefix. Default: prefix and the channel's address as a template in the dialect.
   * @throws {DeclarationError} where the channel cannot be there.
   */
  address?(channel: Channel, prefix: string): Address;
  /** Complains about options that cannot go together before anything is connected. @throws {DeclarationError} naming the option. */
  check?(subscription: Subscribable, complain: Complain): void;
}

/** Begins with "the subscriber of … has". @throws {DeclarationError} */
export type Complain = (text: string) => never;

/** Connects. Rejects with ConnectError (unreachable, refused credentials) or ClientMissingError (`npm i nats`). */
export type Connect = (context: DriverContext) => Promise<Driver>;
