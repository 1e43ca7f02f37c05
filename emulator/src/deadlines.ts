/**
 * Many deadlines on one timer of the clock: the keys of a database with a TTL, the messages of a consumer that wait for
 * their acknowledgement. A binary heap, in which each value has its place, so that a deadline is moved and not left behind.
 */
import type { Clock } from "./clock.ts";

export class Deadlines<Value> {
  readonly #clock: Clock;
  readonly #due: (value: Value) => void;
  readonly #heap: { at: number; readonly value: Value }[] = [];
  readonly #places = new Map<Value, number>();
  #cancel: () => void = () => {};
  /** When the timer fires; Infinity where none runs. */
  #armed = Number.POSITIVE_INFINITY;

  /** `due` is called once for each value whose deadline has come, in the order of the deadlines. */
  constructor(clock: Clock, due: (value: Value) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** When this value is due, ms since 1970. */
  get(value: Value): number | undefined {
    const place = this.#places.get(value);
    return place === undefined ? undefined : this.#heap[place]?.at;
  }

  /** Sets or moves a deadline, ms since 1970. One that has passed is due as soon as the clock's timers run. */
  set(value: Value, at: number): void {
    const place = this.#places.get(value);
    const entry = place === undefined ? undefined : this.#heap[place];
    if (place === undefined || entry === undefined) {
      this.#heap.push({ at, value });
      this.#places.set(value, this.#heap.length - 1);
      this.#rise(this.#heap.length - 1);
    } else {
      entry.at = at;
      this.#sink(this.#rise(place));
    }
    this.#arm();
  }

  delete(value: Value): boolean {
    const place = this.#places.get(value);
    if (place === undefined) return false;
    this.#remove(place);
    if (this.#heap.length === 0) this.#disarm();
    return true;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#places.clear();
    this.#disarm();
  }

  #remove(place: number): void {
    const last = this.#heap.length - 1;
    this.#swap(place, last);
    const removed = this.#heap.pop();
    if (removed !== undefined) this.#places.delete(removed.value);
    if (place < last) this.#sink(this.#rise(place));
  }

  #fire(): void {
    this.#armed = Number.POSITIVE_INFINITY;
    // What is set meanwhile for now or before comes with the next timer, so that this ends.
    const now = this.#clock.now();
    for (let left = this.#heap.length; left > 0; left--) {
      const first = this.#heap[0];
      if (first === undefined || first.at > now) break;
      this.#remove(0);
      this.#due(first.value);
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    // A timer that comes too early finds nothing due and arms the next.
    if (first === undefined || first.at >= this.#armed) return;
    this.#disarm();
    this.#armed = first.at;
    this.#cancel = this.#clock.after(first.at - this.#clock.now(), () => this.#fire());
  }

  #disarm(): void {
    this.#cancel();
    this.#armed = Number.POSITIVE_INFINITY;
  }

  /** Returns where the entry has come to. */
  #rise(from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#at(parent) <= this.#at(place)) break;
      this.#swap(place, parent);
      place = parent;
    }
    return place;
  }

  #sink(from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      const smaller = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(smaller) >= this.#at(place)) return;
      this.#swap(place, smaller);
      place = smaller;
    }
  }

  #at(place: number): number {
    return this.#heap[place]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
    this.#places.set(b.value, one);
    this.#places.set(a.value, other);
  }
}
