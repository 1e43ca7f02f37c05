/**
 * DescribeAcls, 0–3: those that a filter leaves, by resource.
 * https://kafka.apache.org/protocol#The_Messages_DescribeAcls
 */
import type { Acl } from "../../model/admin-contract.ts";
import { KafkaError } from "../../model/errors.ts";
import { describeAcls } from "../../wire/apis/describe-acls.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";
import { operationCodes, patternCodes, permissionCodes, resourceCodes } from "./acl-codes.ts";
import { matcherOf } from "./acl-filters.ts";
import { failure, plain, wordlessSuccess } from "./failure.ts";

export const describeAclsRow: Row = row(describeAcls, [0, 3], (request, call) => {
  const { acls } = call.cluster;
  try {
    if (!may(call, "Describe", "Cluster", "kafka-cluster"))
      throw plain("CLUSTER_AUTHORIZATION_FAILED");
    if (!acls.enforced)
      throw new KafkaError("SECURITY_DISABLED", "No Authorizer is configured on the broker");
    const found = [...acls.all].filter(matcherOf(request));
    return { ...wordlessSuccess, resources: [...byResource(found).values()].map(resource) };
  } catch (error) {
    return { ...failure(error), resources: [] };
  }
});

function byResource(acls: readonly Acl[]): ReadonlyMap<string, [Acl, ...Acl[]]> {
  const resources = new Map<string, [Acl, ...Acl[]]>();
  for (const acl of acls) {
    const identity = JSON.stringify([acl.type, acl.pattern, acl.name]);
    const known = resources.get(identity);
    if (known === undefined) resources.set(identity, [acl]);
    else known.push(acl);
  }
  return resources;
}

function resource(acls: readonly [Acl, ...Acl[]]) {
  const [{ type, pattern, name }] = acls;
  return {
    resourceType: resourceCodes.codeOf(type),
    resourceName: name,
    patternType: patternCodes.codeOf(pattern),
    acls: acls.map(({ principal, host, operation, permission }) => ({
      principal,
      host,
      operation: operationCodes.codeOf(operation),
      permissionType: permissionCodes.codeOf(permission),
    })),
  };
}
