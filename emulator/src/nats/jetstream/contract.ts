/**
 * What the parts of JetStream know of each other: a stream of its consumers, a consumer of its stream, and both of the
 * account around them. https://docs.nats.io/nats-concepts/jetstream
 */
import type { Clock } from "../../clock.ts";
import type { Journal, JournalClient } from "../../journal.ts";

/** A message that a stream keeps. */
export interface StoredMessage {
  /** From 1; never given twice in one stream. */
  readonly seq: number;
  /** ms since 1970; what JetStream says in nanoseconds ends in six zeros. */
  readonly time: number;
  readonly subject: string;
  /** The header block, `NATS/1.0` line included. */
  readonly headers?: Uint8Array;
  readonly payload: Uint8Array;
  /** The journal's number of it. */
  readonly number: number;
}

/** A stream, as its consumers see it. */
export interface StreamView {
  readonly name: string;
  readonly retention: "limits" | "interest" | "workqueue";
  /** The first and the last sequence number; 0 and 0 where it never had a message. When all have gone, first is last + 1. */
  readonly first: number;
  readonly last: number;
  get(seq: number): StoredMessage | undefined;
  /** The first message from `from` on whose subject matches one of the filters; all match where there are none. */
  next(from: number, filters: readonly string[]): StoredMessage | undefined;
  /** How many such messages there are from `from` on: a consumer's num_pending. */
  count(from: number, filters: readonly string[]): number;
  /** The sequence number of the last such message; 0 where there is none. */
  lastOf(filters: readonly string[]): number;
  /** Those of the last message of each subject that matches, in order. */
  lastPerSubject(filters: readonly string[]): readonly number[];
  /** Of the first message at or after a time, ms; last + 1 where there is none. */
  firstAt(time: number): number;
  /** The consumer has done with this message: with interest or work queue retention it may go. */
  settled(seq: number): void;
  /** Its consumers by name; consumer-api.ts and the consumers themselves put them in and take them out. */
  readonly consumers: Map<string, ConsumerView>;
  /** A consumer has gone, or wants less: with interest retention, what nobody wants may go. */
  lessWanted(): void;
  /** What a consumer's configuration is held against. */
  readonly limits: StreamLimits;
  /** A consumer's snapshot differs from before: a file stream writes it down soon. */
  consumerChanged(name: string): void;
}

/** JetStream, as the consumers see it: `consumerApi(jetstream): ApiTable` and `restoreConsumer(jetstream, stream, snapshot)` of consumer-api.ts take it. */
export interface JetStreamView {
  readonly surroundings: Surroundings;
  readonly domain: string | undefined;
  readonly account: AccountLimits;
  stream(name: string): StreamView | undefined;
  /**
   * Hears `$JS.API.<subject>` and, in a domain, `$JS.<domain>.API.<subject>`. For CONSUMER.MSG.NEXT: each consumer hears its own,
   * so that for one that is gone there is no responder. The heard subject is the one it came on.
   */
  hear(subject: string, heard: (message: Heard) => void): () => void;
  /** Sends `{ type, id, timestamp, ...body, domain? }`, where somebody listens. */
  advise(subject: string, type: string, body: object): void;
}

export interface StreamLimits {
  readonly subjects: readonly string[];
  /** -1 or 0: no limit. */
  readonly maxConsumers: number;
  /** -1: no limit. */
  readonly maxMsgSize: number;
  readonly replicas: number;
  /** `consumer_limits`, 0 where there is none; `inactiveThreshold` in ns. */
  readonly maxAckPending: number;
  readonly inactiveThreshold: number;
}

/** A consumer, as its stream sees it. */
export interface ConsumerView {
  readonly name: string;
  /** A message has come in: it counts from now on. */
  appended(message: StoredMessage): void;
  /** Delivers what has come in. */
  wake(): void;
  /** Messages have gone without its doing: deleted, expired, over a limit. Those of a purge of everything are not told one by one. */
  removed(seqs: readonly number[]): void;
  /** What matches was purged; "" is everything. */
  purged(filter: string): void;
  /** Whether it will still want this message, or has not acknowledged it: interest retention keeps it then. */
  wants(seq: number, subject: string): boolean;
  /** Whether it was meant for this message, and has acknowledged it and all before it. */
  isDone(seq: number, subject: string): boolean;
  /** Ends it: waiting requests are told 409. */
  end(reason: "Consumer Deleted" | "Stream Deleted" | "Server Shutdown"): void;
  /** As in CONSUMER.INFO. */
  info(): object;
  /** Plain data, to be restored. */
  snapshot(): unknown;
}

/** The account that JetStream works in: its subjects, and what is common to the whole emulator. */
export interface Surroundings {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Tells whoever runs the emulator what it does not offer. */
  log(text: string): void;
  /** Sends as the system. Returns how many took it: subscriptions, one for each queue group. */
  publish(
    subject: string,
    message: {
      readonly reply?: string;
      readonly headers?: Uint8Array;
      readonly payload: Uint8Array;
      /** The journal's number; a new one where it is left out. */
      readonly number?: number;
      /** A stream's message on its way to a consumer's client: `subject` only leads to it. The client and the journal see the message's own. */
      readonly delivery?: Delivery;
      /** What only the protocol has to say (status messages, advisories, answers of the API) stays out of the journal. */
      readonly quiet?: boolean;
    },
  ): number;
  /** Hears a subject, wildcards included, beside the clients' subscriptions. Returns how to stop. */
  subscribe(subject: string, heard: (message: Heard) => void): () => void;
  /** Whether somebody else is subscribed to this subject, by a wildcard or as it is. */
  interest(subject: string): boolean;
  /** Whether somebody else is subscribed to exactly this subject, in this queue group; in none where it is undefined. */
  bound(subject: string, group: string | undefined): boolean;
  /** Calls back whenever one of these answers may have changed. Returns how to stop. */
  onInterest(subject: string, changed: () => void): () => void;
}

/** What one account may keep: bytes and counts; -1: no limit. https://docs.nats.io/running-a-nats-service/configuration/resource_management */
export interface AccountLimits {
  readonly maxMemory: number;
  readonly maxStorage: number;
  readonly maxStreams?: number;
  /** Of each stream. */
  readonly maxConsumers?: number;
  readonly maxAckPending?: number;
  readonly memoryMaxStreamBytes?: number;
  readonly storageMaxStreamBytes?: number;
  readonly maxBytesRequired?: boolean;
  /** Which number of replicas an account's token gives them for: `R1`. */
  readonly tier?: string;
}

/** How an account's JetStream is opened: `createJetStream(surroundings, options)` of jetstream.ts. */
export interface JetStreamOptions extends AccountLimits {
  /** Answered beside `$JS.API.` under `$JS.<domain>.API.`, and said in PubAck. */
  readonly domain?: string;
  /** The account's own folder for file streams, made when it is needed; all is kept in memory where it is left out. */
  readonly storeDir?: string;
  /** Said in infos, as the leader of all, and in advisories. */
  readonly serverName: string;
}

/** JetStream of one account. */
export interface JetStream {
  /** As `$JS.API.INFO` answers: memory, storage, streams, consumers, limits, api; for /jsz and /varz. */
  info(): {
    readonly memory: number;
    readonly storage: number;
    readonly streams: number;
    readonly consumers: number;
    readonly api: { readonly total: number; readonly errors: number };
  };
  /** For /jsz: each stream as STREAM.INFO answers, its consumers as CONSUMER.INFO does. */
  streams(): readonly { readonly info: object; readonly consumers: readonly object[] }[];
  /** Plain data. */
  snapshot(): unknown;
  /** Throws where it cannot be read, and then leaves everything as it was. */
  restore(snapshot: unknown): void;
  /** The server ends: waiting requests are told, what is to be on disk is written. */
  close(): Promise<void>;
}

/** What a consumer's message is, beside where it goes. */
export interface Delivery {
  /** The message's own subject. */
  readonly subject: string;
  /** The consumer's filter, or the subject. */
  readonly pattern: string;
  /** The consumer's name. */
  readonly group: string;
  /** Whether it was delivered before. */
  readonly again: boolean;
}

/** A message that came on a subject JetStream listens to. */
export interface Heard {
  readonly subject: string;
  readonly reply?: string;
  readonly headers?: Uint8Array;
  readonly payload: Uint8Array;
  readonly number: number;
  /** Who sent it; null for the system. */
  readonly client: JournalClient | null;
}

/** An API: what comes after `$JS.API.`, with wildcards, and what answers it. The answer is JSON, or nothing. */
export interface ApiCall {
  /** What stands for each wildcard. */
  readonly params: readonly string[];
  /** The request's JSON; undefined where it is empty. */
  readonly body: unknown;
  readonly heard: Heard;
}

/** By subject pattern: `STREAM.CREATE.*`; `type` in full: `io.nats.jetstream.api.v1.stream_create_response`. Returns what is answered beside `type`; undefined answers nothing (MSG.NEXT answers by itself). `beside`: what Go's zero values put beside an error. */
export type ApiTable = Readonly<
  Record<
    string,
    { readonly type: string; readonly beside?: object; run(call: ApiCall): object | undefined }
  >
>;

/** An answer that refuses: `{ error: { code, err_code, description } }`. */
export class ApiError extends Error {
  /** As HTTP has it. */
  readonly code: number;
  /** nats-server's own number: errors.json. */
  readonly errCode: number;

  constructor(code: number, errCode: number, description: string) {
    super(description);
    this.name = "ApiError";
    this.code = code;
    this.errCode = errCode;
  }
}
