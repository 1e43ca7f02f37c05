/** What a client may do, and how answers say it: https://kafka.apache.org/documentation/#security_authz */
import type { AclOperation, AclResource } from "../model/contract.ts";
import { operationCodes } from "./admin/acl-codes.ts";
import type { Call } from "./handling.ts";

export function may(
  { cluster: { acls }, principal, clientHost }: Call,
  operation: AclOperation,
  type: AclResource,
  resource: string,
): boolean {
  if (!acls.enforced) return true;
  const host = clientHost.replace(/^\//, "");
  return acls.allows({ principal, host }, operation, type, resource);
}

/** Whether there is any resource of this type with which it may do this. */
export function mayWithAny(
  { cluster: { acls }, principal, clientHost }: Call,
  operation: AclOperation,
  type: AclResource,
): boolean {
  return acls.allowsAny({ principal, host: clientHost.replace(/^\//, "") }, operation, type);
}

/** The bits of `topicAuthorizedOperations` and its like: each operation has that of its code (KIP-430). */
export function authorizedOperations(
  call: Call,
  type: "Topic" | "Group" | "Cluster",
  resource: string,
): number {
  return OPERATIONS[type].reduce(
    (bits, operation) =>
      may(call, operation, type, resource) ? bits | (1 << operationCodes.codeOf(operation)) : bits,
    0,
  );
}

/** https://kafka.apache.org/documentation/#operations_resources_and_protocols */
const OPERATIONS = {
  Topic: [
    "Read",
    "Write",
    "Create",
    "Delete",
    "Alter",
    "Describe",
    "DescribeConfigs",
    "AlterConfigs",
  ],
  Group: ["Read", "Delete", "Describe", "DescribeConfigs", "AlterConfigs"],
  Cluster: [
    "Create",
    "Alter",
    "Describe",
    "ClusterAction",
    "DescribeConfigs",
    "AlterConfigs",
    "IdempotentWrite",
  ],
} as const;
