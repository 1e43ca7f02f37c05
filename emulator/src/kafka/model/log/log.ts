/**
 * The log of a partition: https://kafka.apache.org/documentation/#log. What is appended gets its offsets here and is
 * committed at once; what may be read ends at the high watermark, or for some at the first open transaction.
 */
import { MalformedRecords } from "../../wire/malformed-records.ts";
import { Batch, place, stamp } from "../../wire/record-batch.ts";
import { encodeBatch } from "../../wire/records.ts";
import { transactionMarker } from "../../wire/transaction-marker.ts";
import type {
  Appended,
  Appender,
  Log,
  ProducerIdAndEpoch,
  ProducerState,
  ReadRecords,
  ReadTerms,
  TimedRecord,
  TransactionEnd,
} from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { AbortedTransactions } from "./aborted-transactions.ts";
import { admit } from "./admission.ts";
import { compact } from "./compaction.ts";
import { LeaderEpochs } from "./leader-epochs.ts";
import type { LogHost, LogOwner } from "./host.ts";
import { type LogSnapshot, restoreParts, snapshotParts } from "./snapshot.ts";
import { readLog } from "./reading.ts";
import { ProducerStates } from "./producer-states.ts";
import { expiredCount } from "./retention.ts";
import { mustRoll } from "./rolling.ts";
import { BATCH_OVERHEAD, Segments } from "./segments.ts";
import { findMaxTime, findTime } from "./time-search.ts";

export class PartitionLog implements Log {
  readonly owner: LogOwner;
  readonly segments: Segments = new Segments();
  readonly producerStates: ProducerStates;
  readonly aborted: AbortedTransactions = new AbortedTransactions();
  readonly epochs: LeaderEpochs = new LeaderEpochs();
  /** Up to where it is compacted. */
  cleanedTo = 0;
  readonly #host: LogHost;
  readonly #listeners = new Set<() => void>();
  #start = 0;
  #end = 0;

  constructor(owner: LogOwner, host: LogHost) {
    this.owner = owner;
    this.#host = host;
    this.producerStates = new ProducerStates(
      this.name,
      () => host.now() - host.config("producer.id.expiration.ms"),
    );
  }

  /** `topic-0` */
  get name(): string {
    return `${this.owner.topic.name}-${this.owner.index}`;
  }

  get startOffset(): number {
    return this.#start;
  }

  get highWatermark(): number {
    return this.#end;
  }

  get lastStableOffset(): number {
    return Math.min(this.producerStates.firstOpen, this.#end);
  }

  get size(): number {
    return this.segments.size;
  }

  get producers(): readonly ProducerState[] {
    return this.producerStates.states;
  }

  append(records: Buffer, _by: Appender): Appended {
    const { configs } = this.owner.topic;
    const terms = { name: this.name, configs, now: this.#host.now() };
    const admitted = legible(() => admit(records, terms));
    if (admitted === undefined) return this.#answer(-1, -1, []);
    const { batch, maxTimestamp } = admitted;
    if (batch.producerId >= 0) {
      const earlier = this.producerStates.duplicateOf(batch);
      if (earlier !== undefined) return this.#answer(earlier.firstOffset, earlier.timestamp, []);
      this.producerStates.check(batch, this.#end);
    }
    const written = this.#write(batch, maxTimestamp);
    if (written.producerId >= 0) this.producerStates.appended(written, this.#host.now());
    this.#tell();
    return this.#answer(written.baseOffset, this.#appendTime(written.maxTimestamp), [written]);
  }

  needsVerification(producer: ProducerIdAndEpoch, sequence: number): boolean {
    return this.producerStates.needsVerification(producer, sequence, this.#host.now());
  }

  endTransaction({ producerId, producerEpoch, committed, coordinatorEpoch }: TransactionEnd): void {
    const now = this.#host.now();
    this.producerStates.checkEnd(producerId, producerEpoch, coordinatorEpoch, this.#end);
    const record = {
      ...transactionMarker(committed, coordinatorEpoch),
      timestamp: now,
      headers: [],
    };
    const marker = encodeBatch([record], {
      producerId,
      producerEpoch,
      isTransactional: true,
      isControl: true,
    });
    const { baseOffset } = this.#write(marker, now);
    const first = this.producerStates.ended(producerId, producerEpoch, coordinatorEpoch, now);
    if (first >= 0 && !committed)
      this.aborted.add({ producerId, firstOffset: first, lastOffset: baseOffset });
    this.#tell();
  }

  read(offset: number, terms: ReadTerms): ReadRecords {
    if (offset < this.#start || offset > this.#end)
      throw new KafkaError(
        "OFFSET_OUT_OF_RANGE",
        `Received request for offset ${offset} for partition ${this.name}, but we only have log segments in the range ${this.#start} to ${this.#end}.`,
      );
    const end = terms.committedOnly ? this.lastStableOffset : this.#end;
    return readLog(this, offset, terms, end);
  }

  findTime(timestamp: number): TimedRecord | null {
    return legible(() => findTime(this.segments.all, this.#start, timestamp));
  }

  findMaxTime(): TimedRecord | null {
    return legible(() => findMaxTime(this.segments.all));
  }

  deleteBefore(offset: number): void {
    if (offset < 0 || offset > this.#end)
      throw new KafkaError(
        "OFFSET_OUT_OF_RANGE",
        `Cannot increment the log start offset to ${offset} of partition ${this.name} since it is larger than the high watermark ${this.#end}`,
      );
    if (offset <= this.#start) return;
    // A segment goes when all of it is before the start.
    const { all } = this.segments;
    const kept = all.findIndex((_, index) => (all[index + 1]?.baseOffset ?? this.#end) > offset);
    this.#changing(() => this.segments.dropFirst(kept < 0 ? all.length : kept));
    this.#startAt(offset);
  }

  endOfEpoch(epoch: number): { readonly epoch: number; readonly offset: number } {
    this.#enterEpoch();
    return this.epochs.endOf(epoch, this.#end);
  }

  onMore(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  messageAt(offset: number): number | undefined {
    return this.segments.messageAt(offset);
  }

  /** Lets go what the topic's retention does not keep. */
  retain(now: number): void {
    const expired = expiredCount(this.segments.all, this.owner.topic.configs, now);
    this.#changing(() => this.segments.dropFirst(expired));
    this.#startAt(this.segments.all[0]?.baseOffset ?? this.#end);
  }

  /** Compacts what may be compacted now. */
  compact(now: number): void {
    this.#changing(() => legible(() => compact(this, now)));
    // What is left may be older than what was there.
    this.#host.grown(true);
  }

  /** Lets go the oldest sixteenth, so that there is memory for what is new. */
  shrink(): void {
    this.#changing(() => this.segments.dropBytes(Math.ceil(this.size / 16)));
    this.#startAt(this.segments.firstOffset ?? this.#end);
  }

  configured(): void {
    this.#host.grown(true);
    this.#host.rolled();
  }

  snapshot(): LogSnapshot {
    const [start, end] = [this.#start, this.#end];
    return { start, end, cleanedTo: this.cleanedTo, ...snapshotParts(this) };
  }

  /** `moved`: how much the clock shows more than when the snapshot was taken. @throws {TypeError} */
  restore(snapshot: LogSnapshot, moved: number): void {
    this.#changing(() => restoreParts(this, snapshot, moved, (count) => this.#number(count)));
    this.#start = snapshot.start;
    this.#end = snapshot.end;
    this.cleanedTo = snapshot.cleanedTo;
    this.configured();
  }

  close(): void {
    this.#host.held(-this.segments.memory);
    this.#host.closed();
    this.#listeners.clear();
  }

  /** The batch as it lies in the log: the one copy that is made of it. */
  #write(batch: Batch, maxTimestamp: number): Batch {
    const now = this.#host.now();
    const { topic, leaderEpoch } = this.owner;
    const { configs } = topic;
    this.#enterEpoch();
    const last = this.#end + batch.lastOffset - batch.baseOffset;
    if (mustRoll(this.segments.active, batch, { configs, now, last })) {
      this.segments.begin(this.#end, now);
      this.#host.rolled();
    }
    const bytes = this.segments.reserve(batch.bytes.length);
    batch.bytes.copy(bytes);
    place(bytes, this.#end, leaderEpoch);
    if (configs.get("message.timestamp.type") === "LogAppendTime") stamp(bytes, now, true);
    else if (batch.maxTimestamp !== maxTimestamp || batch.isLogAppendTime)
      stamp(bytes, maxTimestamp, false);
    const written = new Batch(bytes);
    this.segments.append(written, this.#number(last - this.#end + 1), now);
    this.#end = last + 1;
    this.#host.held(bytes.length + BATCH_OVERHEAD);
    this.#host.grown();
    return written;
  }

  /** As many numbers of the journal. Returns the first. */
  #number(count: number): number {
    const first = this.#host.nextMessage();
    for (let index = 1; index < count; index++) this.#host.nextMessage();
    return first;
  }

  #enterEpoch(): void {
    this.epochs.begin(this.owner.leaderEpoch, this.#end);
  }

  #startAt(offset: number): void {
    if (offset <= this.#start) return;
    this.#start = offset;
    this.aborted.deleteBefore(offset);
    this.epochs.deleteBefore(offset);
  }

  #changing(change: () => void): void {
    const before = this.segments.memory;
    change();
    this.#host.held(this.segments.memory - before);
  }

  #appendTime(timestamp: number): number {
    const type = this.owner.topic.configs.get("message.timestamp.type");
    return type === "LogAppendTime" ? timestamp : -1;
  }

  #answer(baseOffset: number, logAppendTime: number, batches: readonly Batch[]): Appended {
    return { baseOffset, logAppendTime, startOffset: this.#start, batches };
  }

  #tell(): void {
    // A copy: who waits further comes back in while it is told.
    const listeners = Array.from(this.#listeners);
    for (const listener of listeners) listener();
  }
}

/** What cannot be read is an error of the protocol. */
function legible<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedRecords) throw new KafkaError(error.error, error.message);
    throw error;
  }
}
