/**
 * maxmemory: what is over it is evicted or, where nothing may be, no more is taken.
 * https://redis.io/docs/latest/develop/reference/eviction/
 */
import type { Config } from "./config.ts";
import type { Entry, Keyspace } from "./keyspace.ts";
import { Used } from "./used.ts";

/** How many keys are looked at to find the one that goes. */
const SAMPLE = 64;

export class Eviction {
  /** About how many bytes Redis would need for what is held. */
  readonly used: Used;
  readonly #config: Config;
  readonly #keyspaces: readonly Keyspace[];
  readonly #evict: (entry: Entry) => void;
  #limit = 0;

  constructor(config: Config, keyspaces: readonly Keyspace[], evict: (entry: Entry) => void) {
    this.#config = config;
    this.#keyspaces = keyspaces;
    this.#evict = evict;
    this.used = new Used(keyspaces);
  }

  /** `maxmemory`, bytes; 0 for none. */
  limit(bytes: number): void {
    this.#limit = bytes;
    this.used.track(bytes > 0);
  }

  /** Makes room. Returns whether there is still too little. */
  isShort(): boolean {
    if (this.#limit === 0) return false;
    while (this.used.now > this.#limit) {
      const victim = this.#victim();
      if (victim === undefined) return true;
      this.#evict(victim);
    }
    return false;
  }

  #victim(): Entry | undefined {
    const policy = this.#config.text("maxmemory-policy");
    if (policy === "noeviction") return undefined;
    const onlyVolatile = policy.startsWith("volatile");
    const found: Entry[] = [];
    for (const { entries } of this.#keyspaces) {
      for (const entry of entries.values()) {
        if (onlyVolatile && entry.expires === Number.POSITIVE_INFINITY) continue;
        found.push(entry);
        if (found.length === SAMPLE) break;
      }
    }
    if (policy.endsWith("random")) return found[0];
    const byTime = policy.endsWith("ttl");
    return found.reduce<Entry | undefined>((first, entry) => {
      if (first === undefined) return entry;
      const sooner = byTime ? entry.expires < first.expires : entry.used < first.used;
      return sooner ? entry : first;
    }, undefined);
  }
}
