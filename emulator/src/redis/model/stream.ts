/** A stream: entries in the order of their ids, and groups that read them. https://redis.io/docs/latest/develop/data-types/streams/ */
import type { Bytes } from "../values.ts";
import { ById } from "./by-id.ts";
import type { Collection } from "./keyspace.ts";
import { Group } from "./stream-group.ts";
import {
  compareIds,
  LARGEST_ID,
  nextId,
  SMALLEST_ID,
  type StreamEntry,
  type StreamId,
} from "./stream-ids.ts";
import { nodes, type NodeLimits } from "./stream-nodes.ts";
import { type GroupData, readStream, type StreamData, writeStream } from "./stream-snapshot.ts";

export interface Trim {
  /** How many remain, or which is the first id that remains. */
  readonly to: number | StreamId;
  /** `~`: only whole nodes, and no more entries than this (0: as many as there are). */
  readonly approximately: { readonly limit: number } | null;
}

/** What an entry takes besides its values, and one that waits for its acknowledgement. */
const ENTRY = 16;
const PENDING = 96;

export class Stream implements Collection {
  readonly type = "stream";
  /** One without entries remains, with its last id and its groups. */
  readonly isEmpty = false;
  readonly groups: Map<Bytes, Group> = new Map();
  lastId: StreamId = SMALLEST_ID;
  /** The largest id that XDEL removed. */
  maxDeletedId: StreamId = SMALLEST_ID;
  /** How many there ever were. */
  added = 0;
  readonly #limits: NodeLimits = { entries: 100, bytes: 4096 };
  #texts = 0;
  readonly #entries = new ById<StreamEntry>(nodes(this.#limits));

  get length(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    let pending = 0;
    for (const group of this.groups.values()) pending += group.pending.size;
    return this.#texts + this.length * ENTRY + pending * PENDING;
  }

  get nodes(): number {
    return this.#entries.blocks;
  }

  get first(): StreamEntry | undefined {
    return this.#entries.first;
  }

  get last(): StreamEntry | undefined {
    return this.#entries.last;
  }

  /** As stream-node-max-entries and -bytes say, for what is added from now on. */
  limitNodes(limits: Readonly<NodeLimits>): void {
    this.#limits.entries = limits.entries;
    this.#limits.bytes = limits.bytes;
  }

  get(id: StreamId): StreamEntry | undefined {
    return this.#entries.get(id);
  }

  /** The id of an entry that is added now: the time, or right behind the last one; null where there is none behind it. */
  idAt(ms: number): StreamId | null {
    return ms > this.lastId.ms ? { ms, seq: 0 } : nextId(this.lastId);
  }

  /** The id that begins with these ms; null where the last one is behind all of them. */
  idWithin(ms: StreamId["ms"]): StreamId | null {
    if (ms !== this.lastId.ms) return { ms, seq: 0 };
    const next = nextId(this.lastId);
    return next?.ms === ms ? next : null;
  }

  /** Adds an entry behind the last one; undefined where it is not behind it. */
  add({ ms, seq }: StreamId, fields: readonly Bytes[]): StreamEntry | undefined {
    if (compareIds({ ms, seq }, this.lastId) <= 0) return undefined;
    const entry: StreamEntry = { ms, seq, fields: sharedNames(fields, this.last?.fields) };
    this.#entries.add(entry);
    this.#texts += textsOf(entry);
    this.lastId = { ms, seq };
    this.added++;
    return entry;
  }

  delete(id: StreamId): StreamEntry | undefined {
    const entry = this.#entries.delete(id);
    if (entry !== undefined) this.#texts -= textsOf(entry);
    if (entry !== undefined && compareIds(id, this.maxDeletedId) > 0)
      this.maxDeletedId = { ms: entry.ms, seq: entry.seq };
    return entry;
  }

  /** Up to so many entries from `start` to `end`, both included; backwards from `end`. */
  range(start: StreamId, end: StreamId, most: number, backwards = false): StreamEntry[] {
    const found: StreamEntry[] = [];
    const entries = backwards ? this.#entries.descending(end) : this.#entries.ascending(start);
    if (most <= 0) return found;
    for (const entry of entries) {
      if (backwards ? compareIds(entry, start) < 0 : compareIds(entry, end) > 0) break;
      found.push(entry);
      if (found.length >= most) break;
    }
    return found;
  }

  /** Up to so many entries behind this id. */
  after(id: StreamId, most: number): StreamEntry[] {
    const start = nextId(id);
    return start === null ? [] : this.range(start, LARGEST_ID, most);
  }

  /** Removes entries from the beginning, and returns them. */
  trim({ to, approximately }: Trim): StreamEntry[] {
    if (approximately === null) return this.#removeFirst(this.#countTo(to));
    const removed: StreamEntry[] = [];
    const limit = approximately.limit === 0 ? Number.POSITIVE_INFINITY : approximately.limit;
    for (;;) {
      const node = this.#entries.firstBlock;
      const last = node?.at(-1);
      if (node === undefined || last === undefined) break;
      const fits =
        typeof to === "number"
          ? this.length > to && this.length - node.length >= to
          : compareIds(last, to) < 0;
      if (!fits || removed.length + node.length > limit) break;
      removed.push(...this.#removeFirst(node.length));
    }
    return removed;
  }

  copy(): Stream {
    return Stream.restore(this.snapshot());
  }

  snapshot(): StreamData {
    return writeStream(this, this.#entries.ascending(), this.groups.values());
  }

  /** `shift`: ms by which times have moved since. */
  static restore(data: unknown, shift = 0): Stream {
    const read = readStream(data);
    const stream = new Stream();
    for (const entry of read.entries) {
      stream.#entries.add(entry);
      stream.#texts += textsOf(entry);
    }
    stream.lastId = read.lastId;
    stream.maxDeletedId = read.maxDeletedId;
    stream.added = read.added;
    for (const group of read.groups) stream.groups.set(group.name, groupOf(group, stream, shift));
    return stream;
  }

  #removeFirst(count: number): StreamEntry[] {
    const removed = this.#entries.removeFirst(count);
    for (const entry of removed) this.#texts -= textsOf(entry);
    return removed;
  }

  #countTo(to: number | StreamId): number {
    if (typeof to === "number") return Math.max(0, this.length - to);
    let count = 0;
    for (const entry of this.#entries.ascending()) {
      if (compareIds(entry, to) >= 0) break;
      count++;
    }
    return count;
  }
}

/** The names are those of the entries around it. */
function textsOf({ fields }: StreamEntry): number {
  let texts = 0;
  for (let at = 1; at < fields.length; at += 2) texts += fields[at]?.length ?? 0;
  return texts;
}

function groupOf(data: GroupData, stream: Stream, shift: number): Group {
  const group = new Group(data.name, data.lastId, data.entriesRead);
  for (const { name, seen, active } of data.consumers) {
    const consumer = group.addConsumer(name, seen + shift);
    consumer.active = active === -1 ? -1 : active + shift;
  }
  for (const { ms, seq, consumer, delivered, deliveries } of data.pending) {
    const entry = stream.get({ ms, seq }) ?? { ms, seq, fields: [] };
    const owner = group.consumers.get(consumer);
    if (owner !== undefined) group.assign(entry, owner, delivered + shift, deliveries);
  }
  return group;
}

/** Most entries of a stream have the same names: the strings of the one before are kept. */
function sharedNames(
  fields: readonly Bytes[],
  before: readonly Bytes[] | undefined,
): readonly Bytes[] {
  if (before === undefined) return fields;
  return fields.map((text, at) => (at % 2 === 0 && before[at] === text ? before[at] : text));
}
