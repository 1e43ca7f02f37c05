/** What quotas there are, and for whom: https://kafka.apache.org/documentation/#design_quotas */
export const QUOTA_ENTITIES: readonly string[] = ["user", "client-id", "ip"];

/** The largest value of each; whole numbers but for the double. */
const userAndClientKeys: QuotaKeys = new Map([
  ["producer_byte_rate", { type: "LONG", max: 2 ** 63 }],
  ["consumer_byte_rate", { type: "LONG", max: 2 ** 63 }],
  ["request_percentage", { type: "DOUBLE", max: Number.MAX_VALUE }],
  ["controller_mutation_rate", { type: "DOUBLE", max: Number.MAX_VALUE }],
]);

const ipKeys: QuotaKeys = new Map([
  ["connection_creation_rate", { type: "INT", max: 2 ** 31 - 1 }],
]);

type QuotaKeys = ReadonlyMap<string, QuotaKey>;

export interface QuotaKey {
  readonly type: "INT" | "LONG" | "DOUBLE";
  readonly max: number;
}

export function quotaKey(entityTypes: Iterable<string>, key: string): QuotaKey | undefined {
  return ([...entityTypes].includes("ip") ? ipKeys : userAndClientKeys).get(key);
}

/** The parts of an entity as Kafka tells them, whatever the order in which they were said. */
export function entityInOrder<Part extends { readonly entityType: string }>(
  entity: readonly Part[],
): Part[] {
  const types = entity.map(({ entityType }) => entityType).sort();
  const place = ({ entityType }: Part) => types.indexOf(entityType);
  return entity.toSorted((one, other) => place(one) - place(other));
}

/** Quotas as Kafka tells them: as they lie in a hash table of Java, which becomes larger with the fourth. */
export function quotasInOrder(quotas: ReadonlyMap<string, number>): [string, number][] {
  const order = quotas.size > 3 ? ["producer_byte_rate", ...FEW_IN_ORDER] : FEW_IN_ORDER;
  return [...quotas].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
}

const FEW_IN_ORDER: readonly string[] = [
  "consumer_byte_rate",
  "controller_mutation_rate",
  "request_percentage",
  "producer_byte_rate",
];
