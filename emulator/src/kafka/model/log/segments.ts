/**
 * The batches of a partition by their offsets, in segments: retention and compaction take whole ones, and leave the last,
 * which is appended to. https://kafka.apache.org/documentation/#log
 *
 * The bytes lie one behind the other in blocks, so that what is read goes out as one view of each, uncopied.
 */
import { Batch } from "../../wire/record-batch.ts";

/** A segment as Kafka has it in a file. */
export interface Segment {
  readonly baseOffset: number;
  readonly batches: Batch[];
  /** The journal's number of each batch's first message. */
  readonly messages: number[];
  bytes: number;
  /** The greatest of its batches; -1 where none says one. */
  maxTimestamp: number;
  /** The clock, when it was begun, and when it was last appended to. */
  readonly created: number;
  modified: number;
  /** How much the clock had moved on when it was restored from a snapshot: retention goes on from where it was. */
  readonly moved: number;
}

/** What a batch takes in memory beside its bytes. */
export const BATCH_OVERHEAD = 200;
const FIRST_BLOCK = 1024;
const LARGEST_BLOCK = 256 * 1024;

export class Segments {
  readonly all: Segment[] = [];
  #block = Buffer.alloc(0);
  #used = 0;
  /** The place in its segment of the batch whose message was asked for last: mostly it goes on from there. */
  #asked = -1;

  /** Bytes of all batches. */
  get size(): number {
    return this.all.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What they take in memory, more or less. */
  get memory(): number {
    return this.all.reduce(
      (sum, { bytes, batches }) => sum + bytes + batches.length * BATCH_OVERHEAD,
      0,
    );
  }

  /** Of the first batch that is left. */
  get firstOffset(): number | undefined {
    return this.all.find(({ batches }) => batches.length > 0)?.batches[0]?.baseOffset;
  }

  get active(): Segment | undefined {
    return this.all.at(-1);
  }

  begin(baseOffset: number, now: number): void {
    this.all.push(emptySegment({ baseOffset, created: now, modified: now, moved: 0 }));
  }

  /** Room for a batch, which the caller fills before it appends it. */
  reserve(length: number): Buffer {
    // What is large lies by itself: the rest of a block would be lost.
    if (length > LARGEST_BLOCK / 4) return Buffer.allocUnsafeSlow(length);
    if (this.#used + length > this.#block.length) {
      const wanted = Math.max(FIRST_BLOCK, 2 * this.#block.length, length);
      this.#block = Buffer.allocUnsafeSlow(Math.min(wanted, LARGEST_BLOCK));
      this.#used = 0;
    }
    return this.#block.subarray(this.#used, (this.#used += length));
  }

  /** To the active segment. */
  append(batch: Batch, message: number, now: number): void {
    const segment = this.active;
    if (segment === undefined) return;
    add(segment, batch, message);
    segment.modified = now;
  }

  /** The batches from the one with this offset on. */
  *from(offset: number): Generator<Batch> {
    for (let index = this.#segmentOf(offset); index < this.all.length; index++) {
      const { batches } = this.all[index] as Segment;
      for (let at = placeOf(batches, offset); at < batches.length; at++) yield batches[at] as Batch;
    }
  }

  /** The journal's number of the record's message. */
  messageAt(offset: number): number | undefined {
    const segment = this.all[this.#segmentOf(offset)];
    if (segment === undefined) return undefined;
    const next = segment.batches[this.#asked + 1];
    const place = next?.baseOffset === offset ? this.#asked + 1 : placeOf(segment.batches, offset);
    this.#asked = place;
    const baseOffset = segment.batches[place]?.baseOffset;
    const first = segment.messages[place];
    if (baseOffset === undefined || first === undefined || offset < baseOffset) return undefined;
    return first + offset - baseOffset;
  }

  /** Takes the oldest off. */
  dropFirst(count: number): void {
    this.all.splice(0, count);
  }

  /** Puts these in the place of the oldest. */
  replaceFirst(count: number, segments: readonly Segment[]): void {
    this.all.splice(0, count, ...segments);
  }

  /** Takes the oldest batches off, until at least so many bytes are gone. */
  dropBytes(wanted: number): void {
    let left = wanted;
    while (left > 0) {
      const oldest = this.all[0];
      if (oldest === undefined) return;
      left -= takeOldest(oldest, left);
      if (oldest.batches.length > 0) return;
      if (this.all.length === 1) return;
      this.dropFirst(1);
    }
  }

  /** The place of the segment that has the offset, or the first one after it. */
  #segmentOf(offset: number): number {
    let from = 0;
    let to = this.all.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const last = this.all[middle]?.batches.at(-1);
      if (last !== undefined && last.lastOffset >= offset) to = middle;
      else if (last === undefined && middle === this.all.length - 1) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}

export function emptySegment(
  of: Pick<Segment, "baseOffset" | "created" | "modified" | "moved">,
): Segment {
  return { ...of, batches: [], messages: [], bytes: 0, maxTimestamp: -1 };
}

/** Puts a batch at the end of a segment. */
export function add(segment: Segment, batch: Batch, message: number): void {
  segment.batches.push(batch);
  segment.messages.push(message);
  segment.bytes += batch.bytes.length;
  segment.maxTimestamp = Math.max(segment.maxTimestamp, batch.maxTimestamp);
}

/** Returns how many bytes were taken off. */
function takeOldest(segment: Segment, wanted: number): number {
  let taken = 0;
  let count = 0;
  while (taken < wanted && count < segment.batches.length)
    taken += segment.batches[count++]?.bytes.length ?? 0;
  segment.batches.splice(0, count);
  segment.messages.splice(0, count);
  segment.bytes -= taken;
  return taken;
}

/** All of these as few views: batches that lie behind each other are one. */
export function inPieces(batches: readonly Batch[]): Buffer[] {
  const [first] = batches;
  if (first === undefined) return [];
  const pieces: Buffer[] = [];
  let { buffer: memory, byteOffset: begin } = first.bytes;
  let end = begin;
  for (const { bytes } of batches) {
    const { buffer, byteOffset, length } = bytes;
    if (buffer !== memory || byteOffset !== end) {
      pieces.push(Buffer.from(memory, begin, end - begin));
      memory = buffer;
      begin = byteOffset;
    }
    end = byteOffset + length;
  }
  pieces.push(Buffer.from(memory, begin, end - begin));
  return pieces;
}

/** Where the batch with this offset stands, or the first one after it. */
function placeOf(batches: readonly Batch[], offset: number): number {
  let from = 0;
  let to = batches.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((batches[middle] as Batch).lastOffset >= offset) to = middle;
    else from = middle + 1;
  }
  return from;
}
