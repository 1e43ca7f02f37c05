/** ACLs in the numbers of the protocol: in Java ResourceType, PatternType, AclOperation, AclPermissionType. */
import type { Acl, AclOperation, AclResource } from "../../model/admin-contract.ts";

export const ANY = 1;
/** Of a filter: patterns that cover a name, whichever their kind. */
export const MATCH = 2;

export const resourceCodes: Codes<AclResource> = codes({
  Topic: 2,
  Group: 3,
  Cluster: 4,
  TransactionalId: 5,
  DelegationToken: 6,
  User: 7,
});

export const patternCodes: Codes<Acl["pattern"]> = codes({ Literal: 3, Prefixed: 4 });

export const permissionCodes: Codes<Acl["permission"]> = codes({ Deny: 2, Allow: 3 });

export const operationCodes: Codes<AclOperation> = codes({
  All: 2,
  Read: 3,
  Write: 4,
  Create: 5,
  Delete: 6,
  Alter: 7,
  Describe: 8,
  ClusterAction: 9,
  DescribeConfigs: 10,
  AlterConfigs: 11,
  IdempotentWrite: 12,
  CreateTokens: 13,
  DescribeTokens: 14,
  TwoPhaseCommit: 15,
});

export interface Codes<Word extends string> {
  codeOf(word: Word): number;
  wordOf(code: number): Word | undefined;
}

function codes<Word extends string>(byWord: Readonly<Record<Word, number>>): Codes<Word> {
  const byCode = new Map(Object.entries(byWord).map(([word, code]) => [code, word as Word]));
  return {
    codeOf: (word) => byWord[word],
    wordOf: (code) => byCode.get(code),
  };
}
