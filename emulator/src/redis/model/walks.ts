/**
 * Where SCAN is. A cursor is the number of the last key that was returned, so that no cursor is ever lost; the next keys
 * are found at once, as long as the walk that came so far is remembered. Keys that are newer than the walk are left out,
 * so that it ends although more and more are made.
 */
import type { Entry, Keyspace } from "./keyspace.ts";

interface Walk {
  readonly entries: Iterator<Entry, unknown>;
  /** The number of the newest key when it began. */
  readonly until: number;
  cursor: number;
}

/** How many walks are remembered for one database. */
const REMEMBERED = 16;

export class Walks {
  readonly #walks = new WeakMap<Keyspace, Walk[]>();

  /** So many keys behind the cursor, 0 at the beginning, and the cursor behind them, 0 at the end. */
  next(keyspace: Keyspace, cursor: number, count: number): { entries: Entry[]; cursor: number } {
    const walks = this.#walks.get(keyspace) ?? [];
    this.#walks.set(keyspace, walks);
    const place = walks.findIndex((walk) => walk.cursor === cursor);
    const walk = (place < 0 ? undefined : walks.splice(place, 1)[0]) ?? begin(keyspace, cursor);
    const entries: Entry[] = [];
    while (entries.length < count) {
      const { done, value } = walk.entries.next() as IteratorResult<Entry, undefined>;
      if (done === true || value.serial > walk.until) return { entries, cursor: 0 };
      entries.push(value);
      walk.cursor = value.serial;
    }
    if (walk.cursor === walk.until) return { entries, cursor: 0 };
    walks.push(walk);
    if (walks.length > REMEMBERED) walks.shift();
    return { entries, cursor: walk.cursor };
  }
}

function begin(keyspace: Keyspace, cursor: number): Walk {
  return { entries: entriesFrom(keyspace, cursor), until: keyspace.newest, cursor };
}

function* entriesFrom({ entries }: Keyspace, cursor: number): Generator<Entry, undefined> {
  for (const entry of entries.values()) if (entry.serial > cursor) yield entry;
}
