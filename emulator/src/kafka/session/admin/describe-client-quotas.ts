/**
 * DescribeClientQuotas, 0–1: those of entities that a filter leaves; a strict one leaves none that are of further types.
 * https://kafka.apache.org/protocol#The_Messages_DescribeClientQuotas, KIP-546
 */
import type { QuotaEntity } from "../../model/admin-contract.ts";
import { KafkaError } from "../../model/errors.ts";
import { describeClientQuotas } from "../../wire/apis/describe-client-quotas.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";
import { failure, plain, wordlessSuccess } from "./failure.ts";
import { QUOTA_ENTITIES, quotasInOrder } from "./quota-keys.ts";

type Request = RequestOf<typeof describeClientQuotas>;
type Component = Request["components"][number];

const EXACT = 0;
const DEFAULT = 1;
const SPECIFIED = 2;

export const describeClientQuotasRow: Row = row(describeClientQuotas, [0, 1], (request, call) => {
  try {
    if (!may(call, "DescribeConfigs", "Cluster", "kafka-cluster"))
      throw plain("CLUSTER_AUTHORIZATION_FAILED");
    check(request.components);
    const found = [...call.cluster.quotas.all].filter(([entity]) => matches(entity, request));
    return {
      ...wordlessSuccess,
      entries: found.map(([entity, quotas]) => ({
        entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
        values: quotasInOrder(quotas).map(([key, value]) => ({ key, value })),
      })),
    };
  } catch (error) {
    return { ...failure(error), entries: null };
  }
});

function matches(entity: QuotaEntity, { components, strict }: Request): boolean {
  if (strict && entity.size !== components.length) return false;
  return components.every(({ entityType, matchType, match }) => {
    const name = entity.get(entityType);
    return name !== undefined && (matchType === SPECIFIED || name === match);
  });
}

/** @throws {KafkaError} INVALID_REQUEST, UNSUPPORTED_VERSION */
function check(components: readonly Component[]): void {
  const types = components.map(({ entityType }) => entityType);
  for (const [index, component] of components.entries()) {
    const { entityType } = component;
    if (entityType === "") throw new KafkaError("INVALID_REQUEST", "Invalid empty entity type.");
    if (types.indexOf(entityType) !== index)
      throw new KafkaError(
        "INVALID_REQUEST",
        `Entity type ${entityType} cannot appear more than once in the filter.`,
      );
    if (!QUOTA_ENTITIES.includes(entityType))
      throw new KafkaError("UNSUPPORTED_VERSION", `Unsupported entity type ${entityType}`);
    checkMatch(component);
  }
  if (types.includes("ip") && types.length > 1)
    throw new KafkaError(
      "INVALID_REQUEST",
      "Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.",
    );
}

function checkMatch({ matchType, match }: Component): void {
  if (matchType === EXACT) {
    if (match !== null) return;
    throw new KafkaError(
      "INVALID_REQUEST",
      "Request specified MATCH_TYPE_EXACT, but set match string to null.",
    );
  }
  if (matchType !== DEFAULT && matchType !== SPECIFIED)
    throw new KafkaError("INVALID_REQUEST", `Unknown match type ${matchType}`);
  if (match === null) return;
  const said = matchType === DEFAULT ? "MATCH_TYPE_DEFAULT" : "MATCH_TYPE_SPECIFIED";
  throw new KafkaError(
    "INVALID_REQUEST",
    `Request specified ${said}, but also specified a match string.`,
  );
}
