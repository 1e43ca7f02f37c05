/**
 * AlterClientQuotas, 0–1: each entity for itself; nothing of one of whose quotas one is wrong.
 * https://kafka.apache.org/protocol#The_Messages_AlterClientQuotas, KIP-546
 */
import { isIP } from "node:net";
import type { QuotaEntity } from "../../model/admin-contract.ts";
import { KafkaError } from "../../model/errors.ts";
import { alterClientQuotas } from "../../wire/apis/alter-client-quotas.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { attempt, plain } from "./failure.ts";
import { entityInOrder, QUOTA_ENTITIES, quotaKey } from "./quota-keys.ts";
import { repeated } from "./repeated.ts";

type Request = RequestOf<typeof alterClientQuotas>;
type Entry = Request["entries"][number];

export const alterClientQuotasRow: Row = row(alterClientQuotas, [0, 1], (request, call) => ({
  entries: request.entries.map((entry) => ({
    ...attempt(() => alter(entry, request.validateOnly, call)),
    entity: entityInOrder(entry.entity),
  })),
}));

function alter({ entity: asked, ops }: Entry, validateOnly: boolean, call: Call) {
  if (!may(call, "AlterConfigs", "Cluster", "kafka-cluster"))
    throw plain("CLUSTER_AUTHORIZATION_FAILED");
  const [twice] = repeated(ops.map(({ key }) => key));
  if (twice !== undefined)
    throw new KafkaError("INVALID_REQUEST", `Duplicate quota key ${twice} not updating quota`);
  const entity = entityOf(asked);
  const quotas = new Map(call.cluster.quotas.get(entity));
  for (const { key, value, remove } of ops) {
    if (remove) {
      quotas.delete(key);
    } else {
      checkValue(entity, key, value);
      quotas.set(key, value);
    }
  }
  if (!validateOnly) call.cluster.quotas.replace(entity, quotas);
}

function entityOf(asked: Entry["entity"]): QuotaEntity {
  const entity = new Map<string, string | null>();
  for (const { entityType, entityName } of entityInOrder(asked)) {
    if (entity.has(entityType))
      throw refused(`Invalid client quota entity, duplicate entity entry ${entityType}`);
    if (!QUOTA_ENTITIES.includes(entityType))
      throw refused(`Unhandled client quota entity type: ${entityType}`);
    if (entityName === "") throw refused(`Empty ${entityType} not supported`);
    entity.set(entityType, entityName);
  }
  if (entity.size === 0) throw refused("Invalid empty client quota entity");
  const ip = entity.get("ip");
  if (ip === undefined) return entity;
  if (entity.size > 1)
    // Kafka's text lacks this space, too.
    throw refused(
      "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId",
    );
  if (ip !== null && isIP(ip) === 0 && ip !== "localhost")
    throw refused(`${ip} is not a valid IP or resolvable host.`);
  return entity;
}

function checkValue(entity: QuotaEntity, key: string, value: number): void {
  const known = quotaKey(entity.keys(), key);
  if (known === undefined) throw refused(`Invalid configuration key ${key}`);
  if (value <= 0) throw refused(`Quota ${key} must be greater than 0`);
  if (known.type === "DOUBLE") return;
  const kind = known.type === "INT" ? "an INT" : "a LONG";
  if (value > known.max) throw refused(`Proposed value for ${key} is too large for ${kind}.`);
  if (Math.abs(value % 1) > 1e-6) throw refused(`${key} cannot be a fractional value.`);
}

function refused(reason: string): KafkaError {
  return new KafkaError("INVALID_REQUEST", reason);
}
