/** What clients WATCH: a transaction runs only if none of it has changed. https://redis.io/docs/latest/develop/using-commands/transactions/ */
import type { Bytes } from "../values.ts";
import type { Client } from "./client.ts";
import type { Keyspace } from "./keyspace.ts";

interface Watch {
  readonly keys: Map<Keyspace, Map<Bytes, WatchedKey>>;
  broken: boolean;
}

interface WatchedKey {
  /** It is there, and its time was over already: as if it were not there, so that its going is no change. */
  expired: boolean;
}

export class Watching {
  readonly #byClient = new Map<Client, Watch>();
  readonly #byKey = new Map<Keyspace, Map<Bytes, Set<Client>>>();

  watch(client: Client, keyspace: Keyspace, key: Bytes): void {
    const watch = this.#byClient.get(client) ?? { keys: new Map(), broken: false };
    this.#byClient.set(client, watch);
    const keys = watch.keys.get(keyspace) ?? new Map<Bytes, WatchedKey>();
    watch.keys.set(keyspace, keys);
    if (keys.has(key)) return;
    keys.set(key, { expired: keyspace.isExpired(key) });
    const byKey = this.#byKey.get(keyspace) ?? new Map<Bytes, Set<Client>>();
    this.#byKey.set(keyspace, byKey);
    const clients = byKey.get(key);
    if (clients === undefined) byKey.set(key, new Set([client]));
    else clients.add(client);
  }

  /** How many keys a client watches. */
  count(client: Client): number {
    let count = 0;
    for (const keys of this.#byClient.get(client)?.keys.values() ?? []) count += keys.size;
    return count;
  }

  /** Whether something that the client watches has changed since, or its time is over. */
  isBroken(client: Client): boolean {
    const watch = this.#byClient.get(client);
    if (watch === undefined) return false;
    if (watch.broken) return true;
    for (const [keyspace, keys] of watch.keys)
      for (const [key, watched] of keys)
        if (!watched.expired && keyspace.isExpired(key)) return true;
    return false;
  }

  /** The client watches nothing any more. */
  forget(client: Client): void {
    const watch = this.#byClient.get(client);
    if (watch === undefined) return;
    this.#byClient.delete(client);
    for (const [keyspace, keys] of watch.keys) {
      const byKey = this.#byKey.get(keyspace);
      for (const key of keys.keys()) {
        const clients = byKey?.get(key);
        clients?.delete(client);
        if (clients?.size === 0) byKey?.delete(key);
      }
    }
  }

  /** A key has changed. */
  changed(keyspace: Keyspace, key: Bytes): void {
    if (this.#byClient.size === 0) return;
    for (const [watch, watched] of this.#of(keyspace, key)) {
      if (!watched.expired) watch.broken = true;
      else if (!keyspace.entries.has(key)) watched.expired = false;
    }
  }

  /**
   * All keys are about to go, or to change places with another database's: a key that is in neither stays as it is, and
   * so does one whose time is over if what comes is nothing, or over too.
   */
  emptied(keyspace: Keyspace, replacement?: Keyspace): void {
    for (const key of this.#byKey.get(keyspace)?.keys() ?? []) {
      const isThere = keyspace.entries.has(key);
      const comes = replacement?.entries.has(key) === true;
      if (!isThere && !comes) continue;
      const comesExpired = replacement?.isExpired(key) === true;
      for (const [watch, watched] of this.#of(keyspace, key)) {
        const wasNothing = watched.expired || !isThere;
        if (wasNothing && (!comes || comesExpired)) watched.expired = comesExpired;
        else watch.broken = true;
      }
    }
  }

  /** Who watches a key, and what it was to them. */
  *#of(keyspace: Keyspace, key: Bytes): Iterable<readonly [Watch, WatchedKey]> {
    for (const client of this.#byKey.get(keyspace)?.get(key) ?? []) {
      const watch = this.#byClient.get(client);
      const watched = watch?.keys.get(keyspace)?.get(key);
      if (watch !== undefined && watched !== undefined) yield [watch, watched];
    }
  }
}
