/** What a user may say about streams, consumers, buckets and messages of JetStream. Plain types; times in ms, sizes in bytes. */
import type { GroupOption } from "../kind.ts";

/** A stream. What is left out is the server's default, and not compared with a stream that exists. */
export interface StreamDeclaration {
  readonly name: string;
  /** The subjects it captures, wildcards allowed. Default: the name. */
  readonly subjects?: readonly string[];
  /** Makes the stream where there is none. Default: it must exist. One that exists is never changed. */
  readonly declare?: boolean;
  /** `limits` (default) keeps messages whoever read them, `interest` until every consumer has acknowledged, `workqueue` until one has. */
  readonly retention?: "limits" | "interest" | "workqueue";
  /** Default `file`; what is in `memory` is gone with the server's process. */
  readonly storage?: "file" | "memory";
  /** How long messages are kept, in ms; 0: for ever. */
  readonly maxAge?: number;
  /** -1: any number. */
  readonly maxMessages?: number;
  /** -1: any number. */
  readonly maxMessagesPerSubject?: number;
  /** All messages together, in bytes; -1: any size. */
  readonly maxBytes?: number;
  /** One message, in bytes; -1: as the server allows. */
  readonly maxMessageBytes?: number;
  /** -1: any number. */
  readonly maxConsumers?: number;
  /** What goes when the stream is full: the `old` (default), or the `new`, whose publish then fails. */
  readonly discard?: "old" | "new";
  /** How long a `messageId` is remembered, in ms. Default 2 minutes. */
  readonly duplicateWindow?: number;
  /** Servers of a cluster that keep it: 1 (default), 3 or 5. */
  readonly replicas?: number;
  /** On disk (nats-server 2.10). */
  readonly compression?: boolean;
  /** Whether `schedule` may be used (nats-server 2.12). */
  readonly schedules?: boolean;
  readonly description?: string;
}

/** Where a new consumer begins in the stream. */
export type From =
  | "all"
  | "new"
  | "last"
  | "last-per-subject"
  | { readonly sequence: number }
  | { readonly time: Date };

/** What all consumers of a stream have. */
export interface ReadingOptions {
  /** Further subjects of the stream that are handled as well (nats-server 2.10); their messages have no `params`. */
  readonly subjects?: readonly string[];
  /** No payloads: the handler is given null. */
  readonly headersOnly?: boolean;
  /** `original`: at the pace at which they were published. Default `instant`. */
  readonly replay?: "instant" | "original";
  /** After how many ms without a sign of life the server forgets a consumer; default 5 minutes without a group, never with one. */
  readonly inactiveThreshold?: number;
  /** A request has no answer from a stream. */
  readonly reply?: never;
}

/** A subscriber that acknowledges. With a `group` its consumer is durable and named after it: the members share the messages, and what they miss waits. */
export interface PushOptions extends ReadingOptions, GroupOption {
  /** Where a new consumer begins. Default `all` with a group, `new` without. */
  readonly from?: From;
  /**
   * When a message that is neither acknowledged nor known to be in progress comes again, in ms. Default 30000. A handler
   * may take longer: progress is reported for it.
   */
  readonly ackWait?: number;
  /** How often a message is delivered at most; then it is dropped, with a log line. Default: without end. */
  readonly maxDeliver?: number;
  /** When a message that was not acknowledged comes again, by attempt, in ms; instead of `ackWait`. */
  readonly backoff?: readonly number[];
  /** How many messages of the whole group may be unacknowledged. Default 1000. */
  readonly maxAckPending?: number;
}

export interface PullOptions extends PushOptions {
  /** How many messages are fetched beyond those with the handler. Default: `concurrency`. */
  readonly prefetch?: number;
}

export interface OrderedOptions extends ReadingOptions {
  /** Where to begin. Default `new`. */
  readonly from?: From;
  /** How many messages are fetched beyond those with the handler. Default: `concurrency`. */
  readonly prefetch?: number;
}

/** What a publish to a stream may say. */
export interface StreamPublishOptions {
  /**
   * The stream keeps one message of an id (Nats-Msg-Id) within its `duplicateWindow`; publishing a second one resolves
   * and changes nothing. A publish that an outage interrupts is then tried again.
   */
  readonly messageId?: string;
  /** The publish fails where the stream is not as expected: how to change what nobody else has changed meanwhile. */
  readonly expect?: {
    /** The last sequence of the stream. */
    readonly lastSequence?: number;
    /** The last sequence of this subject; 0: it has none yet. */
    readonly lastSubjectSequence?: number;
    readonly lastMessageId?: string;
  };
  /** The message is kept here and published to `target`, a subject of the same stream, when its time has come (nats-server 2.12). */
  readonly schedule?: { readonly at: Date; readonly target: string };
  /** A stream's answer is that it has the message. */
  readonly reply?: never;
}

/** Settings of a key-value bucket. */
export interface KvDeclaration {
  /** How many values of a key are kept: 1 (default) to 64. */
  readonly history?: number;
  /** How long a value is kept, in ms; 0 (default): for ever. */
  readonly ttl?: number;
  readonly storage?: "file" | "memory";
  readonly replicas?: number;
  readonly maxBytes?: number;
  readonly maxValueBytes?: number;
  /** On disk (nats-server 2.10). */
  readonly compression?: boolean;
  readonly description?: string;
}

export interface KvWatchOptions {
  /** What comes before the updates: `last`, each key's last value (default), `history`, all that is kept, or `updates`, nothing. */
  readonly include?: "last" | "history" | "updates";
  /** `false`: deletes are not handled. Default: the handler is given null. */
  readonly deletes?: boolean;
  readonly reply?: never;
}

export interface KvPutOptions {
  /** The put fails where the key's revision is another one; 0: where the key exists. */
  readonly expect?: { readonly revision: number };
  /** With null: forgets the key's history as well. */
  readonly purge?: boolean;
  readonly reply?: never;
}

/** Settings of an object store. */
export interface ObjectStoreDeclaration {
  /** How long an object is kept, in ms; 0 (default): for ever. */
  readonly ttl?: number;
  readonly storage?: "file" | "memory";
  readonly replicas?: number;
  readonly maxBytes?: number;
  /** On disk (nats-server 2.10). */
  readonly compression?: boolean;
  readonly description?: string;
}

export interface ObjectsWatchOptions {
  /** What comes before the updates: `last`, all objects there are (default), or `updates`, nothing. */
  readonly include?: "last" | "updates";
  /** `false`: deletes are not handled. */
  readonly deletes?: boolean;
  readonly reply?: never;
}

/** What is known of an object without its bytes. */
export interface ObjectChange {
  readonly name: string;
  readonly bucket: string;
  /** In bytes. */
  readonly size: number;
  readonly chunks: number;
  /** `SHA-256=…`. */
  readonly digest: string;
  readonly deleted: boolean;
  /** When it was put or deleted, in ISO 8601. */
  readonly mtime: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}
