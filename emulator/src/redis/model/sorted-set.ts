/** A sorted set: members in the order of their scores, and of their bytes where these are equal. https://redis.io/docs/latest/develop/data-types/sorted-sets/ */
import type { Bytes } from "../values.ts";
import { footprint } from "./footprint.ts";
import type { Collection, EncodingLimit } from "./keyspace.ts";
import { Roster, type Rostered } from "./roster.ts";
import { SortedTree } from "./sorted-tree.ts";

/** What a member of a large one takes besides its name: entries of a table and of a skip list. */
const MEMBER = 88;

/** A member. With another score it is another one of these, as the tree's items do not change. */
export interface Scored extends Rostered {
  readonly name: Bytes;
  readonly score: number;
}

/** A part of the order: what comes before it, and what comes before its end. */
export interface ScoredRange {
  readonly isBefore: (scored: Scored) => boolean;
  readonly isBeforeEnd: (scored: Scored) => boolean;
}

export class SortedSet implements Collection {
  readonly type = "zset";
  readonly #members = new Map<Bytes, Scored>();
  readonly #roster = new Roster<Scored>();
  readonly #order = new SortedTree<Scored>(compare);
  /** What was there at most: an encoding is never taken back. */
  #most = 0;
  #longest = 0;
  #texts = 0;

  constructor(members: Iterable<readonly [name: Bytes, score: number]> = []) {
    for (const [name, score] of members) this.set(name, score);
  }

  get size(): number {
    return this.#members.size;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  get bytes(): number {
    return footprint(this.#texts, this.size, MEMBER);
  }

  get roster(): Roster<Scored> {
    return this.#roster;
  }

  score(name: Bytes): number | undefined {
    return this.#members.get(name)?.score;
  }

  set(name: Bytes, score: number): void {
    const old = this.#members.get(name);
    const scored = { name, score, place: 0 };
    if (old !== undefined) {
      if (old.score === score) return;
      this.#order.delete(old);
      this.#roster.replace(old, scored);
    } else {
      this.#roster.add(scored);
      this.#texts += name.length;
    }
    this.#members.set(name, scored);
    this.#order.insert(scored);
    if (this.#members.size > this.#most) this.#most = this.#members.size;
    if (name.length > this.#longest) this.#longest = name.length;
  }

  delete(name: Bytes): boolean {
    const scored = this.#members.get(name);
    if (scored === undefined) return false;
    this.#members.delete(name);
    this.#texts -= name.length;
    this.#roster.remove(scored);
    this.#order.delete(scored);
    return true;
  }

  /** How many come before it. */
  rank(name: Bytes): number | undefined {
    const scored = this.#members.get(name);
    if (scored === undefined) return undefined;
    return this.#order.countWhile((each) => compare(each, scored) < 0);
  }

  /** The members from one rank to before another. */
  slice(from = 0, to: number = this.size): Scored[] {
    return this.#order.slice(from, to);
  }

  /** The ranks that a range begins at and ends before. */
  ranks({ isBefore, isBeforeEnd }: ScoredRange): { readonly from: number; readonly to: number } {
    const from = this.#order.countWhile(isBefore);
    return { from, to: Math.max(from, this.#order.countWhile(isBeforeEnd)) };
  }

  encoding(limit: EncodingLimit): string {
    const small =
      this.#most <= limit("zset-max-listpack-entries") &&
      this.#longest <= limit("zset-max-listpack-value");
    return small ? "listpack" : "skiplist";
  }

  copy(): SortedSet {
    return SortedSet.restore(this.snapshot());
  }

  snapshot(): SortedSetSnapshot {
    return this.slice().map(({ name, score }) => [name, score]);
  }

  static restore(data: SortedSetSnapshot): SortedSet {
    return new SortedSet(data);
  }
}

type SortedSetSnapshot = readonly (readonly [name: Bytes, score: number])[];

/** Bytes compare as the characters that stand for them. */
function compare(one: Scored, other: Scored): number {
  if (one.score !== other.score) return one.score < other.score ? -1 : 1;
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}
