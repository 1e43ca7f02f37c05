/**
 * Things in the order of their ids: mostly added at the end and removed at the beginning, found by halving. Kept in small
 * blocks, so that one in the middle goes at the cost of a block.
 */
import { compareIds, SMALLEST_ID, type StreamId } from "./stream-ids.ts";

const BLOCK = 128;

/** Whether an item that comes to the end begins a new block. */
export type Splits<Item> = (item: Item) => boolean;

export class ById<Item extends StreamId> {
  readonly #blocks: Item[][] = [];
  readonly #splits: Splits<Item> | null;
  #size = 0;

  /** Where blocks mean something, `splits` says where they begin. */
  constructor(splits: Splits<Item> | null = null) {
    this.#splits = splits;
  }

  get size(): number {
    return this.#size;
  }

  get blocks(): number {
    return this.#blocks.length;
  }

  get first(): Item | undefined {
    return this.#blocks[0]?.[0];
  }

  get last(): Item | undefined {
    return this.#blocks.at(-1)?.at(-1);
  }

  get firstBlock(): readonly Item[] | undefined {
    return this.#blocks[0];
  }

  get(id: StreamId): Item | undefined {
    const [block, place] = this.#find(id);
    const item = this.#blocks[block]?.[place];
    return item !== undefined && compareIds(item, id) === 0 ? item : undefined;
  }

  /** Adds what is not there yet. */
  add(item: Item): void {
    this.#size++;
    const { last } = this;
    const end = this.#blocks.at(-1);
    if (last === undefined || end === undefined || compareIds(item, last) > 0) {
      const splits = this.#splits === null ? (end?.length ?? BLOCK) >= BLOCK : this.#splits(item);
      if (end === undefined || splits) this.#blocks.push([item]);
      else end.push(item);
      return;
    }
    const [index, place] = this.#find(item);
    const block = this.#blocks[index] ?? [];
    block.splice(place, 0, item);
    if (block.length >= 2 * BLOCK) this.#blocks.splice(index + 1, 0, block.splice(BLOCK));
  }

  delete(id: StreamId): Item | undefined {
    const [index, place] = this.#find(id);
    const block = this.#blocks[index];
    const item = block?.[place];
    if (block === undefined || item === undefined || compareIds(item, id) !== 0) return undefined;
    if (block.length === 1) this.#blocks.splice(index, 1);
    else block.splice(place, 1);
    this.#size--;
    return item;
  }

  /** Removes so many of the first. */
  removeFirst(count: number): Item[] {
    const removed: Item[] = [];
    let whole = 0;
    for (let left = count; left > 0; whole++) {
      const block = this.#blocks[whole];
      if (block === undefined) break;
      if (block.length > left) {
        removed.push(...block.splice(0, left));
        break;
      }
      removed.push(...block);
      left -= block.length;
    }
    this.#blocks.splice(0, whole);
    this.#size -= removed.length;
    return removed;
  }

  /** From this id on, included. */
  *ascending(from: StreamId = SMALLEST_ID): Generator<Item, void, undefined> {
    let [index, place] = this.#find(from);
    for (; index < this.#blocks.length; index++, place = 0) {
      const block = this.#blocks[index] ?? [];
      for (; place < block.length; place++) yield block[place] as Item;
    }
  }

  /** From this id down, included. */
  *descending(from: StreamId): Generator<Item, void, undefined> {
    const [found, at] = this.#find(from);
    let [index, place] = [found, at];
    const exact = this.#blocks[index]?.[place];
    if (exact === undefined || compareIds(exact, from) > 0) place--;
    for (; index >= 0; index--, place = (this.#blocks[index]?.length ?? 0) - 1) {
      const block = this.#blocks[index] ?? [];
      for (; place >= 0; place--) yield block[place] as Item;
    }
  }

  /** Where the first item is that is not before this id; behind the last one where all are before it. */
  #find(id: StreamId): [block: number, place: number] {
    // What is new is at the end.
    const block = lowest(this.#blocks.length, (index) => {
      const last = this.#blocks[index]?.at(-1);
      return last !== undefined && compareIds(last, id) < 0;
    });
    const items = this.#blocks[block];
    if (items === undefined) return [block, 0];
    const place = lowest(items.length, (index) => {
      const item = items[index];
      return item !== undefined && compareIds(item, id) < 0;
    });
    return [block, place];
  }
}

/** The first index of which `isBefore` does not hold. */
function lowest(length: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
