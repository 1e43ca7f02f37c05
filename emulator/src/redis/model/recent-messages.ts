/** The last messages, found again by what they are made of and where they are. The oldest are forgotten first. */
import type { Bytes } from "../values.ts";
import type { Message } from "./message.ts";
import type { StreamEntry } from "./stream-ids.ts";

const MOST = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

export class RecentMessages<Thing extends Bytes | StreamEntry> {
  /** The first of those that are equal, in the order in which they came: a chain, as thousands may be. */
  readonly #firsts = new Map<Thing, Message<Thing>>();
  /** All in the order in which they came, as a ring: a Map that is emptied from its beginning is slow to walk. */
  readonly #ring: (Message<Thing> | undefined)[] = [];
  #oldest = 0;
  #next = 0;
  /** Up to which they are in their chains: only who is looked for has to be found, and most never are. */
  #chained = 0;
  #bytes = 0;

  add(message: Message<Thing>, place: object | null): Message<Thing> {
    if (this.#next - this.#oldest === MOST) this.#forgetOldest();
    message.place = place;
    message.serial = this.#next++;
    this.#ring[message.serial % MOST] = message;
    this.#bytes += message.size;
    while (this.#bytes > MOST_BYTES && this.#next - this.#oldest > 1) this.#forgetOldest();
    return message;
  }

  get(thing: Thing, place: object | null): Message<Thing> | undefined {
    this.#chain();
    let message = this.#firsts.get(thing) ?? null;
    while (message !== null && message.place !== place) message = message.next;
    return message ?? undefined;
  }

  /** Finds and forgets it. */
  take(thing: Thing, place: object | null): Message<Thing> | undefined {
    const message = this.get(thing, place);
    if (message !== undefined) this.#forget(message);
    return message;
  }

  #chain(): void {
    for (; this.#chained < this.#next; this.#chained++) {
      const message = this.#ring[this.#chained % MOST];
      if (message === undefined) continue;
      const first = this.#firsts.get(message.thing);
      if (first === undefined) {
        message.previous = message;
        this.#firsts.set(message.thing, message);
      } else {
        const last = first.previous ?? first;
        last.next = message;
        message.previous = last;
        first.previous = message;
      }
    }
  }

  #forgetOldest(): void {
    const place = this.#oldest % MOST;
    const message = this.#ring[place];
    if (this.#oldest === this.#chained) {
      // It is in no chain.
      this.#chained++;
      this.#ring[place] = undefined;
      this.#bytes -= message?.size ?? 0;
      if (message !== undefined) this.#letGo(message);
    } else if (message !== undefined) this.#forget(message);
    this.#oldest++;
  }

  #forget(message: Message<Thing>): void {
    const { thing, next, previous } = message;
    this.#ring[message.serial % MOST] = undefined;
    this.#bytes -= message.size;
    const isFirst = previous?.next !== message;
    if (!isFirst) previous.next = next;
    else if (next === null) this.#firsts.delete(thing);
    else this.#firsts.set(thing, next);
    if (next !== null) next.previous = previous;
    else if (!isFirst) {
      const first = this.#firsts.get(thing);
      if (first !== undefined) first.previous = previous;
    }
    this.#letGo(message);
  }

  /** The journal may hold it on: but not its neighbours. */
  #letGo(message: Message<Thing>): void {
    message.next = message.previous = message.place = null;
    message.serial = -1;
  }
}
