/** A hash: fields with values, and a deadline for each field that has one. https://redis.io/docs/latest/develop/data-types/hashes/ */
import type { Bytes } from "../values.ts";
import { footprint } from "./footprint.ts";
import type { Collection, EncodingLimit, Expiring, Place } from "./keyspace.ts";
import { Roster, type Rostered } from "./roster.ts";

/** What a field of a large hash takes besides its texts. */
const FIELD = 42;
const NEVER = Number.POSITIVE_INFINITY;

export class Field implements Rostered, Expiring {
  readonly name: Bytes;
  value: Bytes;
  /** ms since 1970, Infinity for ever. */
  expires: number = NEVER;
  place = 0;
  readonly #hash: Hash;

  constructor(hash: Hash, name: Bytes, value: Bytes) {
    this.#hash = hash;
    this.name = name;
    this.value = value;
  }

  expire(): void {
    this.#hash.expire(this.expires);
  }
}

export class Hash implements Collection {
  readonly type = "hash";
  readonly #fields = new Map<Bytes, Field>();
  readonly #roster = new Roster<Field>();
  readonly #expiring = new Set<Field>();
  /** No field expires before. */
  #soonest = NEVER;
  #where: Place | null = null;
  /** What was there at most: an encoding is never taken back. */
  #most = 0;
  #longest = 0;
  #everExpiring = false;
  #texts = 0;

  get size(): number {
    return this.#fields.size;
  }

  get isEmpty(): boolean {
    return this.#fields.size === 0;
  }

  get bytes(): number {
    return footprint(this.#texts, this.size, FIELD);
  }

  get roster(): Roster<Field> {
    return this.#roster;
  }

  /** In the order in which they came. */
  fields(): Iterable<Field> {
    return this.#fields.values();
  }

  field(name: Bytes): Field | undefined {
    return this.#fields.get(name);
  }

  get(name: Bytes): Bytes | undefined {
    return this.#fields.get(name)?.value;
  }

  /** Returns whether the field is new. Its deadline goes, unless it is kept. */
  set(name: Bytes, value: Bytes, keepExpiry = false): boolean {
    this.#longest = Math.max(this.#longest, name.length, value.length);
    const field = this.#fields.get(name);
    if (field !== undefined) {
      this.#texts += value.length - field.value.length;
      field.value = value;
      if (!keepExpiry && field.expires !== NEVER) this.setExpiry(field, NEVER);
      return false;
    }
    this.#texts += name.length + value.length;
    const made = new Field(this, name, value);
    this.#fields.set(name, made);
    this.#roster.add(made);
    if (this.#fields.size > this.#most) this.#most = this.#fields.size;
    return true;
  }

  delete(name: Bytes): boolean {
    const field = this.#fields.get(name);
    if (field === undefined) return false;
    if (field.expires !== NEVER) this.setExpiry(field, NEVER);
    this.#fields.delete(name);
    this.#texts -= name.length + field.value.length;
    this.#roster.remove(field);
    return true;
  }

  /** Until when a field lives, ms since 1970; Infinity for ever. */
  setExpiry(field: Field, at: number): void {
    field.expires = at;
    if (at === NEVER) {
      this.#expiring.delete(field);
      this.#where?.keyspace.inner.delete(field);
    } else {
      this.#everExpiring = true;
      this.#expiring.add(field);
      this.#soonest = Math.min(this.#soonest, at);
      this.#where?.keyspace.inner.set(field, at);
    }
  }

  /** Removes the fields whose time is over by then, with one event for all. */
  expire(now: number): void {
    if (this.#soonest > now) return;
    const due = [...this.#expiring].filter(({ expires }) => expires <= now);
    for (const { name } of due) this.delete(name);
    this.#soonest = NEVER;
    for (const { expires } of this.#expiring) this.#soonest = Math.min(this.#soonest, expires);
    if (due.length > 0) this.#where?.keyspace.touch(this.#where.key, "h", "hexpired");
  }

  placed(where: Place | null): void {
    for (const field of this.#expiring) this.#where?.keyspace.inner.delete(field);
    this.#where = where;
    for (const field of this.#expiring) where?.keyspace.inner.set(field, field.expires);
  }

  encoding(limit: EncodingLimit): string {
    const small =
      this.#most <= limit("hash-max-listpack-entries") &&
      this.#longest <= limit("hash-max-listpack-value");
    if (!small) return "hashtable";
    return this.#everExpiring ? "listpackex" : "listpack";
  }

  copy(): Hash {
    return Hash.restore(this.snapshot());
  }

  /** Name, value and deadline of each field. */
  snapshot(): HashSnapshot {
    return [...this.#fields.values()].map(({ name, value, expires }) => [name, value, expires]);
  }

  static restore(data: HashSnapshot): Hash {
    const hash = new Hash();
    for (const [name, value, expires] of data) {
      hash.set(name, value);
      const field = hash.field(name);
      if (field !== undefined && expires !== NEVER) hash.setExpiry(field, expires);
    }
    return hash;
  }
}

type HashSnapshot = readonly (readonly [name: Bytes, value: Bytes, expires: number])[];
