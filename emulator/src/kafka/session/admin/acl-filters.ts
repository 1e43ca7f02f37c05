/** Which ACLs a client means: null and "any" leave something open. KIP-290 */
import type { Acl } from "../../model/admin-contract.ts";
import { covers } from "../../model/administration/acls.ts";
import { KafkaError } from "../../model/errors.ts";
import type { describeAcls } from "../../wire/apis/describe-acls.ts";
import type { RequestOf } from "../../wire/layout.ts";
import {
  ANY,
  MATCH,
  operationCodes,
  patternCodes,
  permissionCodes,
  resourceCodes,
} from "./acl-codes.ts";

export type AclFilter = RequestOf<typeof describeAcls>;

/** @throws {KafkaError} INVALID_REQUEST */
export function matcherOf(filter: AclFilter): (acl: Acl) => boolean {
  const { resourceTypeFilter, resourceNameFilter, patternTypeFilter } = filter;
  const type = resourceCodes.wordOf(resourceTypeFilter);
  const pattern = patternCodes.wordOf(patternTypeFilter);
  const operation = operationCodes.wordOf(filter.operation);
  const permission = permissionCodes.wordOf(filter.permissionType);
  const isKnown = (code: number, word: string | undefined) => code === ANY || word !== undefined;
  if (
    !isKnown(resourceTypeFilter, type) ||
    (patternTypeFilter !== MATCH && !isKnown(patternTypeFilter, pattern))
  )
    throw new KafkaError("INVALID_REQUEST", "Unknown patternFilter.");
  if (!isKnown(filter.operation, operation) || !isKnown(filter.permissionType, permission))
    throw new KafkaError("INVALID_REQUEST", "Unknown entryFilter.");
  return (acl) =>
    (type === undefined || acl.type === type) &&
    (pattern === undefined || acl.pattern === pattern) &&
    (resourceNameFilter === null ||
      (patternTypeFilter === MATCH
        ? covers(acl, resourceNameFilter)
        : acl.name === resourceNameFilter)) &&
    (filter.principalFilter === null || acl.principal === filter.principalFilter) &&
    (filter.hostFilter === null || acl.host === filter.hostFilter) &&
    (operation === undefined || acl.operation === operation) &&
    (permission === undefined || acl.permission === permission);
}
