/** What RabbitMQ has besides plain addresses: queues by their name, declared as their type allows. */
import type { Channel } from "../channel.ts";
import type { Exchange, ExchangeBinding } from "./exchanges.ts";

export type QueueType = keyof QueueOptionsByType;

/** The options of a queue of one type. What a type cannot have does not compile. */
export type QueueOptions<Type extends QueueType = QueueType> = {
  /** Default `classic`. */
  readonly type?: Type;
} & AnyQueueOptions &
  QueueOptionsByType[Type];

interface AnyQueueOptions {
  /** It must exist already; nothing of it is declared, and its other options do not matter. */
  readonly passive?: boolean;
  /** Exchanges from which it receives messages; the default exchange reaches it by its name anyway. */
  readonly bind?: readonly ExchangeBinding[];
  /** Further arguments, as AMQP names them. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** How much a queue keeps, and what becomes of the rest. */
interface Limits {
  /** ms after which a message expires. */
  readonly messageTtl?: number;
  /** ms without a consumer after which the queue itself goes. */
  readonly expires?: number;
  readonly maxLength?: number;
  readonly maxLengthBytes?: number;
  /** Where messages go that were rejected, have expired or were too many. Default: nowhere. */
  readonly deadLetter?: DeadLetter;
  /** One consumer at a time receives; the others wait to take over. */
  readonly singleActiveConsumer?: boolean;
}

export interface DeadLetter {
  /** Default: the default exchange, which delivers to the queue named by `key`. */
  readonly exchange?: Exchange;
  /** Default: the key the message came with. */
  readonly key?: string;
}

interface QueueOptionsByType {
  classic: Limits & {
    /** Whether it outlives a restart of the broker. Default true. */
    readonly durable?: boolean;
    /** For this connection only, and gone with it. */
    readonly exclusive?: boolean;
    /** Gone with its last consumer. */
    readonly autoDelete?: boolean;
    /** Messages have priorities up to this, 1 to 255; few are better. */
    readonly maxPriority?: number;
    /** When it is full: drop the oldest (default), refuse the newest, or refuse it and dead-letter it. */
    readonly overflow?: "drop-head" | "reject-publish" | "reject-publish-dlx";
  };
  quorum: Limits & {
    /** When it is full: drop the oldest (default), or refuse the newest. */
    readonly overflow?: "drop-head" | "reject-publish";
    /** How often a message may come again before it is dropped or dead-lettered. RabbitMQ 4: 20 by default. */
    readonly deliveryLimit?: number;
    /** Whether a message may be lost on its way to the dead-letter exchange (default), or not. */
    readonly deadLetterStrategy?: "at-most-once" | "at-least-once";
    /** On how many nodes. */
    readonly replicas?: number;
  };
  stream: {
    readonly maxLengthBytes?: number;
    /** `7D`, `12h`: Y, M, D, h, m or s. */
    readonly maxAge?: Interval;
    /** Only whole segments are removed. Bytes; default 500 000 000. */
    readonly maxSegmentSize?: number;
    /** On how many nodes. */
    readonly replicas?: number;
  };
}

/** An amount of time as streams write it: `7D`, `12h`. */
export type Interval = `${number}${"Y" | "M" | "D" | "h" | "m" | "s"}`;

/**
 * A queue by its name; its subscribers share the messages. A stream gives all of them to each.
 * Published to through the default exchange, so only this queue receives it.
 */
export function queue<const Name extends string, Type extends QueueType = "classic">(
  name: Name,
  options?: QueueOptions<Type>,
): Channel<Name, Type extends "stream" ? "stream" : "queue"> {
  const type = options?.type === "stream" ? "stream" : "queue";
  return { address: name, type: type as never, options: options ?? {} };
}
