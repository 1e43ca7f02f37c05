/**
 * The messages of one stream, in memory: blocks of a thousand by sequence number, so that gaps of any length cost
 * nothing, and an index by subject.
 */
import type { StoredMessage } from "./contract.ts";
import { SubjectIndex, type SubjectMessages } from "./subject-index.ts";
import { hasWildcard, subjectTest } from "./subject-sets.ts";

const BLOCK = 1024;
/** How many messages are looked at one after the other before the index is asked for a wildcard's next. */
const SCAN = 512;
/** How many subjects of a wildcard are asked one by one; when there are more, the scan goes on. */
const SUBJECTS = 4096;

interface Block {
  readonly messages: (StoredMessage | undefined)[];
  live: number;
}

export class MessageStore {
  readonly #blocks = new Map<number, Block>();
  readonly #index = new SubjectIndex();
  readonly #size: (message: StoredMessage) => number;
  readonly #tests = new WeakMap<readonly string[], (subject: string) => boolean>();
  #messages = 0;
  #bytes = 0;
  #first: number;
  #last: number;
  #lastTime = 0;
  #begun: boolean;

  /** `firstSeq` is what the first message gets. */
  constructor(storage: "file" | "memory", firstSeq = 1) {
    this.#size = storage === "file" ? fileSize : memorySize;
    this.#first = firstSeq;
    this.#last = firstSeq - 1;
    this.#begun = firstSeq > 1;
  }

  get messages(): number {
    return this.#messages;
  }

  /** As nats-server counts them, with what its own storage would take. */
  get bytes(): number {
    return this.#bytes;
  }

  get subjects(): number {
    return this.#index.size;
  }

  /** The first message's; last + 1 where there is none. */
  get first(): number {
    return this.#first;
  }

  /** Whether it ever had a message, or was purged of none: before, it says of itself that its first is 0. */
  get begun(): boolean {
    return this.#begun;
  }

  get last(): number {
    return this.#last;
  }

  /** When the last message came, deleted or not; 0 before the first. */
  get lastTime(): number {
    return this.#lastTime;
  }

  /** How many bytes the message would take. */
  sizeOf(message: StoredMessage): number {
    return this.#size(message);
  }

  /** `seq` is above the last; what is between the two counts as deleted. */
  append(message: StoredMessage): StoredMessage {
    const { seq } = message;
    const subject = this.#index.add(message.subject, seq);
    // One string for all messages of a subject.
    const kept = subject === message.subject ? message : { ...message, subject };
    const number = Math.floor(seq / BLOCK);
    let block = this.#blocks.get(number);
    if (block === undefined) this.#blocks.set(number, (block = { messages: [], live: 0 }));
    block.messages[seq % BLOCK] = kept;
    block.live++;
    if (this.#messages === 0) this.#first = seq;
    this.#begun = true;
    this.#last = seq;
    this.#lastTime = kept.time;
    this.#messages++;
    this.#bytes += this.#size(kept);
    return kept;
  }

  /** A sequence number that is given to nothing, or all up to one. */
  skip(seq: number, time: number): void {
    this.#begun = true;
    this.#last = seq;
    this.#lastTime = time;
    if (this.#messages === 0) this.#first = seq + 1;
  }

  delete(seq: number): StoredMessage | undefined {
    const number = Math.floor(seq / BLOCK);
    const block = this.#blocks.get(number);
    const message = block?.messages[seq % BLOCK];
    if (block === undefined || message === undefined) return undefined;
    block.messages[seq % BLOCK] = undefined;
    if (--block.live === 0) this.#blocks.delete(number);
    this.#index.remove(message.subject, seq);
    this.#messages--;
    this.#bytes -= this.#size(message);
    if (seq === this.#first) this.#first = this.#liveFrom(seq + 1)?.seq ?? this.#last + 1;
    return message;
  }

  /** Nothing is left below `seq`, which may be above the last. */
  startAt(seq: number): void {
    this.#begun = true;
    if (seq > this.#last + 1) this.#last = seq - 1;
    if (this.#messages === 0) this.#first = Math.max(this.#first, seq);
  }

  get(seq: number): StoredMessage | undefined {
    return this.#blocks.get(Math.floor(seq / BLOCK))?.messages[seq % BLOCK];
  }

  next(from: number, filters: readonly string[]): StoredMessage | undefined {
    if (filters.length === 0) return this.#liveFrom(from);
    if (filters.length === 1 && !hasWildcard(filters[0] ?? "")) {
      const seq = this.#index.get(filters[0] ?? "")?.from(from) ?? 0;
      return seq === 0 ? undefined : this.get(seq);
    }
    const test = this.#test(filters);
    let message = this.#liveFrom(from);
    for (let steps = 0; message !== undefined; message = this.#liveFrom(message.seq + 1)) {
      if (test(message.subject)) return message;
      if (++steps === SCAN) {
        const seq = this.#lowest(filters, message.seq + 1);
        if (seq !== undefined) return seq === 0 ? undefined : this.get(seq);
      }
    }
    return undefined;
  }

  count(from: number, filters: readonly string[]): number {
    if (filters.length === 0) return this.#countFrom(from);
    let sum = 0;
    for (const subject of this.#index.matching(filters)) sum += subject.countFrom(from);
    return sum;
  }

  lastOf(filters: readonly string[]): number {
    if (filters.length === 0)
      return this.#messages === 0 ? 0 : (this.#lastLive(this.#last)?.seq ?? 0);
    // One of the last ones, mostly: only then are all subjects asked.
    const test = this.#test(filters);
    let recent = this.#lastLive(this.#last);
    for (let steps = 0; recent !== undefined && steps < SCAN; steps++) {
      if (test(recent.subject)) return recent.seq;
      recent = this.#lastLive(recent.seq - 1);
    }
    if (recent === undefined) return 0;
    let last = 0;
    for (const subject of this.#index.matching(filters)) last = Math.max(last, subject.last);
    return last;
  }

  /** The last of each subject, up to and with `upTo`, in order. */
  lastPerSubject(filters: readonly string[], upTo: number = Number.POSITIVE_INFINITY): number[] {
    const found: number[] = [];
    for (const subject of this.#index.matching(filters)) {
      const seq = subject.last <= upTo ? subject.last : subject.upTo(upTo);
      if (seq > 0) found.push(seq);
    }
    return found.sort((one, other) => one - other);
  }

  firstAt(time: number): number {
    let low = this.#first;
    let high = this.#last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const message = this.#liveFrom(middle);
      // Where nothing is left up to the end, the answer is at or before the middle.
      if (message === undefined || message.time >= time) high = middle;
      else low = message.seq + 1;
    }
    return this.#liveFrom(low)?.seq ?? this.#last + 1;
  }

  /** All there are, in order. One may be deleted as soon as it was given. */
  *all(): Generator<StoredMessage> {
    for (
      let message = this.#liveFrom(0);
      message !== undefined;
      message = this.#liveFrom(message.seq + 1)
    )
      yield message;
  }

  /** What one subject has. */
  subject(subject: string): SubjectMessages | undefined {
    return this.#index.get(subject);
  }

  matching(filters: readonly string[]): Iterable<SubjectMessages> {
    return this.#index.matching(filters);
  }

  /** Where there are gaps between the first and the last. */
  deleted(): number[] {
    const gaps: number[] = [];
    for (let seq = this.#first; seq <= this.#last; seq++)
      if (this.get(seq) === undefined) gaps.push(seq);
    return gaps;
  }

  /** A list of filters is compiled once: consumers ask with the same again and again. */
  #test(filters: readonly string[]): (subject: string) => boolean {
    let test = this.#tests.get(filters);
    if (test === undefined) this.#tests.set(filters, (test = subjectTest(filters)));
    return test;
  }

  #liveFrom(from: number): StoredMessage | undefined {
    let seq = Math.max(from, this.#first);
    while (seq <= this.#last) {
      const block = this.#blocks.get(Math.floor(seq / BLOCK));
      const end = (Math.floor(seq / BLOCK) + 1) * BLOCK;
      if (block !== undefined) {
        for (; seq < end; seq++) {
          const message = block.messages[seq % BLOCK];
          if (message !== undefined) return message;
        }
      }
      seq = end;
    }
    return undefined;
  }

  #lastLive(from: number): StoredMessage | undefined {
    for (let seq = from; seq >= this.#first;) {
      const block = this.#blocks.get(Math.floor(seq / BLOCK));
      const start = Math.floor(seq / BLOCK) * BLOCK;
      if (block === undefined) {
        seq = start - 1;
        continue;
      }
      for (; seq >= start; seq--) {
        const message = block.messages[seq % BLOCK];
        if (message !== undefined) return message;
      }
    }
    return undefined;
  }

  #countFrom(from: number): number {
    if (from <= this.#first) return this.#messages;
    if (from > this.#last) return 0;
    if (this.#messages === this.#last - this.#first + 1) return this.#last - from + 1;
    const number = Math.floor(from / BLOCK);
    let sum = 0;
    const block = this.#blocks.get(number);
    for (let place = from % BLOCK; block !== undefined && place < BLOCK; place++)
      if (block.messages[place] !== undefined) sum++;
    const end = Math.floor(this.#last / BLOCK);
    for (let next = number + 1; next <= end; next++) sum += this.#blocks.get(next)?.live ?? 0;
    return sum;
  }

  /** The lowest from `from` on, by the index; undefined where too many subjects match, 0 where none has one. */
  #lowest(filters: readonly string[], from: number): number | undefined {
    let lowest = 0;
    let asked = 0;
    for (const subject of this.#index.matching(filters)) {
      if (++asked > SUBJECTS) return undefined;
      const seq = subject.from(from);
      if (seq > 0 && (lowest === 0 || seq < lowest)) lowest = seq;
    }
    return lowest;
  }
}

/** memStoreMsgSize of nats-server. */
function memorySize({ subject, headers, payload }: StoredMessage): number {
  return Buffer.byteLength(subject) + (headers?.length ?? 0) + payload.length + 16;
}

/** fileStoreMsgSize of nats-server: a record's length, sequence number, time, subject length and checksum. */
function fileSize({ subject, headers, payload }: StoredMessage): number {
  const head = headers === undefined ? 0 : headers.length + 4;
  return 22 + Buffer.byteLength(subject) + head + payload.length + 8;
}
