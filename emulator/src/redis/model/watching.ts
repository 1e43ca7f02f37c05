/** What clients WATCH: a transaction runs only if none of it has changed. https://redis.io/docs/latest/develop/using-commands/transactions/ */
import type { Bytes } from "../values.ts";
import type { Client } from "./client.ts";
import type { Keyspace } from "./keyspace.ts";

interface Watch {
  readonly keys: Map<Keyspace, Set<Bytes>>;
  broken: boolean;
}

export class Watching {
  readonly #byClient = new Map<Client, Watch>();
  readonly #byKey = new Map<Keyspace, Map<Bytes, Set<Client>>>();

  watch(client: Client, keyspace: Keyspace, key: Bytes): void {
    // A key whose time is over goes now, so that its going later is no change.
    keyspace.peek(key);
    const watch = this.#byClient.get(client) ?? { keys: new Map(), broken: false };
    this.#byClient.set(client, watch);
    const keys = watch.keys.get(keyspace);
    if (keys === undefined) watch.keys.set(keyspace, new Set([key]));
    else keys.add(key);
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
    for (const [keyspace, keys] of watch.keys) for (const key of keys) keyspace.peek(key);
    return watch.broken;
  }

  /** The client watches nothing any more. */
  forget(client: Client): void {
    const watch = this.#byClient.get(client);
    if (watch === undefined) return;
    this.#byClient.delete(client);
    for (const [keyspace, keys] of watch.keys) {
      const byKey = this.#byKey.get(keyspace);
      for (const key of keys) {
        const clients = byKey?.get(key);
        clients?.delete(client);
        if (clients?.size === 0) byKey?.delete(key);
      }
    }
  }

  /** A key has changed. */
  changed(keyspace: Keyspace, key: Bytes): void {
    if (this.#byClient.size === 0) return;
    for (const client of this.#byKey.get(keyspace)?.get(key) ?? []) {
      const watch = this.#byClient.get(client);
      if (watch !== undefined) watch.broken = true;
    }
  }

  /** All keys are about to go, or to change places with another database's: a key that is in neither stays as it is. */
  emptied(keyspace: Keyspace, replacement?: Keyspace): void {
    for (const key of this.#byKey.get(keyspace)?.keys() ?? [])
      if (keyspace.has(key) || replacement?.has(key) === true) this.changed(keyspace, key);
  }
}
