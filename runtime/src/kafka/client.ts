/**
 * What the driver needs of a client for Kafka, and all that it needs. kafkajs-client.ts has it of kafkajs, which is also
 * what a `Kafka` of kafkajs is reached by that was passed in; confluent.ts has it of Confluent's client.
 *
 * Errors bear Kafka's own name of them as `type`, and `retriable` where it may go well another time. One without `type`
 * is the connection's.
 */
import type { KafkaMessage, Message } from "./driver.ts";
import type { KafkaAcks, KafkaCompression, KafkaSubscriberOptions } from "./options.ts";

/** A client on loan. */
export interface Lease {
  /** `once`: it gives up at the first failure. */
  admin(how?: { readonly once?: boolean }): Admin;
  producer(options: ProducerOptions): Producer;
  consumer(options: ConsumerOptions, events: ConsumerEvents): Consumer;
  /** Asks for a topic in a way that makes the broker create it, where it does so. */
  provoke(topic: string): Promise<void>;
  /** Ends whatever it still tries. */
  release(): void;
}

/** How stubborn a client is. */
export interface Retry {
  readonly initialRetryTime: number;
  readonly maxRetryTime: number;
  readonly retries: number;
}

export interface Clients {
  /** The addresses, for logs and errors. */
  readonly shown: string;
  /** Whether one client may have several members in one group. */
  readonly sharesGroups: boolean;
  open(retry: Retry): Lease;
  /** Tells of lost connections from now on. Absent where they are noticed otherwise, or cannot be. */
  watch?(lost: (cause: Error) => void): Promise<Watch>;
}

export interface Watch {
  /** Resolves when a broker answers, and it watches again. */
  probe(): Promise<void>;
  stop(): void;
}

/** Questions to the cluster. */
export interface Admin {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  listTopics(): Promise<string[]>;
  fetchTopicMetadata(of: { topics: string[] }): Promise<{
    topics: readonly { readonly partitions: readonly { readonly partitionId: number }[] }[];
  }>;
  fetchTopicOffsets(
    topic: string,
  ): Promise<
    readonly { readonly partition: number; readonly low: string; readonly high: string }[]
  >;
  fetchTopicOffsetsByTimestamp(topic: string, timestamp: number): Promise<readonly OffsetOf[]>;
  fetchOffsets(of: {
    groupId: string;
    topics: string[];
  }): Promise<readonly { readonly topic: string; readonly partitions: readonly OffsetOf[] }[]>;
  /** Resolves when it can be used. */
  createTopic(topic: NewTopic): Promise<void>;
  deleteGroups(groups: string[]): Promise<unknown>;
}

interface OffsetOf {
  readonly partition: number;
  readonly offset: string;
}

export interface NewTopic {
  readonly topic: string;
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly configEntries: { name: string; value: string }[];
}

export interface ProducerOptions {
  readonly idempotent: boolean;
  /** Whether it may ask the broker to make topics. */
  readonly auto: boolean;
  /** For so long a client that keeps messages itself may try, in ms. */
  readonly timeout: number;
}

export interface Producer {
  connect(): Promise<void>;
  /** Resolves with what failed of a batch that was taken in part. @throws what failed for all of it. */
  send(
    topic: string,
    messages: readonly Message[],
    how: { readonly acks: KafkaAcks; readonly compression: KafkaCompression },
  ): Promise<ReadonlyMap<Message, Error>>;
  disconnect(): Promise<void>;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly options: KafkaSubscriberOptions;
  /** It reads these, whatever its group of one would give it. */
  readonly fixed: { readonly topic: string; readonly partitions: readonly number[] } | undefined;
}

/** Partitions by topic. */
export type Assigned = Readonly<Record<string, readonly number[]>>;

export interface ConsumerEvents {
  /** Before it joins: false while handlers still run; then it asks again a little later. */
  mayJoin(): boolean;
  /** The same for who can wait: resolves when nothing is under way. */
  retire(): Promise<void>;
  /** A new generation of the group has begun, and these are ours. Resolves when `seek` has said where each goes on. */
  assigned(assignment: Assigned): Promise<void>;
  batch(fetched: Fetched): Promise<void>;
  /** A fetch had nothing for us up to this offset. */
  passed(topic: string, partition: number, upTo: number): void;
  /** It will read no more. */
  crashed(error: Error): void;
}

/** One fetch's records of one partition. */
export interface Fetched {
  readonly batch: {
    readonly topic: string;
    readonly partition: number;
    readonly highWatermark: string;
    readonly messages: KafkaMessage[];
    firstOffset(): string | null;
    lastOffset(): string;
  };
  /** To be called now and then while it is held. */
  heartbeat(): Promise<void>;
  /** Whether somebody has sought another position since. */
  isStale(): boolean;
}

/** One member of a group. */
export interface Consumer {
  /** Resolves when it is in its group. @throws what keeps it from that. */
  start(topics: readonly string[]): Promise<void>;
  commitOffsets(offsets: { topic: string; partition: number; offset: string }[]): Promise<void>;
  seek(to: { topic: string; partition: number; offset: string }): void;
  pause(what: { topic: string; partitions: number[] }[]): void;
  resume(what: { topic: string; partitions: number[] }[]): void;
  disconnect(): Promise<void>;
}
