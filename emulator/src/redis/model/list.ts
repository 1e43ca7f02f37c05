/** A list: cheap at both ends and by index, as a ring. https://redis.io/docs/latest/develop/data-types/lists/ */
import type { Bytes } from "../values.ts";
import { footprint } from "./footprint.ts";
import type { Collection } from "./keyspace.ts";

export type End = "left" | "right";

const SMALLEST = 8;
/** What an element takes besides its text. */
const ELEMENT = 3;

export class List implements Collection {
  readonly type = "list";
  /** Tells this list from one that had its key before. */
  readonly identity: object = {};
  /** A power of two long; `#head` is where the first element is. */
  #ring: (Bytes | undefined)[];
  #head = 0;
  #length = 0;
  #texts = 0;

  constructor(elements: readonly Bytes[] = []) {
    this.#ring = ringOf(elements);
    this.#length = elements.length;
    this.#texts = lengthOf(elements);
  }

  get length(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get bytes(): number {
    return footprint(this.#texts, this.#length, ELEMENT);
  }

  at(index: number): Bytes | undefined {
    return index < 0 || index >= this.#length ? undefined : this.#ring[this.#place(index)];
  }

  replace(index: number, element: Bytes): void {
    const place = this.#place(index);
    this.#texts += element.length - (this.#ring[place]?.length ?? 0);
    this.#ring[place] = element;
  }

  push(end: End, element: Bytes): void {
    if (this.#length === this.#ring.length) this.#become(this.slice(0, this.#length));
    if (end === "left") this.#head = this.#place(-1);
    this.#length++;
    this.replace(end === "left" ? 0 : this.#length - 1, element);
  }

  pop(end: End): Bytes | undefined {
    if (this.#length === 0) return undefined;
    const place = this.#place(end === "left" ? 0 : this.#length - 1);
    const element = this.#ring[place];
    this.#ring[place] = undefined;
    this.#texts -= element?.length ?? 0;
    if (end === "left") this.#head = this.#place(1);
    this.#length--;
    return element;
  }

  /** From `start` to before `end`, both within the list. */
  slice(start: number, end: number): Bytes[] {
    const elements: Bytes[] = [];
    for (let index = start; index < end; index++)
      elements.push(this.#ring[this.#place(index)] ?? "");
    return elements;
  }

  /** The first place of an element from `start` on, going in steps of 1 or -1; -1 where it is not. */
  find(element: Bytes, start: number, step: 1 | -1): number {
    for (let index = start; index >= 0 && index < this.#length; index += step)
      if (this.#ring[this.#place(index)] === element) return index;
    return -1;
  }

  insert(index: number, element: Bytes): void {
    if (index <= this.#length / 2) {
      this.push("left", element);
      for (let at = 0; at < index; at++) this.replace(at, this.at(at + 1) ?? "");
    } else {
      this.push("right", element);
      for (let at = this.#length - 1; at > index; at--) this.replace(at, this.at(at - 1) ?? "");
    }
    this.replace(index, element);
  }

  /** Removes elements that are equal to this one: so many from the left, or from the right (negative), or all (0). */
  remove(element: Bytes, count: number): number {
    const step = count < 0 ? -1 : 1;
    const most = count === 0 ? this.#length : Math.abs(count);
    const places: number[] = [];
    let from = step === 1 ? 0 : this.#length - 1;
    while (places.length < most) {
      const place = this.find(element, from, step);
      if (place < 0) break;
      places.push(place);
      from = place + step;
    }
    if (places.length === 1) this.#removeAt(places[0] ?? 0);
    else if (places.length > 1) {
      const gone = new Set(places);
      this.#become(this.slice(0, this.#length).filter((_, index) => !gone.has(index)));
    }
    return places.length;
  }

  /** Keeps what is from `start` to before `end`. */
  trim(start: number, end: number): void {
    const [fromLeft, fromRight] = [start, this.#length - end];
    for (let left = fromLeft; left > 0; left--) this.pop("left");
    for (let left = fromRight; left > 0; left--) this.pop("right");
  }

  copy(): List {
    return new List(this.slice(0, this.#length));
  }

  snapshot(): readonly Bytes[] {
    return this.slice(0, this.#length);
  }

  static restore(data: unknown): List {
    if (!Array.isArray(data) || !data.every((element) => typeof element === "string"))
      throw new TypeError("no list");
    return new List(data);
  }

  #place(index: number): number {
    return (this.#head + index) & (this.#ring.length - 1);
  }

  /** The nearer end moves up. */
  #removeAt(index: number): void {
    if (index < this.#length / 2) {
      for (let at = index; at > 0; at--) this.replace(at, this.at(at - 1) ?? "");
      this.pop("left");
    } else {
      for (let at = index; at < this.#length - 1; at++) this.replace(at, this.at(at + 1) ?? "");
      this.pop("right");
    }
  }

  #become(elements: readonly Bytes[]): void {
    this.#ring = ringOf(elements);
    this.#head = 0;
    this.#length = elements.length;
    this.#texts = lengthOf(elements);
  }
}

function lengthOf(elements: readonly Bytes[]): number {
  return elements.reduce((sum, { length }) => sum + length, 0);
}

/** With room for at least one more. */
function ringOf(elements: readonly Bytes[]): (Bytes | undefined)[] {
  const ring: (Bytes | undefined)[] = [...elements];
  let size = SMALLEST;
  while (size <= elements.length) size *= 2;
  while (ring.length < size) ring.push(undefined);
  return ring;
}
