/**
 * What this process knows of one partition: which records it has taken in, which are with the handler, which are done.
 * Pure. The lowest unfinished offset is all that may be committed: what stands before it is done.
 *
 * Offsets are numbers: 2^53 records in one partition are out of anybody's reach.
 */
import type { KafkaRawMessage } from "./options.ts";

export interface Entry {
  readonly offset: number;
  readonly message: KafkaRawMessage;
  readonly key: string | undefined;
  state: "waiting" | "running" | "done";
  attempt: number;
  /** Not to be handed over before this time (ms, `performance.now`). */
  notBefore: number;
}

/**
 * In which order records are handed over. `strict`: one that waits for its next attempt holds back all behind it;
 * `key`: it holds back those of its key, and no two of a key are with the handler at once.
 */
export type Order = "strict" | "key";

/**
 * So far behind the lowest unfinished record others may begin: what a crash repeats at most of what is done, since only
 * that offset is committed.
 */
export const AHEAD = 100;

export class Partition {
  readonly topic: string;
  readonly number: number;
  /** The offset of the next record to take in. */
  next: number;
  /** What the group has committed, as far as this process knows; -1: nothing. */
  committed: number;
  /** Fetching is paused until no more than so many wait; undefined where it is not. */
  resumeAt: number | undefined;
  #entries: Entry[] = [];
  /** Entries before this index are done. */
  #first = 0;
  readonly #known = new Map<number, Entry>();
  #waiting = 0;
  #running = 0;

  constructor(topic: string, number: number, next: number, committed: number) {
    this.topic = topic;
    this.number = number;
    this.next = next;
    this.committed = committed;
  }

  /** How many records wait for the handler. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many are with it. */
  get running(): number {
    return this.#running;
  }

  /** The lowest offset that is not done. */
  get floor(): number {
    return Math.min(this.#entries[this.#first]?.offset ?? this.next, this.next);
  }

  /** Takes in what was fetched: `upTo` is the offset after the last of it, control records included. What is known already is left out. */
  accept(messages: readonly KafkaRawMessage[], upTo: number): void {
    for (const message of messages) {
      const offset = Number(message.offset);
      if (offset < this.next || this.#known.has(offset)) continue;
      const entry: Entry = {
        offset,
        message,
        key: message.key?.toString(),
        state: "waiting",
        attempt: 1,
        notBefore: 0,
      };
      this.#insert(entry);
    }
    this.next = Math.max(this.next, upTo);
    this.#pass();
  }

  /** The next record that may begin now; it is then with the handler. Else when there may be one (ms), or undefined: not before something else happens. */
  take(order: Order, now: number, ahead: number = AHEAD): Entry | number | undefined {
    if (this.#waiting === 0) return undefined;
    let due: number | undefined;
    const held = new Set<string>();
    const last = Math.min(this.#entries.length, this.#first + ahead);
    for (let index = this.#first; index < last; index++) {
      const entry = this.#entries[index] as Entry;
      if (entry.state === "done") continue;
      const { key } = entry;
      const free = entry.state === "waiting" && (key === undefined || !held.has(key));
      if (free && entry.notBefore <= now) {
        entry.state = "running";
        this.#waiting--;
        this.#running++;
        return entry;
      }
      if (entry.state === "waiting" && entry.notBefore > now)
        due = Math.min(due ?? Infinity, entry.notBefore);
      if (order === "strict") {
        if (entry.state === "waiting") return due;
      } else if (key !== undefined) held.add(key);
    }
    return due;
  }

  /** The handler has ended with it for good. */
  finish(entry: Entry): void {
    if (entry.state !== "running") return;
    entry.state = "done";
    this.#running--;
    this.#pass();
  }

  /** It is to be handed over again, in its place. */
  again(entry: Entry, notBefore: number): void {
    if (entry.state !== "running") return;
    entry.state = "waiting";
    entry.attempt++;
    entry.notBefore = notBefore;
    this.#running--;
    this.#waiting++;
  }

  /** Forgets what waits: somebody else may have it now, and if not it is fetched again. */
  forget(): void {
    this.#cut();
    const waiting = this.#entries.find(({ state }) => state === "waiting");
    if (waiting !== undefined) this.next = waiting.offset;
    this.#keep(({ state }) => state !== "waiting");
  }

  /** Others have handled everything before `offset`. */
  advance(offset: number): void {
    this.forget();
    this.#keep((entry) => entry.offset >= offset || entry.state === "running");
    this.next = offset;
    this.committed = offset;
  }

  /** Lets go of what is done and before everything else. What is still to be fetched again must be known until then. */
  #pass(): void {
    for (;;) {
      const entry = this.#entries[this.#first];
      if (entry?.state !== "done" || entry.offset >= this.next) break;
      this.#known.delete(entry.offset);
      this.#first++;
    }
    // The array is cut seldom, so that a long queue costs nothing per record.
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) this.#cut();
  }

  #insert(entry: Entry): void {
    this.#known.set(entry.offset, entry);
    this.#waiting++;
    const { length } = this.#entries;
    if (length === 0 || (this.#entries[length - 1] as Entry).offset < entry.offset) {
      this.#entries.push(entry);
      return;
    }
    // Only after a rebalance: between records that were with the handler when their neighbours were forgotten.
    const index = this.#entries.findIndex(({ offset }) => offset > entry.offset);
    this.#entries.splice(index, 0, entry);
    this.#first = Math.min(this.#first, index);
  }

  #keep(wanted: (entry: Entry) => boolean): void {
    this.#entries = this.#entries.filter(wanted);
    this.#first = 0;
    this.#known.clear();
    for (const entry of this.#entries) this.#known.set(entry.offset, entry);
    this.#waiting = this.#entries.filter(({ state }) => state === "waiting").length;
  }

  #cut(): void {
    this.#entries.splice(0, this.#first);
    this.#first = 0;
  }
}
