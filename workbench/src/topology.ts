/**
 * What the analysis finds in a workspace: AsyncAPI 3's nouns, each with its place in the code. Imports nothing; all JSON.
 * Ids are stable over edits that do not rename: they name the thing, not its position.
 */

/** Brokers by their `MILLRACE_{…}_URL` noun. */
export type ProtocolName = "kafka" | "rabbitmq" | "nats" | "redis" | "mqtt";

/** Where something stands in the code. Lines and characters count from 0, as in the Language Server Protocol. */
export interface Place {
  /** Relative to the workspace folder, with forward slashes. */
  readonly file: string;
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** JSON Schema 2020-12, the part that payloads need. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Topology {
  /** Counts up with each change. */
  readonly revision: number;
  readonly services: readonly Service[];
  readonly servers: readonly Server[];
  readonly channels: readonly Channel[];
  readonly operations: readonly Operation[];
  readonly links: readonly Link[];
  readonly problems: readonly Problem[];
  /** What was seen and not read: "kafkajs found in 4 files: not read yet". */
  readonly notices: readonly string[];
}

export interface Service {
  /** `service:billing` */
  readonly id: string;
  /** `billing`: App's title, else the package's name, else the folder of the entry. */
  readonly name: string;
  /** Folder, relative to the workspace. */
  readonly directory: string;
  /** Where its App is made; null where it has none. */
  readonly place: Place | null;
  /** How it is started, shown before it is run; null where nothing says how. `cwd` is relative to the workspace. */
  readonly command: ServiceCommand | null;
}

export type ServiceCommand =
  /** `millrace run FILE:EXPORT` by the millrace that the service's folder resolves. */
  | { readonly kind: "millrace"; readonly cwd: string; readonly args: readonly string[] }
  /** A script of its package.json. */
  | { readonly kind: "script"; readonly cwd: string; readonly script: string };

export interface Server {
  /** `server:billing:broker`: the service's and the variable's name. */
  readonly id: string;
  readonly protocol: ProtocolName;
  /** The service that connects to it. */
  readonly service: string;
  readonly address: ServerAddress;
  readonly place: Place;
}

export type ServerAddress =
  | { readonly kind: "static"; readonly url: string }
  /** `process.env.X ?? "default"`, or none given: then `MILLRACE_NATS_URL` and the broker's default. */
  | { readonly kind: "environment"; readonly variable: string; readonly default?: string }
  | { readonly kind: "dynamic"; readonly expression: string };

/**
 * What a channel is, where its protocol has more than one thing by a name. Without a kind it is what plain addresses mean:
 * a Kafka topic, a RabbitMQ routing key, a NATS subject, a Redis channel, an MQTT topic.
 */
export type ChannelKind =
  /** RabbitMQ; AsyncAPI's AMQP binding `is: queue`. */
  | "queue"
  /** All topics that a regular expression finds (Kafka), all channels that a glob matches (Redis). */
  | "pattern"
  /** Redis. */
  | "list"
  /** Redis; RabbitMQ's queues of that type. */
  | "stream"
  /** NATS: keys of a bucket, objects of a store. */
  | "kv"
  | "objects";

export interface Channel {
  /**
   * One for each thing a broker has by a name, shared by services: `nats:orders.{id}`, `redis.list:jobs`,
   * `nats.kv:profiles/{id}`, `rabbitmq@events:orders.new`. What follows the first colon is its name.
   */
  readonly id: string;
  readonly protocol: ProtocolName;
  readonly kind?: ChannelKind;
  /** RabbitMQ: the exchange that a routing key is for, with its type as AMQP names it. */
  readonly exchange?: { readonly name: string; readonly type: string };
  /** RabbitMQ: what a queue is bound to besides the default exchange. */
  readonly bindings?: readonly { readonly exchange: string; readonly key: string }[];
  /** NATS: the bucket whose keys or objects the address names. */
  readonly bucket?: string;
  /** The address with its `{param}`s; null where it could not be resolved. */
  readonly address: string | null;
  /** What is subscribed to on the wire (`orders.*`, `/^orders/`); null where the address is. */
  readonly pattern: string | null;
  /** The source text of an address that could not be resolved. */
  readonly expression?: string;
  readonly params: readonly string[];
}

export interface Operation {
  /** `receive:billing:nats:orders`; a number follows where a service has several of the same. */
  readonly id: string;
  readonly action: "send" | "receive";
  readonly service: string;
  readonly server: string;
  readonly channel: string;
  /** The variable it is kept in: `bill`, `invoices`. */
  readonly name?: string;
  /** Who shares the messages, where it is known: a consumer group, a queue group, a durable's name, a queue. */
  readonly group?: string;
  /** NATS JetStream: the stream it reads from or publishes to. */
  readonly stream?: string;
  /** The declaration's call. */
  readonly place: Place;
  readonly message: MessageShape;
  /** A request's answer, where one is declared. */
  readonly reply?: MessageShape;
}

/** A payload as it is on the wire: a subscriber's schema input, a publisher's schema output. */
export type MessageShape =
  | {
      readonly known: true;
      readonly from: "schema" | "type";
      readonly name?: string;
      readonly schema: JsonSchema;
      /** Parts that could not be read, by JSON pointer, each with its reason. */ readonly gaps?: readonly {
        pointer: string;
        why: string;
      }[];
    }
  | { readonly known: false; readonly why: string };

export type Link =
  /** A send operation reaches a receive operation: their addresses overlap. */
  | { readonly kind: "message"; readonly from: string; readonly to: string }
  /** A receive operation's returned value goes to a send operation (`publish:`). */
  | { readonly kind: "publishes"; readonly from: string; readonly to: string }
  /** What a receive operation rejects comes to another one, by way of the broker. */
  | { readonly kind: "dead-letter"; readonly from: string; readonly to: string };

export interface Problem {
  readonly code:
    | "nobody-listens"
    | "nobody-speaks"
    | "dynamic-address"
    | "unread-schema"
    | "taken-port"
    | "not-read";
  readonly severity: "error" | "warning" | "information";
  /** A whole sentence that says what to do. */
  readonly message: string;
  /** The operation, server or service it is about. */
  readonly subject: string;
  readonly place: Place | null;
}
