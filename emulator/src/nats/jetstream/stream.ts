/**
 * One stream: its messages, what its limits and its retention take away again, and those who are told of it.
 * https://docs.nats.io/nats-concepts/jetstream/streams
 */
import type {
  ConsumerView,
  Heard,
  JetStreamView,
  StoredMessage,
  StreamLimits,
  StreamView,
} from "./contract.ts";
import { adviseAbandoned, AtomicBatches } from "./atomic-batches.ts";
import { Dedupe } from "./dedupe.ts";
import { headerValue } from "./header-block.ts";
import { type Limit, overLimits } from "./limits.ts";
import { MessageStore } from "./message-store.ts";
import { limitsOf, NS_PER_MS, type StreamConfig } from "./stream-config.ts";
import { purgeOf } from "./stream-purge.ts";
import type { StreamRecord } from "./stream-record.ts";
import type { StreamLog } from "./stream-log.ts";
import { noteLoss } from "./stream-journal.ts";
import { StreamSubjects } from "./stream-subjects.ts";
import { type OwnMessage, StreamTimes } from "./stream-times.ts";

/** What is removed at once, and why. A reason that is no limit of the stream stays out of the journal. */
type Removal = Limit | "deleted" | "settled" | "expired" | "purged";

export class Stream implements StreamView {
  readonly created: number;
  readonly store: MessageStore;
  readonly dedupe: Dedupe;
  readonly batches: AtomicBatches;
  readonly consumers: Map<string, ConsumerView> = new Map();
  /** The id of the last message that had one, for Nats-Expected-Last-Msg-Id. */
  lastMessageId = "";
  /** While a message of it is being sent on. */
  republishing = false;
  /** Mirrors and sources of it: told of each message that is stored. */
  readonly followers: Set<(message: StoredMessage) => void> = new Set();
  readonly #jetstream: JetStreamView;
  #log: StreamLog | undefined;
  readonly #times: StreamTimes;
  #config: StreamConfig;
  #stops: (() => void)[] = [];
  /** How a message comes in, also one that it makes itself. */
  #receive: (heard: Heard, sourced: boolean) => void = () => {};
  #subjects: StreamSubjects;

  constructor(jetstream: JetStreamView, config: StreamConfig, created: number) {
    this.#jetstream = jetstream;
    this.#config = config;
    this.created = created;
    this.store = new MessageStore(config.storage, config.first_seq);
    this.dedupe = new Dedupe(windowOf(config));
    const { clock } = jetstream.surroundings;
    this.#times = new StreamTimes(clock, this.store, config, {
      publish: (message) => this.#publish(message),
      expire: (seqs) => this.remove(seqs, "expired"),
      expired: (message) => this.lost(message, "expired"),
    });
    this.batches = new AtomicBatches(clock, (id, reason, messages) => {
      for (const message of messages) this.lost(message, `batch ${reason}`);
      adviseAbandoned(jetstream, this.name, id, reason);
    });
    this.#subjects = new StreamSubjects(config);
  }

  get name(): string {
    return this.#config.name;
  }

  get retention(): StreamConfig["retention"] {
    return this.#config.retention;
  }

  get first(): number {
    return this.store.begun ? this.store.first : 0;
  }

  get last(): number {
    return this.store.last;
  }

  get limits(): StreamLimits {
    return limitsOf(this.#config);
  }

  get(seq: number): StoredMessage | undefined {
    return this.store.get(seq);
  }

  next(from: number, filters: readonly string[]): StoredMessage | undefined {
    return this.store.next(from, this.#subjects.simplest(filters));
  }

  count(from: number, filters: readonly string[]): number {
    return this.store.count(from, this.#subjects.simplest(filters));
  }

  lastOf(filters: readonly string[]): number {
    return this.store.lastOf(this.#subjects.simplest(filters));
  }

  lastPerSubject(filters: readonly string[]): readonly number[] {
    return this.store.lastPerSubject(this.#subjects.simplest(filters));
  }

  firstAt(time: number): number {
    return this.store.firstAt(time);
  }

  settled(seq: number): void {
    if (this.retention === "limits") return;
    const message = this.store.get(seq);
    if (message === undefined) return;
    if (this.retention === "workqueue" || !this.wanted(seq, message.subject))
      this.remove([seq], "settled");
  }

  lessWanted(): void {
    if (this.retention !== "interest") return;
    this.#drop(({ seq, subject }) => !this.wanted(seq, subject));
    if (this.store.messages === 0) this.store.startAt(this.store.last + 1);
  }

  #drop(isSettled: (message: StoredMessage) => boolean): void {
    const gone: number[] = [];
    for (const message of this.store.all()) if (isSettled(message)) gone.push(message.seq);
    this.remove(gone, "settled");
  }

  consumerChanged(name: string): void {
    this.#log?.consumerChanged(name);
  }

  /** What becomes of its messages' subjects. */
  get subjects(): StreamSubjects {
    return this.#subjects;
  }

  get config(): StreamConfig {
    return this.#config;
  }

  /** From now on it is kept there. */
  keepIn(log: StreamLog): void {
    this.#log = log;
  }

  /** Begins to hear its subjects. */
  listen(receive: (heard: Heard, sourced: boolean) => void): void {
    this.#receive = receive;
    this.#stops = (this.#config.subjects ?? []).map((subject) =>
      this.#jetstream.surroundings.subscribe(subject, (heard) => receive(heard, false)),
    );
  }

  update(config: StreamConfig): void {
    const from = this.retention;
    this.#config = config;
    this.#configured();
    this.#log?.configured(config, this.created);
    this.enforce();
    // What nobody was meant to acknowledge stays: nats-server asks each consumer what it has done with.
    if (config.retention === "interest" && from !== "interest")
      this.#drop(({ seq, subject }) => this.#isDone(seq, subject) && !this.wanted(seq, subject));
  }

  /** Hears nothing more. */
  silence(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  end(reason: "Stream Deleted" | "Server Shutdown"): void {
    this.silence();
    this.#times.stop();
    this.batches.clear();
    for (const consumer of this.consumers.values()) consumer.end(reason);
    if (reason === "Stream Deleted") {
      this.consumers.clear();
      this.#log?.destroy();
    } else this.#log?.close();
  }

  /** Puts back what was kept of it. */
  restore(record: StreamRecord): void {
    for (const message of record.messages) {
      this.#times.watch(this.store.append(message));
      const id = headerValue(message.headers, "Nats-Msg-Id");
      if (id !== undefined && id !== "") this.dedupe.remember(id, message.seq, message.time);
      this.lastMessageId = id ?? "";
    }
    if (record.last > this.store.last) this.store.skip(record.last, record.lastTime);
    if (record.last > 0) this.store.startAt(record.first);
  }

  /** Plain data. */
  snapshot(): StreamRecord {
    return {
      config: this.#config,
      created: this.created,
      messages: [...this.store.all()],
      first: this.store.first,
      last: this.store.last,
      lastTime: this.store.lastTime,
      consumers: [...this.consumers.values()].map((consumer) => ({
        name: consumer.name,
        snapshot: consumer.snapshot(),
      })),
    };
  }

  #isDone(seq: number, subject: string): boolean {
    for (const consumer of this.consumers.values()) if (consumer.isDone(seq, subject)) return true;
    return false;
  }

  /** Whether a consumer still wants it, or will. */
  wanted(seq: number, subject: string): boolean {
    for (const consumer of this.consumers.values()) if (consumer.wants(seq, subject)) return true;
    return false;
  }

  /** Keeps a message: what the limits say of it has been asked before. `told` is called before the consumers deliver it. */
  append(message: StoredMessage, told: (kept: StoredMessage) => void = () => {}): void {
    const kept = this.store.append(message);
    this.#log?.appended(kept);
    this.#times.watch(kept);
    for (const consumer of this.consumers.values()) consumer.appended(kept);
    this.enforce(kept.subject);
    told(kept);
    for (const consumer of this.consumers.values()) consumer.wake();
    for (const follow of this.followers) follow(kept);
  }

  /** Gives a sequence number to nothing. */
  skip(seq: number): void {
    this.store.skip(seq, this.now());
    this.#log?.skipped(seq, this.store.first, this.now());
  }

  /** Never before the last message's. */
  now(): number {
    return Math.max(this.#jetstream.surroundings.clock.now(), this.store.lastTime);
  }

  /** The journal is told of a message that is not kept, or no longer. */
  lost(message: Pick<StoredMessage, "subject" | "number" | "payload">, rule: string): void {
    noteLoss(this.#jetstream.surroundings.journal, this.name, message, rule);
  }

  remove(seqs: readonly number[], why: Removal): void {
    const gone: StoredMessage[] = [];
    for (const seq of seqs) {
      const message = this.store.delete(seq);
      if (message === undefined) continue;
      this.#times.forget(message);
      gone.push(message);
    }
    if (gone.length === 0) return;
    const removed = gone.map((message) => message.seq);
    this.#log?.removed(removed);
    if (why !== "deleted" && why !== "settled" && why !== "purged")
      for (const message of gone) this.lost(message, why);
    if (why === "purged") return;
    for (const consumer of this.consumers.values()) consumer.removed(removed);
  }

  /** Removes what matches, up to and without `before`, but for the last `keep`. Returns how many went. */
  purge(filter: string, before: number, keep: number): number {
    const { seqs, start } = purgeOf(this, this.store.messages, { filter, before, keep });
    this.remove(seqs, filter === "" || filter === ">" ? "purged" : "deleted");
    if (start !== undefined) {
      this.store.startAt(start);
      this.#log?.skipped(this.store.last, this.store.first, this.store.lastTime);
    }
    for (const consumer of this.consumers.values()) consumer.purged(filter);
    return seqs.length;
  }

  /** Removes what is over the limits; of `subject` only, where that is all that has changed. */
  enforce(subject?: string): void {
    for (const [seq, limit] of overLimits(this.store, this.#config, subject))
      this.remove([seq], limit);
  }

  /** A message of its own making. */
  #publish(message: OwnMessage): void {
    const number = this.#jetstream.surroundings.journal.nextMessage();
    this.#receive({ ...message, number, client: null }, true);
  }

  #configured(): void {
    this.#subjects = new StreamSubjects(this.#config);
    this.dedupe.setWindow(windowOf(this.#config));
    this.#times.configure(this.#config);
    if (!this.#config.allow_atomic) this.batches.clear();
  }
}

function windowOf(config: StreamConfig): number {
  return (config.duplicate_window ?? 0) / NS_PER_MS;
}
