/** One database: keys, what they hold, and until when. */
import type { Deadlines } from "../../deadlines.ts";
import { Failure, type Bytes } from "../values.ts";
import { type StringEncoding, stringEncoding } from "./string-encoding.ts";

/** What a key can hold besides a string. Each type is a class in a file of its own. */
export interface Collection {
  /** As TYPE answers. */
  readonly type: string;
  /** Whether nothing is in it: the key goes then. */
  readonly isEmpty: boolean;
  /** About how many bytes Redis would need for it. */
  readonly bytes: number;
  /** Another one with the same content. */
  copy(): Collection;
  /** Its content as plain data. */
  snapshot(): unknown;
  /** As OBJECT ENCODING answers, by what the configuration sets; left out where there is but one. */
  encoding?(limit: EncodingLimit): string;
  /** It came under this key, or went (null): what has deadlines inside keeps them by this. */
  placed?(place: Place | null): void;
}

/** Up to where a collection is kept in the small form: a parameter of the configuration. */
export type EncodingLimit = (parameter: string) => number;

/** Where a collection is. */
export interface Place {
  readonly keyspace: Keyspace;
  readonly key: Bytes;
}

/** A part of a collection that has a deadline of its own: a hash's field. */
export interface Expiring {
  expire(): void;
}

export type Value = Bytes | Collection;

/** One key. */
export interface Entry {
  readonly key: Bytes;
  value: Value;
  /** ms since 1970, Infinity for ever. */
  expires: number;
  /** When it was last used, ms since 1970. */
  used: number;
  readonly keyspace: Keyspace;
  /** How often it was used, as far as OBJECT FREQ tells. */
  uses: number;
  /** Higher than of every key that was there before it: SCAN counts on the order. */
  readonly serial: number;
  /** Of a string that is kept otherwise than its value tells, or as a number that is not shared. Only such an entry has room for it. */
  encoding?: StringEncoding | undefined;
}

/** What comes with a key from one database to another. */
export type Kept = Pick<Entry, "key" | "value" | "used" | "expires" | "encoding">;

/** What a database tells. */
export interface KeyspaceEvents {
  /** A key was written, deleted or has expired: who watches or tracks it must know. */
  changed(keyspace: Keyspace, key: Bytes): void;
  /** A keyspace event, with its class as in notify-keyspace-events: `notify("$", "set", …)`. */
  notify(type: string, event: string, keyspace: Keyspace, key: Bytes): void;
  /** All keys are about to go; where they change places with another database's, with that one's. */
  emptied(keyspace: Keyspace, replacement?: Keyspace): void;
  /** A key began to hold a collection, or something came into it: who is blocked on it may go on. */
  ready(keyspace: Keyspace, key: Bytes): void;
  /** A command has looked whether there is such a key. */
  looked(keyspace: Keyspace, key: Bytes, found: boolean): void;
  /** Whether a key whose time is over stays for now. */
  keepsExpired(entry: Entry): boolean;
  /** Whether that is a use of the key: CLIENT NO-TOUCH. */
  countsAsUse(): boolean;
  now(): number;
}

const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

export class Keyspace {
  readonly index: number;
  readonly entries: Map<Bytes, Entry> = new Map();
  /** Of what is inside collections. */
  readonly inner: Deadlines<Expiring>;
  readonly #deadlines: Deadlines<Entry>;
  readonly #events: KeyspaceEvents;
  #serials = 0;

  constructor(
    index: number,
    deadlines: { readonly keys: Deadlines<Entry>; readonly inner: Deadlines<Expiring> },
    events: KeyspaceEvents,
  ) {
    this.index = index;
    this.inner = deadlines.inner;
    this.#deadlines = deadlines.keys;
    this.#events = events;
  }

  /** The key, unless it has expired. */
  entry(key: Bytes): Entry | undefined {
    const entry = this.peek(key);
    this.#events.looked(this, key, entry !== undefined);
    if (entry === undefined || !this.#events.countsAsUse()) return entry;
    entry.used = this.#events.now();
    entry.uses++;
    return entry;
  }

  /** The same, where looking is no use of the key: TTL, TYPE, OBJECT. */
  peek(key: Bytes): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expires > this.#events.now()) return entry;
    this.expire(entry);
    return undefined;
  }

  /** Whether the key is still there although its time is over. Nothing becomes of that. */
  isExpired(key: Bytes): boolean {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.expires <= this.#events.now();
  }

  /** The number of the newest key. */
  get newest(): number {
    return this.#serials;
  }

  get(key: Bytes): Value | undefined {
    return this.entry(key)?.value;
  }

  has(key: Bytes): boolean {
    const found = this.peek(key) !== undefined;
    this.#events.looked(this, key, found);
    return found;
  }

  /** @throws {Failure} WRONGTYPE */
  string(key: Bytes): Bytes | undefined {
    const value = this.entry(key)?.value;
    if (value === undefined || typeof value === "string") return value;
    throw new Failure(WRONG_TYPE);
  }

  /** What the key holds, of one type. @throws {Failure} WRONGTYPE */
  collection<Type extends Collection>(
    key: Bytes,
    type: abstract new (...args: never) => Type,
  ): Type | undefined {
    const value = this.entry(key)?.value;
    if (value === undefined) return undefined;
    if (value instanceof type) return value;
    throw new Failure(WRONG_TYPE);
  }

  /** The same; where there is no such key, it is made with what `make` gives. The caller puts something into it. */
  collectionOrNew<Type extends Collection>(key: Bytes, type: new () => Type): Type {
    const found = this.collection(key, type);
    if (found !== undefined) return found;
    const made = new type();
    this.set(key, made);
    return made;
  }

  /** Sets what a key holds; its deadline goes unless it is kept. Tells nobody: see `touch`. */
  set(key: Bytes, value: Value, keepExpiry = false): void {
    const entry = this.entry(key);
    if (entry === undefined) {
      this.#add(key, value, this.#events.now());
      this.#events.notify("n", "new", this, key);
    } else {
      if (entry.value !== value) place(entry.value, null);
      entry.value = value;
      if (entry.encoding !== undefined) entry.encoding = undefined;
      if (!keepExpiry) this.setExpiry(entry, Number.POSITIVE_INFINITY);
    }
    if (typeof value === "string") return;
    if (entry !== undefined) place(value, { keyspace: this, key });
    this.#events.ready(this, key);
  }

  /** Sets a string that is kept otherwise than a new one of this value. Its deadline goes unless it is kept. */
  setEncoded(key: Bytes, value: Bytes, encoding: StringEncoding, keepExpiry = false): void {
    this.set(key, value, keepExpiry);
    const entry = this.entries.get(key);
    if (entry !== undefined && (encoding === "int" || stringEncoding(value) !== encoding))
      entry.encoding = encoding;
  }

  /** Changes a part of a string: its deadline stays, and it is kept so that it can be changed further. */
  edit(key: Bytes, value: Bytes): void {
    this.setEncoded(key, value, "raw", true);
  }

  /** Removes a key without a word. Returns whether it was there. */
  remove(key: Bytes): boolean {
    const entry = this.entry(key);
    if (entry === undefined) return false;
    this.#forget(entry);
    return true;
  }

  /** Sets until when a key lives, ms since 1970; Infinity for ever. */
  setExpiry(entry: Entry, at: number): void {
    if (entry.expires === at) return;
    entry.expires = at;
    if (at === Number.POSITIVE_INFINITY) this.#deadlines.delete(entry);
    else this.#deadlines.set(entry, at);
  }

  /** A write that is no keyspace event. */
  changed(key: Bytes): void {
    this.#events.changed(this, key);
  }

  /** Something was put into this key: whoever is blocked on it may go on. */
  ready(key: Bytes): void {
    this.#events.ready(this, key);
  }

  /**
   * What every write ends with: tells who watches the key, and notes the keyspace event. A collection that has become
   * empty goes, with the event `del`.
   */
  touch(key: Bytes, type: string, event: string): void {
    this.#events.changed(this, key);
    this.#events.notify(type, event, this, key);
    const entry = this.entries.get(key);
    if (entry === undefined || typeof entry.value === "string" || !entry.value.isEmpty) return;
    if (entry.value.type === "stream") return;
    this.#forget(entry);
    this.#events.notify("g", "del", this, key);
  }

  /** The key's time is over. Where the server is paused it stays until that ends, and nobody finds it. */
  expire(entry: Entry): void {
    if (this.entries.get(entry.key) !== entry || this.#events.keepsExpired(entry)) return;
    this.#forget(entry);
    this.#events.changed(this, entry.key);
    this.#events.notify("x", "expired", this, entry.key);
  }

  /** Removes everything; only who watches or tracks it is told. */
  clear(): void {
    this.#events.emptied(this);
    this.#empty();
  }

  #empty(): void {
    for (const entry of this.entries.values()) {
      if (entry.expires !== Number.POSITIVE_INFINITY) this.#deadlines.delete(entry);
      place(entry.value, null);
    }
    this.entries.clear();
  }

  /** Takes over what another database holds, and gives it what this one held: SWAPDB. */
  exchange(other: Keyspace): void {
    const [mine, theirs] = [[...this.entries.values()], [...other.entries.values()]];
    this.#events.emptied(this, other);
    this.#events.emptied(other, this);
    this.#empty();
    other.#empty();
    this.#take(theirs);
    other.#take(mine);
  }

  /** Holds these keys from now on, and nothing else. */
  replace(entries: readonly Kept[]): void {
    this.clear();
    this.#take(entries);
    for (const { key } of entries) this.changed(key);
  }

  #take(entries: readonly Kept[]): void {
    for (const { key, value, used, expires, encoding } of entries) {
      const entry = this.#add(key, value, used);
      this.setExpiry(entry, expires);
      if (encoding !== undefined) entry.encoding = encoding;
      if (typeof value !== "string") this.#events.ready(this, key);
    }
  }

  #add(key: Bytes, value: Value, used: number): Entry {
    const entry: Entry = {
      key,
      value,
      expires: Number.POSITIVE_INFINITY,
      used,
      uses: 0,
      keyspace: this,
      serial: ++this.#serials,
    };
    this.entries.set(key, entry);
    if (typeof value !== "string") place(value, { keyspace: this, key });
    return entry;
  }

  #forget(entry: Entry): void {
    this.entries.delete(entry.key);
    if (entry.expires !== Number.POSITIVE_INFINITY) this.#deadlines.delete(entry);
    place(entry.value, null);
  }
}

function place(value: Value, where: Place | null): void {
  if (typeof value !== "string") value.placed?.(where);
}
