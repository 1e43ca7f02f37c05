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

/** Whether the record is delivered for the first time. */
export function deliver(place: Place, offset: number): boolean {
  if (offset < place.delivered) {
    // It went back: what comes again can be acknowledged again.
    place.committed = Math.min(place.committed, offset);
    return false;
  }
  place.delivered = offset + 1;
  return true;
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
