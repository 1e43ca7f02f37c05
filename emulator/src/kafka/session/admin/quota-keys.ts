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
