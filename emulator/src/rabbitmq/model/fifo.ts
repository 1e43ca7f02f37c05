/** First in, first out: a ring that doubles when it is full, so that taking from the front moves nothing. */
export class Fifo<Value> implements Iterable<Value> {
  #ring: (Value | undefined)[] = [];
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(value: Value): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#size) & (this.#ring.length - 1)] = value;
    this.#size++;
  }

  peek(): Value | undefined {
    return this.#size === 0 ? undefined : this.#ring[this.#first];
  }

  shift(): Value | undefined {
    if (this.#size === 0) return undefined;
    const value = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    if (--this.#size === 0 && this.#ring.length > KEPT_WHEN_EMPTY) this.clear();
    return value;
  }

  /** Takes out a value wherever it stands: all the others go once round. */
  delete(value: Value): boolean {
    const size = this.#size;
    for (let left = size; left > 0; left--) {
      const other = this.shift() as Value;
      if (other !== value) this.push(other);
    }
    return this.#size < size;
  }

  clear(): void {
    this.#ring = [];
    this.#first = 0;
    this.#size = 0;
  }

  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; index < this.#size; index++)
      yield this.#ring[(this.#first + index) & (this.#ring.length - 1)] as Value;
  }

  #grow(): void {
    const all = [...this] as (Value | undefined)[];
    // In a loop, since an array that is given a length of millions at once becomes a slow one.
    for (let more = Math.max(4, all.length); more > 0; more--) all.push(undefined);
    this.#ring = all;
    this.#first = 0;
  }
}

const KEPT_WHEN_EMPTY = 64;
