/** What a user may say to a RabbitmqBroker, its subscribers and its publishers. Plain types. */
import type { KindTypes } from "../kind.ts";
import type { Interval, QueueOptions } from "./channels.ts";
import type { ConsumeMessage, RabbitmqClient } from "./driver.ts";
import type { Exchange, ExchangeType, HeadersMatch } from "./exchanges.ts";

/** How to reach RabbitMQ. */
export interface RabbitmqOptions {
  /**
   * `amqp://user:password@host:5672/vhost`, `amqps://…`, several of one cluster with commas.
   * Default: `MILLRACE_RABBITMQ_URL`, else `amqp://guest:guest@localhost:5672`.
   */
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  /** Default: the URL's path, else `/`. */
  readonly vhost?: string;
  /** Certificates as PEM text; asks for TLS whatever the URL says. */
  readonly tls?: RabbitmqTls;
  /** `external`: the client certificate says who this is. Default `plain`: user and password. */
  readonly mechanism?: "plain" | "external";
  /** How RabbitMQ names the connections. Default: `MILLRACE_SERVICE`, else the app's title. */
  readonly name?: string;
  /** Seconds without traffic after which both sides check on each other; 0: never. Default 20. */
  readonly heartbeat?: number;
  /** Where plain addresses are bound and published, unless an `exchange` option says otherwise. Default: `amq.topic`. */
  readonly exchange?: Exchange;
  /** For subscribers that do not say: how many messages the broker hands over before the first of them is acknowledged. */
  readonly prefetch?: number;
  /** How long the first connection may take, in ms. Default 5000. */
  readonly connectTimeout?: number;
  /** How long a publish may take, a lost connection included, in ms. Default 10000. */
  readonly publishTimeout?: number;
  /**
   * A connection made by you with `connect()` of the package "amqplib", used for everything. It stays open when the app
   * stops, and is yours to make again; the options about connecting are then yours.
   */
  readonly client?: RabbitmqClient;
}

/** As Node's `tls.connect` names them; PEM text. */
export interface RabbitmqTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The name in the server's certificate, where it is not the host's. */
  readonly servername?: string;
  /** Default true. */
  readonly rejectUnauthorized?: boolean;
}

/** How messages are handed over. */
export interface ConsumerOptions {
  /**
   * How many messages the broker hands over before the first of them is acknowledged; 0: without limit.
   * Default: the broker's `prefetch`, else twice `concurrency`, at least 20.
   */
  readonly prefetch?: number;
  /** Among consumers of one queue the higher ones are served first. Default 0. */
  readonly priority?: number;
  /** Nobody else may consume the queue. */
  readonly exclusive?: boolean;
  /** How RabbitMQ names the consumer; unique on its connection. */
  readonly consumerTag?: string;
  /** Further arguments of basic.consume. */
  readonly consumerArguments?: Readonly<Record<string, unknown>>;
}

/** Which messages of an exchange are for a plain address. */
type BoundTo =
  | {
      /** Default: the broker's, else `amq.topic`. */
      readonly exchange?: Exchange<Exclude<ExchangeType, "headers">>;
      /** The binding key instead of the address; a weight for `x-consistent-hash`, 1 by default. */
      readonly bindKey?: string;
      readonly match?: never;
    }
  | {
      readonly exchange: Exchange<"headers">;
      /** Default: all messages. */
      readonly match?: HeadersMatch;
      readonly bindKey?: never;
    };

/** Whether the messages are kept and shared. */
type Shared =
  | {
      /**
       * Members of a group share the messages of a durable queue, which keeps them while nobody is there. It is named
       * `<group>.<address>`; for another exchange than `amq.topic`, `<group>.<exchange>.<address>`.
       */
      readonly group: string;
      /** What the queue of the group is like. Default: classic, durable. */
      readonly queue?: GroupQueue;
    }
  | { readonly group?: never; readonly queue?: never };

/** The queue of a group. */
export type GroupQueue = {
  /** Instead of `<group>.<address>`. */
  readonly name?: string;
} & (QueueOptions<"classic"> | QueueOptions<"quorum">);

/** Options of `subscriber` beside those of every broker, for plain addresses. */
export type RabbitmqSubscriberOptions = ConsumerOptions & BoundTo & Shared;

/** Options of `subscriber` for a stream. */
export interface StreamSubscriberOptions extends Pick<ConsumerOptions, "consumerTag"> {
  /**
   * Where to begin: at the oldest message, at the last chunk, at the next message (default), at a number, at a time or so
   * long ago. After a lost connection it goes on where it was.
   */
  readonly offset?: "first" | "last" | "next" | number | Date | Interval;
  /** As in {@link ConsumerOptions}, but from 1. */
  readonly prefetch?: number;
  /** Further arguments of basic.consume: filters. */
  readonly consumerArguments?: Readonly<Record<string, unknown>>;
}

/** Options of `publisher` and of one publish. */
export interface RabbitmqPublishOptions {
  /** Written to disk where the queue is durable. Default true. */
  readonly persistent?: boolean;
  /** The publish fails where no queue takes the message. Default: false; true for queues by their name. */
  readonly mandatory?: boolean;
  /** 0 to 255, for queues with `maxPriority`. */
  readonly priority?: number;
  /** ms after which the message expires in its queue. */
  readonly expiration?: number;
  /** ms for which an exchange of the type `x-delayed-message` keeps it. */
  readonly delay?: number;
  /** Default: one of ours. */
  readonly messageId?: string;
  readonly timestamp?: Date;
  /** AMQP's property `type`: the name of the event, say. */
  readonly type?: string;
  readonly appId?: string;
  /** Checked by the broker: the user of this connection. */
  readonly userId?: string;
  /** Further routing keys; receivers see those of `CC`. */
  readonly CC?: readonly string[];
  readonly BCC?: readonly string[];
}

/** The same for plain addresses. */
export interface RabbitmqExchangePublishOptions extends RabbitmqPublishOptions {
  /** Default: the broker's, else `amq.topic`. */
  readonly exchange?: Exchange;
}

/** What may be declared on a RabbitmqBroker. */
export interface RabbitmqKind extends KindTypes {
  subscriber: RabbitmqSubscriberOptions;
  publisher: RabbitmqExchangePublishOptions;
  publish: RabbitmqExchangePublishOptions;
  raw: ConsumeMessage;
  mode: { option: never; values: "acknowledged"; default: "acknowledged"; atMostOnce: never };
  channels: {
    queue: {
      subscriber: ConsumerOptions;
      publisher: RabbitmqPublishOptions;
      atMostOnce: false;
      raw: ConsumeMessage;
    };
    stream: {
      subscriber: StreamSubscriberOptions;
      publisher: RabbitmqPublishOptions;
      atMostOnce: false;
      raw: ConsumeMessage;
    };
  };
}
