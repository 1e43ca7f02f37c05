/** What is set on resources that need not be there: groups, subscriptions to client metrics. */
import type { ResourceConfigs } from "../admin-contract.ts";

export type ResourceConfigsSnapshot = ReadonlyMap<string, ReadonlyMap<string, string>>;

const none: ReadonlyMap<string, string> = new Map();

export class SetResourceConfigs implements ResourceConfigs {
  #set = new Map<string, ReadonlyMap<string, string>>();

  get names(): Iterable<string> {
    return [...this.#set.keys()].sort();
  }

  get(name: string): ReadonlyMap<string, string> {
    return this.#set.get(name) ?? none;
  }

  replace(name: string, configs: ReadonlyMap<string, string>): void {
    if (configs.size === 0) this.#set.delete(name);
    else this.#set.set(name, configs);
  }

  snapshot(): ResourceConfigsSnapshot {
    return new Map(this.#set);
  }

  restore(snapshot: ResourceConfigsSnapshot): void {
    this.#set = new Map(snapshot);
  }
}
