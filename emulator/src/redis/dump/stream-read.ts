/** A stream as RDB files have it: nodes of entries, then groups with what was not acknowledged. rdb.c */
import { Stream } from "../model/stream.ts";
import { countUpTo } from "../model/stream-group.ts";
import {
  compareIds,
  formatId,
  idOf,
  SMALLEST_ID,
  type StreamEntry,
  type StreamId,
} from "../model/stream-ids.ts";
import type { GroupData } from "../model/stream-snapshot.ts";
import type { Bytes } from "../values.ts";
import { listpackElements } from "./listpack.ts";
import type { Reader } from "./reader.ts";
import { ENTRY, RDB } from "./types.ts";

/** As an unsigned number: not known how many. */
const UNKNOWN = 2n ** 64n - 1n;

/** @throws {RangeError} where it is broken */
export function streamOf(reader: Reader, type: number): Stream {
  const entries: StreamEntry[] = [];
  for (let nodes = reader.bounded(); nodes > 0; nodes--) entries.push(...node(reader));
  const isAscending = entries.every(
    (entry, at) => at === 0 || compareIds(entries[at - 1] ?? SMALLEST_ID, entry) < 0,
  );
  if (!isAscending || reader.length() !== entries.length)
    throw new RangeError("entries in no order");
  const lastId = id(reader);
  let maxDeletedId = SMALLEST_ID;
  let added = entries.length;
  if (type !== RDB.stream) {
    // The first entry's, which is known.
    id(reader);
    maxDeletedId = id(reader);
    added = reader.length();
  }
  const groups = Array.from({ length: reader.bounded() }, () => group(reader, type));
  const stream = Stream.restore({ entries, lastId, maxDeletedId, added, groups });
  if (type === RDB.stream)
    for (const each of stream.groups.values()) each.entriesRead = countUpTo(stream, each.lastId);
  return stream;
}

/** A node names the fields of most of its entries, and its first id. */
function node(reader: Reader): StreamEntry[] {
  const key = reader.bytes();
  if (key.length !== 16) throw new RangeError("a node without an id");
  const [ms, seq] = [key.readBigUInt64BE(0), key.readBigUInt64BE(8)];
  const cursor = new Cursor(listpackElements(reader.bytes()));
  let count = cursor.count() + cursor.count();
  const names = cursor.texts(cursor.count());
  cursor.text();
  const entries: StreamEntry[] = [];
  for (; count > 0; count--) {
    const flags = cursor.count();
    const own = idOf(
      BigInt.asUintN(64, ms + cursor.integer()),
      BigInt.asUintN(64, seq + cursor.integer()),
    );
    const fields =
      (flags & ENTRY.sameNames) === 0
        ? cursor.texts(2 * cursor.count())
        : names.flatMap((name) => [name, cursor.text()]);
    // How many elements it was, for the way back.
    cursor.text();
    if ((flags & ENTRY.deleted) === 0) entries.push({ ...own, fields });
  }
  if (!cursor.isAtEnd) throw new RangeError("a node with more than its entries");
  return entries;
}

function group(reader: Reader, type: number): GroupData {
  const name = reader.string();
  const lastId = id(reader);
  const read = type === RDB.stream ? UNKNOWN : reader.wide();
  const delivered = new Map<string, { time: number; deliveries: number }>();
  for (let left = reader.bounded(); left > 0; left--) {
    const pending = reader.id();
    delivered.set(formatId(pending), { time: reader.time(), deliveries: reader.length() });
  }
  const consumers: GroupData["consumers"][number][] = [];
  const owned: GroupData["pending"][number][] = [];
  for (let left = reader.bounded(); left > 0; left--) {
    const consumer = reader.string();
    const seen = reader.time();
    consumers.push({
      name: consumer,
      seen,
      active: type === RDB.stream7_2 ? reader.time() : seen,
    });
    for (let more = reader.bounded(); more > 0; more--) {
      const pending = reader.id();
      const known = delivered.get(formatId(pending));
      if (known === undefined || !delivered.delete(formatId(pending)))
        throw new RangeError("nothing that was delivered");
      owned.push({ ...pending, consumer, delivered: known.time, deliveries: known.deliveries });
    }
  }
  if (delivered.size > 0) throw new RangeError("delivered to nobody");
  const pending = owned.sort(compareIds);
  return { name, lastId, entriesRead: read === UNKNOWN ? null : Number(read), consumers, pending };
}

/** As two lengths. */
function id(reader: Reader): StreamId {
  return idOf(reader.wide(), reader.wide());
}

/** Goes through a node's elements. */
class Cursor {
  readonly #elements: readonly Bytes[];
  #at = 0;

  constructor(elements: readonly Bytes[]) {
    this.#elements = elements;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#elements.length;
  }

  text(): Bytes {
    const element = this.#elements[this.#at++];
    if (element === undefined) throw new RangeError("a node that ends early");
    return element;
  }

  texts(count: number): Bytes[] {
    if (count > this.#elements.length) throw new RangeError("more than there can be");
    return Array.from({ length: count }, () => this.text());
  }

  integer(): bigint {
    const text = this.text();
    if (!/^-?\d{1,20}$/.test(text)) throw new RangeError("a number was expected");
    return BigInt(text);
  }

  count(): number {
    const count = Number(this.integer());
    if (count < 0) throw new RangeError("fewer than none");
    return count;
  }
}
