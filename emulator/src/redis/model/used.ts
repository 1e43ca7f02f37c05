/** How much memory is used: the sum of what all keys take, counted when somebody asks. */
import type { Bytes } from "../values.ts";
import { footprintOf } from "./footprint.ts";
import type { Keyspace } from "./keyspace.ts";

/** What the server takes for itself before it holds anything: about as redis-server says. */
export const EMPTY: number = 1024 * 1024;

export class Used {
  readonly #keyspaces: readonly Keyspace[];
  #tracks = false;
  #peak = EMPTY;
  #sum = 0;
  /** What each key took when it was last counted; null where all are to be counted. */
  #counted: Map<Keyspace, Map<Bytes, number>> | null = null;
  readonly #changed = new Map<Keyspace, Set<Bytes>>();

  constructor(keyspaces: readonly Keyspace[]) {
    this.#keyspaces = keyspaces;
  }

  /** Whether it is asked so often that only what has changed should be counted: where there is a limit. */
  track(tracks: boolean): void {
    this.#tracks = tracks;
    this.recount();
  }

  changed(keyspace: Keyspace, key: Bytes): void {
    if (this.#counted === null) return;
    const keys = this.#changed.get(keyspace);
    if (keys === undefined) this.#changed.set(keyspace, new Set([key]));
    else keys.add(key);
  }

  /** Anything may have changed. */
  recount(): void {
    this.#counted = null;
    this.#changed.clear();
  }

  /** Bytes. */
  get now(): number {
    const used = EMPTY + (this.#tracks ? this.#tracked() : this.#all());
    if (used > this.#peak) this.#peak = used;
    return used;
  }

  /** The most that there was when somebody asked. */
  get peak(): number {
    return this.#peak;
  }

  #all(): number {
    let sum = 0;
    for (const { entries } of this.#keyspaces)
      for (const entry of entries.values()) sum += footprintOf(entry);
    return sum;
  }

  #tracked(): number {
    if (this.#counted === null) {
      this.#sum = 0;
      this.#counted = new Map();
      for (const keyspace of this.#keyspaces)
        this.#changed.set(keyspace, new Set(keyspace.entries.keys()));
    }
    for (const [keyspace, keys] of this.#changed) {
      let sizes = this.#counted.get(keyspace);
      if (sizes === undefined) this.#counted.set(keyspace, (sizes = new Map()));
      for (const key of keys) this.#sum += recounted(keyspace, key, sizes);
    }
    this.#changed.clear();
    return this.#sum;
  }
}

/** By how much a key has grown. */
function recounted({ entries }: Keyspace, key: Bytes, sizes: Map<Bytes, number>): number {
  const before = sizes.get(key) ?? 0;
  const entry = entries.get(key);
  if (entry === undefined) {
    sizes.delete(key);
    return -before;
  }
  const size = footprintOf(entry);
  sizes.set(key, size);
  return size - before;
}
