/**
 * A map that forgets its oldest entries: what the workbench remembers of the traffic must not grow with it.
 * Two generations instead of deleting one by one, which in a JavaScript Map leaves holes that every look at the oldest walks over.
 */
export class BoundedMap<Key, Value> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  readonly #limit: number;

  /** Between half of `limit` and `limit` entries are remembered, those written last. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Key): Value | undefined {
    return this.#young.has(key) ? this.#young.get(key) : this.#old.get(key);
  }

  /** Writing an entry again makes it young. */
  set(key: Key, value: Value): void {
    if (!this.#young.has(key) && this.#young.size >= Math.floor(this.#limit / 2)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** The older ones first. */
  entries(): readonly [Key, Value][] {
    return [...[...this.#old].filter(([key]) => !this.#young.has(key)), ...this.#young];
  }
}
