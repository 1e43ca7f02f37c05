/**
 * REPLICAOF: a replica whose master is out of reach, for nothing is replicated here. It keeps what it has, and refuses
 * what a replica refuses. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
 */
import type { Bytes } from "../values.ts";
import type { Config } from "./config.ts";

export interface Master {
  readonly host: Bytes;
  readonly port: number;
}

export class Following {
  readonly #config: Config;
  #master: Master | null = null;
  #refusesWrites = false;
  #isStale = false;

  constructor(config: Config) {
    this.#config = config;
    for (const name of ["replica-read-only", "replica-serve-stale-data"])
      config.onChange(name, () => this.#decide());
  }

  /** Null of a master. */
  get master(): Master | null {
    return this.#master;
  }

  /** `replica-read-only` */
  get refusesWrites(): boolean {
    return this.#refusesWrites;
  }

  /** What it has is old, and `replica-serve-stale-data` lets nobody have it. */
  get isStale(): boolean {
    return this.#isStale;
  }

  follow(master: Master | null): void {
    this.#master = master;
    this.#decide();
  }

  #decide(): void {
    this.#refusesWrites = this.#master !== null && this.#config.isOn("replica-read-only");
    this.#isStale = this.#master !== null && !this.#config.isOn("replica-serve-stale-data");
  }
}
