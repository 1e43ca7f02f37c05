/** A set of members. https://redis.io/docs/latest/develop/data-types/sets/ */
import type { Bytes } from "../values.ts";
import { footprint } from "./footprint.ts";
import type { Collection, EncodingLimit } from "./keyspace.ts";
import { Roster, type Rostered } from "./roster.ts";

interface Member extends Rostered {
  readonly name: Bytes;
}

/** What a member of a large set takes besides its name. */
const MEMBER = 42;
/** Up to so many integers are kept in their order there: set-max-intset-entries, as it is by default. */
const ORDERED_MAX = 512;

export class MemberSet implements Collection {
  readonly type = "set";
  readonly #members = new Map<Bytes, Member>();
  readonly #roster = new Roster<Member>();
  /** What was there at most: an encoding is never taken back. */
  #most = 0;
  #longest = 0;
  #onlyIntegers = true;
  #texts = 0;

  constructor(members: Iterable<Bytes> = []) {
    for (const member of members) this.add(member);
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

  get roster(): Roster<Member> {
    return this.#roster;
  }

  has(name: Bytes): boolean {
    return this.#members.has(name);
  }

  /** Returns whether it is new. */
  add(name: Bytes): boolean {
    if (this.#members.has(name)) return false;
    const member = { name, place: 0 };
    this.#members.set(name, member);
    this.#texts += name.length;
    this.#roster.add(member);
    if (this.#members.size > this.#most) this.#most = this.#members.size;
    if (name.length > this.#longest) this.#longest = name.length;
    if (this.#onlyIntegers && !isInteger(name)) this.#onlyIntegers = false;
    return true;
  }

  delete(name: Bytes): boolean {
    const member = this.#members.get(name);
    if (member === undefined) return false;
    this.#members.delete(name);
    this.#texts -= name.length;
    this.#roster.remove(member);
    return true;
  }

  /** A few integers in their order, other members in that in which they came. */
  names(): Iterable<Bytes> {
    if (!this.#onlyIntegers || this.#most > ORDERED_MAX) return this.#members.keys();
    return [...this.#members.keys()].sort((one, other) => Number(one) - Number(other));
  }

  encoding(limit: EncodingLimit): string {
    if (this.#onlyIntegers && this.#most <= limit("set-max-intset-entries")) return "intset";
    const small =
      !this.#onlyIntegers &&
      this.#most <= limit("set-max-listpack-entries") &&
      this.#longest <= limit("set-max-listpack-value");
    return small ? "listpack" : "hashtable";
  }

  copy(): MemberSet {
    return new MemberSet(this.#members.keys());
  }

  snapshot(): readonly Bytes[] {
    return [...this.#members.keys()];
  }

  static restore(data: readonly Bytes[]): MemberSet {
    return new MemberSet(data);
  }
}

/** Whether it is a 64-bit integer in the one way of writing it. */
function isInteger(name: Bytes): boolean {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(name)) return false;
  return name.length < 19 || BigInt.asIntN(64, BigInt(name)) === BigInt(name);
}
