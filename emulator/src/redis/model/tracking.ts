/** Clients that keep copies of values, and are told when these are no longer true. https://redis.io/docs/latest/develop/reference/client-side-caching/ */
import { type Bytes, Push } from "../values.ts";
import type { Client } from "./client.ts";

export interface TrackingOptions {
  /** Told of every key with one of its prefixes, whether it has read it or not. */
  readonly broadcast: boolean;
  readonly optIn: boolean;
  readonly optOut: boolean;
  /** Not told of what it has written itself. */
  readonly noLoop: boolean;
  /** The client that is told instead; 0 for itself. */
  readonly redirect: number;
}

export interface TrackingState extends TrackingOptions {
  readonly prefixes: Set<Bytes>;
  /** CLIENT CACHING: for the next command. */
  caching: boolean;
  /** The client that was to be told is gone. */
  broken: boolean;
}

const CHANNEL = "__redis__:invalidate";

export class Tracking {
  /** Who has read a key. */
  readonly #readers = new Map<Bytes, Set<Client>>();
  readonly #states = new Map<Client, TrackingState>();
  /** What was written, and by whom, since broadcasts were last sent. */
  #written = new Map<Bytes, Client | null>();
  #broadcasting = 0;
  readonly #find: (id: number) => Client | undefined;
  #maxKeys = 1_000_000;

  constructor(find: (id: number) => Client | undefined) {
    this.#find = find;
  }

  get clients(): number {
    return this.#states.size;
  }

  get keys(): number {
    return this.#readers.size;
  }

  get items(): number {
    let items = 0;
    for (const readers of this.#readers.values()) items += readers.size;
    return items;
  }

  get prefixes(): number {
    const prefixes = new Set<Bytes>();
    for (const state of this.#states.values())
      for (const prefix of state.prefixes) prefixes.add(prefix);
    return prefixes.size;
  }

  of(client: Client): TrackingState | undefined {
    return this.#states.get(client);
  }

  begin(client: Client, options: TrackingOptions, prefixes: readonly Bytes[]): void {
    const old = this.#states.get(client);
    this.end(client);
    const kept = options.broadcast ? [...(old?.prefixes ?? [])] : [];
    const added = options.broadcast && prefixes.length === 0 ? [""] : prefixes;
    this.#states.set(client, {
      ...options,
      prefixes: new Set([...kept, ...added]),
      caching: old?.caching ?? false,
      broken: false,
    });
    if (options.broadcast) this.#broadcasting++;
  }

  end(client: Client): void {
    if (this.#states.get(client)?.broadcast === true) this.#broadcasting--;
    this.#states.delete(client);
  }

  /** The client has read these keys. */
  remember(client: Client, keys: readonly Bytes[]): void {
    const state = this.#states.get(client);
    if (state === undefined || state.broadcast) return;
    if ((state.optIn && !state.caching) || (state.optOut && state.caching)) return;
    for (const key of keys) {
      const readers = this.#readers.get(key);
      if (readers === undefined) this.#readers.set(key, new Set([client]));
      else readers.add(client);
    }
    this.#forgetSurplus();
  }

  /** tracking-table-max-keys; 0 for any number. Who has read what is forgotten is told that it has changed. */
  limit(maxKeys: number): void {
    this.#maxKeys = maxKeys;
    this.#forgetSurplus();
  }

  #forgetSurplus(): void {
    if (this.#maxKeys === 0) return;
    for (const key of this.#readers.keys()) {
      if (this.#readers.size <= this.#maxKeys) return;
      this.#invalidate(key, null);
    }
  }

  /** CLIENT CACHING was for this command, or for the transaction that goes on. */
  commandEnded(client: Client): void {
    const state = this.#states.get(client);
    if (state !== undefined && client.transaction === null) state.caching = false;
  }

  /** A key has changed. */
  changed(key: Bytes, by: Client | null): void {
    if (this.#broadcasting > 0) this.#written.set(key, by);
    if (this.#readers.size > 0) this.#invalidate(key, by);
  }

  /** All keys of a database are gone: everybody is told to forget everything. */
  emptied(): void {
    for (const client of this.#states.keys()) this.#tell(client, null);
    this.#readers.clear();
  }

  /** Broadcasts what was written since the last time: in the order of prefixes and keys, not of time. */
  flush(): void {
    if (this.#written.size === 0) return;
    const written = [...this.#written].toSorted(([one], [other]) => (one < other ? -1 : 1));
    this.#written = new Map();
    for (const [client, state] of this.#states) {
      for (const prefix of [...state.prefixes].toSorted()) {
        const keys: Bytes[] = [];
        for (const [key, by] of written)
          if (key.startsWith(prefix) && !(state.noLoop && by === client)) keys.push(key);
        if (keys.length > 0) this.#tell(client, keys);
      }
    }
  }

  #invalidate(key: Bytes, by: Client | null): void {
    const readers = this.#readers.get(key);
    if (readers === undefined) return;
    this.#readers.delete(key);
    for (const client of readers) {
      const state = this.#states.get(client);
      if (state === undefined || state.broadcast || (state.noLoop && client === by)) continue;
      this.#tell(client, [key]);
    }
  }

  /** null: everything. RESP2 has no pushes, but the one it is redirected to may have subscribed. */
  #tell(client: Client, keys: readonly Bytes[] | null): void {
    const state = this.#states.get(client);
    if (state === undefined) return;
    const target = state.redirect === 0 ? client : this.#find(state.redirect);
    if (target === undefined) {
      state.broken = true;
      if (client.version === 3) client.push(new Push(["tracking-redir-broken", state.redirect]));
    } else if (target.version === 3) target.push(new Push(["invalidate", keys]));
    else if (target !== client && target.subscribed)
      target.push(new Push(["message", CHANNEL, keys]));
  }
}
