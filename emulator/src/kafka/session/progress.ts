/** How far groups were given what they read, and what of that they have committed: Fetch and OffsetCommit do not say it. */

/** One partition as one group reads it. */
export interface Place {
  /** Everything before is committed. */
  committed: number;
  /** Everything before was delivered. */
  delivered: number;
}

/** Partitions that groups read; beyond this, the one that was met first is forgotten. */
const MAX_PLACES = 100_000;

export class Progress {
  readonly #places = new Map<string, Place>();

  /** Begins at `offset` where the group has not been met there. */
  placeOf(group: string, topic: string, partition: number, offset: number): Place {
    const key = `${partition}/${topic}/${group}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      const [first] = this.#places.keys();
      if (this.#places.size >= MAX_PLACES && first !== undefined) this.#places.delete(first);
      place = { committed: offset, delivered: offset };
      this.#places.set(key, place);
    }
    return place;
  }
}

/** The records from `from` on, before `to`, are delivered. Returns the first that is for the first time. */
export function deliver(place: Place, from: number, to: number): number {
  const { delivered } = place;
  // It went back: what comes again can be acknowledged again.
  if (from < delivered) place.committed = Math.min(place.committed, from);
  place.delivered = Math.max(delivered, to);
  return Math.min(Math.max(delivered, from), to);
}

/** Which offsets are acknowledged by this: none, where the group goes back or skips what it was not given. */
export function commit(
  place: Place,
  offset: number,
): { readonly from: number; readonly to: number } {
  const from = place.committed;
  place.committed = offset;
  return { from, to: Math.min(offset, place.delivered) };
}
