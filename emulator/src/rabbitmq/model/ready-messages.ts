/** Messages of a queue that wait to be delivered, in the order in which they will be. */
import type { Message } from "./contract.ts";
import { Fifo } from "./fifo.ts";
import { PositionHeap } from "./position-heap.ts";

/** A message in a queue. */
export interface Entry {
  readonly message: Message;
  /** Rises with every message that comes to the queue. */
  readonly position: number;
  /** ms since 1970; 0 for never. */
  readonly expires: number;
  readonly priority: number;
  /** Whether somebody has had it. */
  redelivered: boolean;
  /** How often it was taken back. */
  returns: number;
}

export interface ReadyMessages extends Iterable<Entry> {
  readonly size: number;
  /** Of bodies. */
  readonly bytes: number;
  /** A new one. */
  push(entry: Entry): void;
  /** One that was taken. */
  putBack(entry: Entry): void;
  peek(): Entry | undefined;
  shift(): Entry | undefined;
  clear(): void;
}

/**
 * As classic queues keep them: the highest priority first, and what is put back stands where it stood. What was taken is
 * older than all that was not, so that it comes before them: the new are a line, and only the old need to be sorted.
 */
export class OrderedMessages implements ReadyMessages {
  readonly #levels: (Level | undefined)[] = [];
  /** None is above. */
  #highest = -1;
  size = 0;
  bytes = 0;

  push(entry: Entry): void {
    this.#level(entry).fresh.push(entry);
  }

  putBack(entry: Entry): void {
    this.#level(entry).old.push(entry);
  }

  peek(): Entry | undefined {
    const level = this.#first();
    return level?.old.peek() ?? level?.fresh.peek();
  }

  shift(): Entry | undefined {
    const level = this.#first();
    const entry = level?.old.shift() ?? level?.fresh.shift();
    if (entry === undefined) return undefined;
    this.size--;
    this.bytes -= entry.message.content.body.length;
    return entry;
  }

  clear(): void {
    this.#levels.length = 0;
    this.#highest = -1;
    this.size = 0;
    this.bytes = 0;
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (const level of this.#levels.toReversed()) {
      if (level === undefined) continue;
      yield* level.old;
      yield* level.fresh;
    }
  }

  #level(entry: Entry): Level {
    entry.message.content.forget();
    this.size++;
    this.bytes += entry.message.content.body.length;
    const { priority } = entry;
    if (priority > this.#highest) this.#highest = priority;
    return (this.#levels[priority] ??= { old: new PositionHeap(), fresh: new Fifo() });
  }

  #first(): Level | undefined {
    if (this.size === 0) return undefined;
    for (; this.#highest > 0; this.#highest--) {
      const level = this.#levels[this.#highest];
      if (level !== undefined && level.old.size + level.fresh.size > 0) return level;
    }
    return this.#levels[0];
  }
}

interface Level {
  readonly old: PositionHeap<Entry>;
  readonly fresh: Fifo<Entry>;
}

/** As quorum queues keep them: what is put back comes first, in the order in which it came back. */
export class ReturnedFirst implements ReadyMessages {
  readonly #returned = new Fifo<Entry>();
  readonly #others = new Fifo<Entry>();
  bytes = 0;

  get size(): number {
    return this.#returned.size + this.#others.size;
  }

  push(entry: Entry): void {
    entry.message.content.forget();
    this.bytes += entry.message.content.body.length;
    this.#others.push(entry);
  }

  putBack(entry: Entry): void {
    entry.message.content.forget();
    this.bytes += entry.message.content.body.length;
    this.#returned.push(entry);
  }

  peek(): Entry | undefined {
    return this.#returned.peek() ?? this.#others.peek();
  }

  shift(): Entry | undefined {
    const entry = this.#returned.shift() ?? this.#others.shift();
    if (entry !== undefined) this.bytes -= entry.message.content.body.length;
    return entry;
  }

  clear(): void {
    this.#returned.clear();
    this.#others.clear();
    this.bytes = 0;
  }

  *[Symbol.iterator](): Generator<Entry> {
    yield* this.#returned;
    yield* this.#others;
  }
}
