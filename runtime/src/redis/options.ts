/** What a user may say to a RedisBroker, its subscribers and its publishers. Plain types. */
import type { KindTypes } from "../kind.ts";
import type { StreamPublisherOptions } from "./channels.ts";
import type { RedisClient } from "./driver.ts";
import type { Envelope } from "./envelope.ts";

/** How to reach Redis. */
export interface RedisOptions {
  /**
   * `redis://user:password@host:6379/0`, `rediss://` with TLS; the path is the database. Default: `MILLRACE_REDIS_URL`, else
   * `redis://localhost:6379`.
   */
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  /** Number of the database; instead of the URL's path. Default 0. A cluster has only that. */
  readonly database?: number;
  /** Asks for TLS; PEM text. */
  readonly tls?: RedisTls | true;
  /** Instead of `url`: the sentinels say where the master is. */
  readonly sentinel?: {
    /** The name under which they know the master. */
    readonly name: string;
    /** `host:26379`. */
    readonly sentinels: readonly string[];
    readonly user?: string;
    readonly password?: string;
  };
  /** A Redis Cluster: some of its nodes as `host:6379`, or `true` where `url` names one. */
  readonly cluster?: readonly string[] | true;
  /** How the server names this client (CLIENT SETNAME). Default: `MILLRACE_SERVICE`, else the app's title. */
  readonly name?: string;
  /** What headers travel in: FastStream's binary envelope (default), its JSON one (text payloads only), or `none`: then there are no headers, and no requests. */
  readonly envelope?: Envelope;
  /** How long the first connection may take, in ms. Default 5000. */
  readonly connectTimeout?: number;
  /** How long a publish may take, a lost connection included, in ms. Default 10000. */
  readonly publishTimeout?: number;
  /**
   * A `Redis` or `Cluster` of the package "ioredis" made by you: it publishes; subscribers have duplicates of it. It stays
   * open when the app stops; the options above that say how to connect are then yours.
   */
  readonly client?: RedisClient;
}

/** Certificates, as node:tls names them. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** A message of a channel. */
export interface RedisChannelMessage {
  readonly channel: string;
  /** The pattern by which it was received. */
  readonly pattern?: string;
  /** With its envelope. */
  readonly data: Buffer;
}

/** An element of a list. */
export interface RedisListMessage {
  readonly list: string;
  /** With its envelope. */
  readonly data: Buffer;
}

/** An entry of a stream. */
export interface RedisStreamEntry {
  readonly stream: string;
  readonly id: string;
  /** Names and values, as often as they come. */
  readonly fields: readonly (readonly [Buffer, Buffer])[];
}

/** Channels deliver at most once, to everybody who is subscribed: there is nothing to choose, no group, nothing to acknowledge. */
export interface RedisKind extends KindTypes {
  subscriber: object;
  publisher: object;
  publish: object;
  raw: RedisChannelMessage;
  mode: { option: never; values: "channel"; default: "channel"; atMostOnce: "channel" };
  channels: {
    pattern: { subscriber: object; publisher: never; atMostOnce: true; raw: RedisChannelMessage };
    list: { subscriber: object; publisher: object; atMostOnce: true; raw: RedisListMessage };
    "reliable-list": {
      subscriber: object;
      publisher: object;
      atMostOnce: false;
      raw: RedisListMessage;
    };
    stream: {
      subscriber: object;
      publisher: StreamPublisherOptions;
      atMostOnce: true;
      raw: RedisStreamEntry;
    };
    "stream-group": {
      subscriber: object;
      publisher: StreamPublisherOptions;
      atMostOnce: false;
      raw: RedisStreamEntry;
    };
  };
}
