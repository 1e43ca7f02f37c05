interface Positioned {
  readonly position: number;
}

/** A binary heap by position: the lowest comes first. */
export class PositionHeap<Value extends Positioned> implements Iterable<Value> {
  readonly #heap: Value[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): Value | undefined {
    return this.#heap[0];
  }

  push(value: Value): void {
    const heap = this.#heap;
    let place = heap.push(value) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Value;
      if (above.position <= value.position) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = value;
  }

  shift(): Value | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let place = 0;
    for (;;) {
      let smaller = 2 * place + 1;
      const right = heap[smaller + 1];
      if (right !== undefined && right.position < (heap[smaller] as Value).position) smaller++;
      const below = heap[smaller];
      if (below === undefined || below.position >= last.position) break;
      heap[place] = below;
      place = smaller;
    }
    heap[place] = last;
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** In order of position. */
  [Symbol.iterator](): Iterator<Value> {
    return this.#heap.toSorted((a, b) => a.position - b.position)[Symbol.iterator]();
  }
}
