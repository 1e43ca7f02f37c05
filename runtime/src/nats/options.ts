/** What a user may say to a NatsBroker, its subscribers and its publishers. Plain types. */
import type { GroupOption, KindTypes } from "../kind.ts";
import type { DeliveryInfo, KvEntry, Msg, NatsClient } from "./driver.ts";
import type {
  KvPutOptions,
  KvWatchOptions,
  ObjectChange,
  ObjectsWatchOptions,
  OrderedOptions,
  PullOptions,
  PushOptions,
  StreamPublishOptions,
} from "./stream-options.ts";

/** How to reach NATS. */
export interface NatsOptions {
  /** `nats://host:4222`, several with commas, credentials allowed. Default: `MILLRACE_NATS_URL`, else `nats://localhost:4222`. */
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  /** Instead of user and password. */
  readonly token?: string;
  /** The seed (`SU…`) of an nkey user; with `jwt`, that of the user the JWT is about. */
  readonly nkey?: string;
  /** A user's JWT, with its `nkey`. */
  readonly jwt?: string;
  /** The text of a credentials file, which has both. */
  readonly creds?: string;
  /** The path of a credentials file. It is read at each connection, so it may be renewed. */
  readonly credsFile?: string;
  /** Asks for TLS even where the server does not; files are paths, the others PEM text. */
  readonly tls?: NatsTls;
  /** How the server's monitoring names this client. Default: `MILLRACE_SERVICE`, else the app's title. */
  readonly name?: string;
  /** What subjects for answers begin with, where permissions ask for it. Default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** The JetStream domain, where it is not the server's own. */
  readonly domain?: string;
  /** How long the first connection may take, in ms. Default 5000. */
  readonly connectTimeout?: number;
  /** How long a publish waits for a lost connection to come back, or for a stream's answer, in ms. Default 10000. */
  readonly publishTimeout?: number;
  /** A connection made by you with `connect()` of the package "nats". It stays open when the app stops; the options above are then yours. */
  readonly client?: NatsClient;
}

/** Certificates, as the package "nats" names them. */
export interface NatsTls {
  readonly ca?: string;
  readonly caFile?: string;
  readonly cert?: string;
  readonly certFile?: string;
  readonly key?: string;
  readonly keyFile?: string;
  /** TLS before the server's first line (`handshake_first` of nats-server 2.10.4). */
  readonly handshakeFirst?: boolean;
}

/** A stream's message: the client's own, with what its reply subject says of the delivery. */
export type StreamMessage = Msg & { readonly info: DeliveryInfo };

/** An object that was put or deleted. */
export interface ObjectMessage {
  readonly change: ObjectChange;
  /** The whole object; null where it is gone. Large ones are better read as a stream: `broker.objects(bucket)`. */
  download(): Promise<Uint8Array | null>;
}

/** Core NATS delivers at most once and has no choice of it, so a plain subject has no option, and nothing to acknowledge. */
export interface NatsKind extends KindTypes {
  subscriber: GroupOption;
  publisher: object;
  publish: object;
  raw: Msg;
  channels: {
    jetstream: {
      subscriber: PullOptions;
      publisher: StreamPublishOptions;
      atMostOnce: false;
      raw: StreamMessage;
    };
    "jetstream-push": {
      subscriber: PushOptions;
      publisher: StreamPublishOptions;
      atMostOnce: false;
      raw: StreamMessage;
    };
    "jetstream-ordered": {
      subscriber: OrderedOptions;
      publisher: StreamPublishOptions;
      atMostOnce: true;
      raw: StreamMessage;
    };
    kv: { subscriber: KvWatchOptions; publisher: KvPutOptions; atMostOnce: true; raw: KvEntry };
    objects: {
      subscriber: ObjectsWatchOptions;
      publisher: never;
      atMostOnce: true;
      raw: ObjectMessage;
    };
  };
  mode: { option: never; values: "core"; default: "core"; atMostOnce: "core" };
}
