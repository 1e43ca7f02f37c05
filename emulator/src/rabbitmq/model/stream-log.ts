/**
 * The messages of a stream by their offsets, in segments: retention takes whole ones, from the oldest on, and looks only
 * when a new one begins. https://www.rabbitmq.com/docs/streams#retention
 *
 * RabbitMQ keeps them on disk, this in memory: beyond MEMORY_LIMIT the oldest go whatever the stream's retention says.
 */
import type { Message } from "./contract.ts";

export interface StreamEntry {
  message: Message;
  /** ms since 1970. */
  readonly time: number;
}

export interface Retention {
  readonly maxBytes: number | null;
  /** In ms. */
  readonly maxAge: number | null;
  readonly segmentBytes: number;
}

export type TakenBy = "max-age" | "max-length-bytes" | "memory-limit";

interface Segment {
  first: number;
  bytes: number;
  newest: number;
}

/** Bytes for each stream, as `sizeOf` counts them. */
const MEMORY_LIMIT = 128 * 1024 * 1024;
/** What a message takes beside properties and body in a segment of RabbitMQ's, more or less. */
const OVERHEAD = 128;

export class StreamLog {
  /** Messages so far, those that are gone included: the offset of the next. */
  #next = 0;
  #first = 0;
  #bytes = 0;
  #bodyBytes = 0;
  #entries: (StreamEntry | undefined)[] = [];
  /** Where `#first` stands: what is before it is gone, and taken off now and then. */
  #start = 0;
  readonly #segments: Segment[] = [];
  readonly #retention: () => Retention;
  readonly #taken: (entry: StreamEntry, by: TakenBy) => void;

  /** `taken` is told of each message that is not kept any more. */
  constructor(retention: () => Retention, taken: (entry: StreamEntry, by: TakenBy) => void) {
    this.#retention = retention;
    this.#taken = taken;
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  at(offset: number): StreamEntry | undefined {
    return offset < this.#first ? undefined : this.#entries[this.#start + offset - this.#first];
  }

  /** The first that came at this time or later; `next` where none has. */
  since(time: number): number {
    let from = this.#first;
    let to = this.#next;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.at(middle)?.time ?? time) >= time) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  append(entry: StreamEntry): void {
    const last = this.#segments.at(-1);
    const full = last === undefined || last.bytes >= this.#retention().segmentBytes;
    const segment = full ? { first: this.#next, bytes: 0, newest: entry.time } : last;
    const size = sizeOf(entry);
    segment.bytes += size;
    segment.newest = entry.time;
    this.#bytes += size;
    this.#bodyBytes += entry.message.content.body.length;
    this.#entries.push(entry);
    this.#next++;
    if (full) {
      this.#segments.push(segment);
      this.retain(entry.time);
    }
    if (this.#bytes > MEMORY_LIMIT) this.#shrink();
  }

  /** Takes what the retention does not keep. The newest segment stays. */
  retain(now: number): void {
    const { maxBytes, maxAge } = this.#retention();
    if (maxBytes !== null) {
      let left = maxBytes - (this.#segments.at(-1)?.bytes ?? 0);
      let over = Math.max(0, this.#segments.length - 1);
      while (over > 0 && (this.#segments[over - 1]?.bytes ?? 0) <= left)
        left -= this.#segments[--over]?.bytes ?? 0;
      for (; over > 0; over--) this.#dropSegment("max-length-bytes");
    }
    if (maxAge !== null)
      while (this.#segments.length > 1 && (this.#segments[0]?.newest ?? now) < now - maxAge)
        this.#dropSegment("max-age");
  }

  *[Symbol.iterator](): Generator<StreamEntry> {
    for (let place = this.#start; place < this.#entries.length; place++) {
      const entry = this.#entries[place];
      if (entry !== undefined) yield entry;
    }
  }

  /** Empty, with this offset for the next message. */
  reset(next: number): void {
    this.#next = this.#first = next;
    this.#bytes = this.#bodyBytes = this.#start = this.#segments.length = 0;
    this.#entries = [];
  }

  #dropSegment(by: TakenBy): void {
    this.#segments.shift();
    this.#dropUntil(this.#segments[0]?.first ?? this.#next, by);
  }

  /** A sixteenth at once, so that it does not come to this at every message. */
  #shrink(): void {
    while (this.#bytes > (MEMORY_LIMIT / 16) * 15) {
      const [oldest, second] = this.#segments;
      const entry = this.at(this.#first);
      if (oldest === undefined || entry === undefined) return;
      oldest.bytes -= sizeOf(entry);
      this.#dropUntil(this.#first + 1, "memory-limit");
      if (second?.first === this.#first) this.#segments.shift();
      else oldest.first = this.#first;
    }
  }

  #dropUntil(offset: number, by: TakenBy): void {
    for (; this.#first < offset; this.#first++) {
      const entry = this.#entries[this.#start];
      this.#entries[this.#start++] = undefined;
      if (entry === undefined) continue;
      this.#bytes -= sizeOf(entry);
      this.#bodyBytes -= entry.message.content.body.length;
      this.#taken(entry, by);
    }
    if (this.#start < this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#start);
    this.#start = 0;
  }
}

function sizeOf({ message: { content } }: StreamEntry): number {
  return OVERHEAD + content.header.length + content.body.length;
}
