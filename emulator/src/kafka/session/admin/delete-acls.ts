/**
 * DeleteAcls, 0–3: all that a filter leaves; they are told.
 * https://kafka.apache.org/protocol#The_Messages_DeleteAcls
 */
import { KafkaError } from "../../model/errors.ts";
import { deleteAcls } from "../../wire/apis/delete-acls.ts";
import type { ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { operationCodes, patternCodes, permissionCodes, resourceCodes } from "./acl-codes.ts";
import { type AclFilter, matcherOf } from "./acl-filters.ts";
import { failure, plain, success } from "./failure.ts";

type Answer = ResponseOf<typeof deleteAcls>["filterResults"][number];

export const deleteAclsRow: Row = row(deleteAcls, [0, 3], (request, call) => ({
  filterResults: request.filters.map((filter) => remove(filter, call)),
}));

function remove(filter: AclFilter, call: Call): Answer {
  const { acls } = call.cluster;
  try {
    if (!may(call, "Alter", "Cluster", "kafka-cluster"))
      throw plain("CLUSTER_AUTHORIZATION_FAILED");
    if (!acls.enforced) throw new KafkaError("SECURITY_DISABLED", "No Authorizer is configured.");
    const matching = [...acls.all].filter(matcherOf(filter));
    for (const acl of matching) acls.delete(acl);
    return {
      ...success,
      matchingAcls: matching.map(({ type, pattern, name, principal, host, ...entry }) => ({
        ...success,
        resourceType: resourceCodes.codeOf(type),
        resourceName: name,
        patternType: patternCodes.codeOf(pattern),
        principal,
        host,
        operation: operationCodes.codeOf(entry.operation),
        permissionType: permissionCodes.codeOf(entry.permission),
      })),
    };
  } catch (error) {
    return { ...failure(error), matchingAcls: [] };
  }
}
