/** How much users, clients and addresses may use: kept, and described. https://kafka.apache.org/documentation/#design_quotas */
import type { QuotaEntity, Quotas } from "../admin-contract.ts";

type Entry = readonly [QuotaEntity, ReadonlyMap<string, number>];

const none: ReadonlyMap<string, number> = new Map();

export class SetQuotas implements Quotas {
  readonly #set = new Map<string, Entry>();

  get all(): Iterable<Entry> {
    return this.#set.values();
  }

  get(entity: QuotaEntity): ReadonlyMap<string, number> {
    return this.#set.get(identity(entity))?.[1] ?? none;
  }

  replace(entity: QuotaEntity, quotas: ReadonlyMap<string, number>): void {
    if (quotas.size === 0) this.#set.delete(identity(entity));
    else this.#set.set(identity(entity), [entity, quotas]);
  }

  snapshot(): readonly Entry[] {
    return [...this.all];
  }

  restore(entries: readonly Entry[]): void {
    this.#set.clear();
    for (const [entity, quotas] of entries) this.replace(entity, quotas);
  }
}

function identity(entity: QuotaEntity): string {
  return JSON.stringify([...entity].sort(([one], [other]) => (one < other ? -1 : 1)));
}
