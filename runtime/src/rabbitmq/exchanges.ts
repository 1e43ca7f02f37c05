/** Exchanges as values: what a subscriber is bound to and a publisher sends to. Declared when they are used. */

/** RabbitMQ's own types, and those of its plugins. */
export type ExchangeType = keyof ExchangeOptionsByType;

/** An exchange, made by {@link topic}, {@link direct}, {@link fanout}, {@link headers} or {@link exchange}. */
export interface Exchange<out Type extends ExchangeType = ExchangeType> {
  readonly name: string;
  readonly type: Type;
  readonly options: ExchangeOptions;
}

/** What every type of exchange may have. */
export interface ExchangeOptions {
  /** Whether it outlives a restart of the broker. Default true. */
  readonly durable?: boolean;
  /** Whether it goes when the last thing bound to it goes. */
  readonly autoDelete?: boolean;
  /** Whether it takes messages from other exchanges only. */
  readonly internal?: boolean;
  /** It must exist already; nothing of it is declared. What is said of its type is taken as said. */
  readonly passive?: boolean;
  /** Where messages go that no queue here takes. */
  readonly alternate?: Exchange;
  /** Exchanges from which this one receives messages. */
  readonly bindTo?: readonly ExchangeBinding[];
  /** Further arguments, as AMQP names them. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** One exchange or queue bound to an exchange. */
export interface ExchangeBinding {
  readonly exchange: Exchange;
  /** The routing key or pattern. Default `#` for topic exchanges, else empty. */
  readonly key?: string;
  /** For headers exchanges: which messages. Default: all. */
  readonly match?: HeadersMatch;
  /** Further arguments, as AMQP names them. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/**
 * What a headers exchange asks of a message: all of these headers, or any. Values are compared with their type, and what
 * millrace sends is text.
 */
export type HeadersMatch =
  | { readonly all: MatchedHeaders; readonly any?: never }
  | { readonly any: MatchedHeaders; readonly all?: never };

type MatchedHeaders = Readonly<Record<string, string | number | boolean>>;

/** What each type may have besides. */
interface ExchangeOptionsByType {
  topic: object;
  direct: object;
  fanout: object;
  headers: object;
  /** Plugin rabbitmq_delayed_message_exchange: keeps a message for the `delay` of its publish. */
  "x-delayed-message": { /** How it routes then. */ readonly delayedType: RoutingType };
  /** Plugin rabbitmq_consistent_hash_exchange: the binding key is a queue's weight. */
  "x-consistent-hash": {
    /** The header to hash instead of the routing key. */
    readonly hashHeader?: string;
    /** The property to hash instead of the routing key. */
    readonly hashProperty?: "message_id" | "correlation_id" | "timestamp";
  };
  /** Plugin rabbitmq_sharding. */
  "x-modulus-hash": object;
  /** Plugin rabbitmq_random_exchange. */
  "x-random": object;
  /** Plugin rabbitmq_recent_history_exchange. */
  "x-recent-history": {
    /** How many messages a new queue is given. Default 20. */ readonly keep?: number;
  };
}

/** The types that say by themselves where a message goes. */
export type RoutingType = "topic" | "direct" | "fanout" | "headers";

/** Routes by pattern: `orders.*.created`, `orders.#`. */
export const topic = (name: string, options: ExchangeOptions = {}): Exchange<"topic"> => ({
  name,
  type: "topic",
  options,
});

/** Routes by equal key. */
export const direct = (name: string, options: ExchangeOptions = {}): Exchange<"direct"> => ({
  name,
  type: "direct",
  options,
});

/** Gives each message to everything bound to it. */
export const fanout = (name: string, options: ExchangeOptions = {}): Exchange<"fanout"> => ({
  name,
  type: "fanout",
  options,
});

/** Routes by the message's headers: see `match` of a subscriber. */
export const headers = (name: string, options: ExchangeOptions = {}): Exchange<"headers"> => ({
  name,
  type: "headers",
  options,
});

/** An exchange of any type: `exchange("later", { type: "x-delayed-message", delayedType: "topic" })`. */
export function exchange<Type extends ExchangeType>(
  name: string,
  options: { readonly type: Type } & ExchangeOptions & ExchangeOptionsByType[Type],
): Exchange<Type> {
  const { type, ...rest } = options;
  return { name, type, options: rest as ExchangeOptions };
}

/** What an exchange routes by, where that is known: a delayed exchange routes as the type it delays for. */
export function routingType({ type, options }: Exchange): RoutingType | undefined {
  switch (type) {
    case "topic":
    case "direct":
    case "fanout":
    case "headers":
      return type;
    case "x-delayed-message":
      return (options as { delayedType?: RoutingType }).delayedType;
    case "x-recent-history":
      return "fanout";
    default:
      return undefined;
  }
}

/** `amq.topic` and the like are there, and nobody may declare them. */
export const isPredeclared = (name: string): boolean => name === "" || name.startsWith("amq.");
