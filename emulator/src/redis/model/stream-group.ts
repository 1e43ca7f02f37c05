/** A group of consumers: how far it has read, and what is not acknowledged yet. https://redis.io/docs/latest/develop/data-types/streams/#consumer-groups */
import type { Bytes } from "../values.ts";
import { ById } from "./by-id.ts";
import { compareIds, SMALLEST_ID, type StreamEntry, type StreamId } from "./stream-ids.ts";

/** What a group's progress is measured by. */
interface Log {
  /** How many entries there ever were. */
  readonly added: number;
  readonly length: number;
  readonly first: StreamEntry | undefined;
  readonly lastId: StreamId;
  readonly maxDeletedId: StreamId;
}

/** An entry that was delivered and not acknowledged. */
export interface Pending extends StreamId {
  /** Also when it is no longer in the stream. */
  readonly entry: StreamEntry;
  consumer: Consumer;
  /** When it was delivered last, ms since 1970. */
  delivered: number;
  deliveries: number;
}

export interface Consumer {
  readonly name: Bytes;
  /** When it last tried to read, ms since 1970. */
  seen: number;
  /** When it last was given something; -1: never. */
  active: number;
  readonly pending: ById<Pending>;
}

export class Group {
  readonly name: Bytes;
  lastId: StreamId;
  /** How many entries of the stream are read; null where that cannot be told. */
  entriesRead: number | null;
  readonly consumers: Map<Bytes, Consumer> = new Map();
  readonly pending: ById<Pending> = new ById();

  constructor(name: Bytes, lastId: StreamId, entriesRead: number | null) {
    this.name = name;
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  addConsumer(name: Bytes, now: number): Consumer {
    const consumer: Consumer = { name, seen: now, active: -1, pending: new ById() };
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** What the consumer had not acknowledged goes with it. Returns how many that was. */
  removeConsumer(consumer: Consumer): number {
    for (const pending of consumer.pending.ascending()) this.pending.delete(pending);
    this.consumers.delete(consumer.name);
    return consumer.pending.size;
  }

  /** Notes that all up to this entry is read. */
  advance(entry: StreamEntry, stream: Log): void {
    if (compareIds(entry, this.lastId) <= 0) return;
    if (this.entriesRead !== null && !hasGap(stream, entry)) this.entriesRead++;
    else if (stream.added > 0) this.entriesRead = countUpTo(stream, entry);
    this.lastId = { ms: entry.ms, seq: entry.seq };
  }

  /** Makes this consumer the one that has to acknowledge an entry. */
  assign(entry: StreamEntry, consumer: Consumer, delivered: number, deliveries: number): Pending {
    const before = this.pending.get(entry);
    if (before === undefined) {
      const { ms, seq } = entry;
      const pending: Pending = { ms, seq, entry, consumer, delivered, deliveries };
      this.pending.add(pending);
      consumer.pending.add(pending);
      return pending;
    }
    before.delivered = delivered;
    before.deliveries = deliveries;
    if (before.consumer !== consumer) {
      before.consumer.pending.delete(entry);
      consumer.pending.add(before);
      before.consumer = consumer;
    }
    return before;
  }

  /** Acknowledges one entry. */
  settle(id: StreamId): Pending | undefined {
    const pending = this.pending.delete(id);
    pending?.consumer.pending.delete(id);
    return pending;
  }

  /** How many entries of the stream are still to be read; null where that cannot be told. */
  lag(stream: Log): number | null {
    if (stream.added === 0) return 0;
    const read =
      this.entriesRead !== null && !hasGap(stream, this.lastId)
        ? this.entriesRead
        : countUpTo(stream, this.lastId);
    return read === null ? null : stream.added - read;
  }
}

/** Whether XDEL took an entry from this one on. */
function hasGap({ first, maxDeletedId }: Log, from: StreamId): boolean {
  if (first === undefined || compareIds(maxDeletedId, SMALLEST_ID) === 0) return false;
  return compareIds(first, maxDeletedId) <= 0 && compareIds(from, maxDeletedId) <= 0;
}

/** How many entries there ever were up to this one; null where deleted ones make that unknown. */
export function countUpTo(stream: Log, id: StreamId): number | null {
  const { added, length, lastId, first, maxDeletedId } = stream;
  if (added === 0) return 0;
  const toLast = compareIds(id, lastId);
  if (first === undefined && toLast <= 0) return added;
  if (toLast === 0) return added;
  if (toLast > 0 || first === undefined) return null;
  const isWhole =
    compareIds(maxDeletedId, SMALLEST_ID) === 0 || compareIds(maxDeletedId, first) < 0;
  const toFirst = compareIds(id, first);
  if (!isWhole || toFirst > 0) return null;
  return toFirst < 0 ? added - length : added - length + 1;
}
