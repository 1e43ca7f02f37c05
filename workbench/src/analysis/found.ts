/** What was found in one file, as plain data: it outlives the syntax trees it was read from. */
import type { ChannelKind, MessageShape, Place, ProtocolName, ServerAddress } from "../topology.ts";
import type { Prefix } from "./brokers.ts";

export interface FileFound {
  readonly file: string;
  readonly brokers: readonly BrokerFound[];
  readonly apps: readonly AppFound[];
  readonly includes: readonly IncludeFound[];
  readonly operations: readonly OperationFound[];
  readonly uses: readonly UseFound[];
}

/** A publisher that is used inside a handler, both by the keys of their declarations. */
export interface UseFound {
  readonly handler: string;
  readonly operation: string;
}

export interface BrokerFound {
  readonly key: string;
  readonly made: "broker" | "router" | "parameter";
  readonly protocol: ProtocolName;
  readonly name: string | undefined;
  readonly address: ServerAddress;
  /** RabbitMQ: where its plain addresses are, where that is not `amq.topic`; null where it could not be resolved. */
  readonly exchange: ExchangeFound | null | undefined;
  readonly place: Place;
}

export interface AppFound {
  /** The call that a function around it was reached by, where that decides what it is. */
  readonly site: string | null;
  readonly file: string;
  readonly title: string | null;
  /** By their keys. */
  readonly brokers: readonly string[];
  /** How the file exports it, or the function that makes it. */
  readonly exported: { readonly name: string; readonly factory: boolean } | null;
  readonly place: Place;
}

/** On which broker or router, after which prefix. */
export interface On {
  readonly root: string;
  readonly prefix: Prefix;
}

export interface IncludeFound {
  readonly into: On;
  /** By its key; its own prefix is with what is declared on it. */
  readonly router: string;
}

/** What a declaration names besides the address. */
export interface ChannelFound {
  readonly kind?: ChannelKind;
  readonly bucket?: string;
  readonly stream?: string;
  /** NATS JetStream: further subjects of the stream that a subscriber takes. */
  readonly subjects?: readonly string[];
  /** RabbitMQ: where a routing key is for another exchange than the broker's own. */
  readonly exchange?: ExchangeFound;
  /** RabbitMQ: what a queue is bound to. */
  readonly bindings?: readonly BindingFound[];
  /** Where rejected messages go. */
  readonly deadLetter?: DeadLetterFound;
}

export interface ExchangeFound {
  readonly name: string;
  /** As AMQP names it. */
  readonly type: string;
  /** What it routes by; `any` where only a plugin knows. */
  readonly routing: "topic" | "direct" | "any";
  /** Exchanges that it receives from. */
  readonly bindTo: readonly BindingFound[];
  /** Takes what no queue takes. */
  readonly alternate?: ExchangeFound;
}

export interface BindingFound {
  readonly exchange: ExchangeFound;
  readonly key: string;
}

export type DeadLetterFound =
  /** Without a key the message keeps its own. */
  | { readonly exchange: ExchangeFound; readonly key: string | undefined }
  | { readonly list: string };

export interface OperationFound {
  readonly key: string;
  /** As for an App. */
  readonly site: string | null;
  readonly file: string;
  readonly action: "send" | "receive";
  readonly on: On;
  /** Without the prefix; null where it could not be resolved. */
  readonly address: string | null;
  /** The address as it is written. */
  readonly expression: string;
  readonly name: string | undefined;
  readonly group: string | undefined;
  readonly channel: ChannelFound;
  readonly place: Place;
  readonly message: MessageShape;
  readonly reply: MessageShape | undefined;
  /** Whether a schema or type was given, so that not reading it is worth saying. */
  readonly declared: boolean;
  /** Keys of the publishers in `publish:`. */
  readonly targets: readonly string[];
}

/** One declaration may have become several operations, numbered: `file#12-40:1`. */
export function declarationKey(key: string): string {
  return key.replace(/(#\d+-\d+):\d+$/, "$1");
}
