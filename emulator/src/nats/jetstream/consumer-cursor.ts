/**
 * Where a consumer reads in its stream, and how many messages are before it. The number is counted once and then kept,
 * so that a delivery costs no count; what cannot be kept (a purge, messages that went before they were read) is counted again.
 */
import { type ConsumerConfig, filtersOf } from "./consumer-config.ts";
import type { StoredMessage, StreamView } from "./contract.ts";
import { subjectTest } from "./subject-sets.ts";

export interface CursorSnapshot {
  readonly next: number;
  readonly skip: readonly number[];
}

export class Cursor {
  readonly #stream: StreamView;
  #filters: readonly string[];
  #test: (subject: string) => boolean;
  /** The sequence number from which on it reads. */
  #next: number;
  /** Last messages of their subjects, to be read before `#next`. */
  #skip: number[] = [];
  /** The last that was read; the one before the first of `#skip` at the beginning. */
  #read: number;
  /** Messages from `#next` on; undefined: to be counted. */
  #ahead: number | undefined;

  constructor(stream: StreamView, config: ConsumerConfig, from?: CursorSnapshot) {
    this.#stream = stream;
    this.#filters = filtersOf(config);
    this.#test = subjectTest(this.#filters);
    if (from === undefined) {
      this.#next = this.#start(config);
    } else {
      this.#next = from.next;
      this.#skip = [...from.skip];
    }
    this.#read = (this.#skip[0] ?? this.#next) - 1;
  }

  /** Up to where the stream is read, as CONSUMER.INFO says it. */
  get read(): number {
    return this.#skip.length > 0 ? this.#read : this.#next - 1;
  }

  /** CONSUMER.INFO's num_pending, and the last token of an acknowledgement's subject. */
  get pending(): number {
    this.#ahead ??= this.#stream.count(this.#next, this.#filters);
    return this.#skip.length + this.#ahead;
  }

  /** `unread`: a message that counts as not read yet. */
  snapshot(unread: number | undefined): CursorSnapshot {
    const skip = [...this.#skip];
    if (unread === undefined) return { next: this.#next, skip };
    return unread === this.#next - 1
      ? { next: unread, skip }
      : { next: this.#next, skip: [unread, ...skip] };
  }

  /** Reads the next message. */
  take(): StoredMessage | undefined {
    for (let seq = this.#skip.shift(); seq !== undefined; seq = this.#skip.shift()) {
      const message = this.#stream.get(seq);
      if (message === undefined) continue;
      this.#read = seq;
      return message;
    }
    const message = this.#stream.next(this.#next, this.#filters);
    if (message === undefined) {
      // nats-server says it has delivered up to the end, though the filters left the last ones out.
      this.#next = Math.max(this.#next, this.#stream.last + 1);
      this.#ahead = 0;
      return undefined;
    }
    this.#next = message.seq + 1;
    if (this.#ahead !== undefined) this.#ahead--;
    return message;
  }

  /** Nobody took it: it is read again. */
  back({ seq }: StoredMessage): void {
    if (seq !== this.#next - 1) {
      this.#skip.unshift(seq);
      return;
    }
    this.#next = seq;
    if (this.#ahead !== undefined) this.#ahead++;
  }

  appended({ seq, subject }: StoredMessage): void {
    if (seq >= this.#next && this.#ahead !== undefined && this.#test(subject)) this.#ahead++;
  }

  /** Messages have gone. */
  removed(seqs: readonly number[]): void {
    if (seqs.some((seq) => seq >= this.#next)) this.#ahead = undefined;
    if (this.#skip.length > 0) this.#skip = this.#skip.filter((seq) => !seqs.includes(seq));
  }

  /** Reads no message before this one. */
  moveTo(seq: number): void {
    this.#ahead = undefined;
    this.#next = Math.max(this.#next, seq);
    this.#skip = this.#skip.filter((each) => this.#stream.get(each) !== undefined);
  }

  /** Whether it has this message still before it. */
  isAhead(seq: number, subject: string): boolean {
    return (seq >= this.#next && this.#test(subject)) || this.#skip.includes(seq);
  }

  /** Whether its filters let the subject through. */
  reads(subject: string): boolean {
    return this.#test(subject);
  }

  filter(config: ConsumerConfig): void {
    this.#filters = filtersOf(config);
    this.#test = subjectTest(this.#filters);
    this.#ahead = undefined;
  }

  #start(config: ConsumerConfig): number {
    const { first, last } = this.#stream;
    const wanted = this.#wantedStart(config);
    if (first === 0) return 1;
    return Math.min(Math.max(wanted, first), last + 1);
  }

  #wantedStart(config: ConsumerConfig): number {
    const { first, last } = this.#stream;
    switch (config.deliver_policy) {
      case "all":
        return first;
      case "new":
        return last + 1;
      case "last":
        return this.#filters.length === 0 ? last : this.#stream.lastOf(this.#filters);
      case "by_start_sequence":
        return config.opt_start_seq ?? first;
      case "by_start_time":
        return this.#stream.firstAt(Date.parse(config.opt_start_time ?? ""));
      case "last_per_subject":
        this.#skip = [...this.#stream.lastPerSubject(this.#filters)];
        // With none, nats-server starts at the last of the stream, which the filters leave out.
        return this.#skip.length > 0 ? last + 1 : last;
    }
  }
}
