/**
 * CreateAcls, 0–3: each for itself; one that is there already is a success.
 * https://kafka.apache.org/protocol#The_Messages_CreateAcls
 */
import type { Acl } from "../../model/admin-contract.ts";
import { KafkaError } from "../../model/errors.ts";
import { createAcls } from "../../wire/apis/create-acls.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";
import {
  type Codes,
  operationCodes,
  patternCodes,
  permissionCodes,
  resourceCodes,
} from "./acl-codes.ts";
import { attempt, plain, success, wordlessSuccess } from "./failure.ts";

type Creation = RequestOf<typeof createAcls>["creations"][number];

export const createAclsRow: Row = row(createAcls, [0, 3], (request, call) => {
  const { acls } = call.cluster;
  return {
    results: request.creations.map((creation) => {
      const result = attempt(() => {
        if (!may(call, "Alter", "Cluster", "kafka-cluster"))
          throw plain("CLUSTER_AUTHORIZATION_FAILED");
        if (!acls.enforced)
          throw new KafkaError("SECURITY_DISABLED", "No Authorizer is configured.");
        acls.add(aclOf(creation));
      });
      return result === success ? wordlessSuccess : result;
    }),
  };
});

function aclOf(creation: Creation): Acl {
  const { resourceType, resourceName: name, principal, host } = creation;
  const type = word(resourceCodes, resourceType, "resourceType");
  if (type === "Cluster" && name !== "kafka-cluster")
    throw new KafkaError(
      "INVALID_REQUEST",
      "The only valid name for the CLUSTER resource is kafka-cluster",
    );
  if (name === "") throw new KafkaError("INVALID_REQUEST", "Invalid empty resource name");
  const pattern = word(patternCodes, creation.resourcePatternType, "patternType");
  const operation = word(operationCodes, creation.operation, "operation");
  const permission = word(permissionCodes, creation.permissionType, "permissionType");
  return { type, pattern, name, principal, host, operation, permission };
}

function word<Word extends string>(codes: Codes<Word>, code: number, field: string): Word {
  const found = codes.wordOf(code);
  if (found !== undefined) return found;
  const named = ["UNKNOWN", "ANY", "MATCH"][code] ?? "UNKNOWN";
  throw new KafkaError("INVALID_REQUEST", `Invalid ${field} ${named}`);
}
