/** What a user may say to a KafkaBroker, its subscribers and its publishers. Plain types. */
import type { ConnectionOptions } from "node:tls";
import type { GroupOption, KindTypes } from "../kind.ts";
import type { KafkaClient, KafkaMessage, Mechanism } from "./driver.ts";

/** How to reach Kafka. */
export interface KafkaOptions {
  /** `host:9092`, several with commas. Default: `MILLRACE_KAFKA_URL`, else `localhost:9092`. */
  readonly url?: string;
  /** The client id. Default: `MILLRACE_SERVICE`, else the app's title. */
  readonly name?: string;
  /** TLS: `true` with the system's authorities, else Node's options (`ca`, `cert`, `key` …). */
  readonly tls?: boolean | ConnectionOptions;
  readonly sasl?: KafkaSasl;
  /** How long the first connection may take, in ms. Default 5000. */
  readonly connectTimeout?: number;
  /** How long a publish may take, an outage included, in ms. Default 10000. */
  readonly publishTimeout?: number;
  /**
   * The broker writes each message once, also where a lost connection made the client send it again. Needs acks "all".
   * Default false.
   */
  readonly idempotent?: boolean;
  /** For all publishers; see {@link KafkaPublishOptions}. */
  readonly acks?: KafkaAcks;
  /** For all publishers; see {@link KafkaPublishOptions}. */
  readonly compression?: KafkaCompression;
  /** How to compress with what Node cannot: `snappy` and `lz4`; `zstd` before Node 22.15. gzip is built in. */
  readonly codecs?: Partial<Record<Exclude<KafkaCompression, "none" | "gzip">, KafkaCodec>>;
  /** How missing topics come to be. Default: the broker makes them, where it does (`auto.create.topics.enable`). */
  readonly topics?: KafkaTopics;
  /** How often patterns and `{param}` addresses look for new topics, in ms. Default 5000. */
  readonly topicRefresh?: number;
  /**
   * Where answers to requests come in. Several instances may share it. Named here it is listened to from the start, else
   * `<client id>.replies` from the first request on.
   */
  readonly replyTopic?: string;
  /**
   * A client made by you: a `Kafka` of kafkajs, or Confluent's `KafkaJS.Kafka`. The connection's options above are then
   * yours. A function is called for each subscriber: kafkajs needs it where several subscribers share a group.
   */
  readonly client?: KafkaClient | (() => KafkaClient);
}

/** How the client logs in. */
export type KafkaSasl =
  | {
      readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
      readonly username: string;
      readonly password: string;
    }
  /** Called when a connection opens, and before the token it gave ends. */
  | { readonly mechanism: "oauthbearer"; readonly token: () => string | Promise<string> }
  /** Any other, as kafkajs takes it. */
  | Mechanism;

/** Which copies must have a message before a publish resolves: every one in sync (default), the leader's, or none. */
export type KafkaAcks = "all" | "leader" | "none";

export type KafkaCompression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** Compresses a batch of records; for snappy the raw format (its framing is ours), for lz4 the frame format. */
export interface KafkaCodec {
  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  decompress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Topics that a subscriber or publisher names and that are not there. */
export interface KafkaTopics {
  /** True: they are made with what stands below. False: nobody makes them, the broker neither, and they are an error. */
  readonly create: boolean;
  /** Default: the broker's `num.partitions`. */
  readonly partitions?: number;
  /** Default: the broker's `default.replication.factor`. */
  readonly replicationFactor?: number;
  /** Topic configuration: `{ "cleanup.policy": "compact" }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Where a subscriber begins where its group has committed nothing, or where it has no group. */
export type KafkaFrom = "latest" | "earliest" | { readonly timestamp: number | Date };

/** How a subscriber fetches. */
export interface KafkaFetchOptions {
  /** Default `latest`: what is published from the start of the subscriber on. */
  readonly from?: KafkaFrom;
  /** Waiting messages of a transaction are seen once it is committed (`read_committed`, default), or at once. */
  readonly isolation?: "read_committed" | "read_uncommitted";
  /** A fetch is answered at the latest after so many ms. Default 500. */
  readonly maxWait?: number;
  /** A fetch is answered as soon as there are so many bytes. Default 1. */
  readonly minBytes?: number;
  /** Of all partitions in one fetch. Default 10 MB. */
  readonly maxBytes?: number;
  /** Of one partition in one fetch. Default 1 MB. */
  readonly maxBytesPerPartition?: number;
  /** The rack of this process: fetches go to a replica there. */
  readonly rack?: string;
}

/** Options of a subscriber of topics, beside the core's. */
export interface KafkaSubscriberOptions extends GroupOption, KafkaFetchOptions {
  /**
   * Static membership (KIP-345): who comes back under this name within `sessionTimeout` has its partitions again, without
   * a rebalance. One running member only may have the name. Stopping then does not leave the group.
   */
  readonly groupInstanceId?: string;
  /**
   * How often what is done is committed, in ms; 0: as soon as the commit before has ended. What was done since is
   * handled again after a crash. Default 500. With `ack: "onReceive"` each message is committed before its handler.
   */
  readonly commitInterval?: number;
  /** A member that was not heard of for so long has left, in ms. Default 30000. */
  readonly sessionTimeout?: number;
  /** In ms. Default: a tenth of `sessionTimeout`, at most 3000. */
  readonly heartbeatInterval?: number;
  /** How long members may take to come back in a rebalance, in ms; handlers have half of it to end. Default 60000. */
  readonly rebalanceTimeout?: number;
}

/** Options of a subscriber of chosen partitions, beside the core's. */
export interface KafkaPartitionsOptions extends Omit<KafkaFetchOptions, "from"> {
  /** Default `latest`. An offset holds for each of the partitions. */
  readonly from?: KafkaFrom | { readonly offset: number };
}

/** Options of a publisher, and of one publish, beside the core's. */
export interface KafkaPublishOptions {
  /** Default: by the key, as the Java client does it (murmur2); without a key each in turn. */
  readonly partition?: number;
  /** Default: now. */
  readonly timestamp?: number | Date;
  readonly acks?: KafkaAcks;
  readonly compression?: KafkaCompression;
  /** Headers that are no text, or that come several times. */
  readonly binaryHeaders?: Readonly<Record<string, Uint8Array | readonly (Uint8Array | string)[]>>;
}

/** A message as kafkajs gives it, with where it came from. */
export type KafkaRawMessage = KafkaMessage & {
  readonly topic: string;
  readonly partition: number;
};

/** Kafka keeps what it delivered, so there is no mode: everything can come again. */
export interface KafkaKind extends KindTypes {
  subscriber: KafkaSubscriberOptions;
  publisher: KafkaPublishOptions;
  publish: KafkaPublishOptions;
  raw: KafkaRawMessage;
  channels: {
    pattern: {
      subscriber: KafkaSubscriberOptions;
      publisher: never;
      atMostOnce: false;
      raw: KafkaRawMessage;
    };
    partitions: {
      subscriber: KafkaPartitionsOptions;
      publisher: never;
      atMostOnce: false;
      raw: KafkaRawMessage;
    };
  };
  mode: { option: never; values: "kafka"; default: "kafka"; atMostOnce: never };
}
