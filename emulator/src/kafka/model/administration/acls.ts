/** Who may do what with which resource, as Kafka's StandardAuthorizer decides: KIP-801. */
import type { Acl, AclOperation, AclResource, Acls, Requester } from "../admin-contract.ts";

export interface AclTerms {
  /** False: there is no authorizer, and nobody is refused anything. */
  readonly enforced: boolean;
  /** Who may do everything: `super.users`. */
  readonly superUsers: readonly string[];
  /** `allow.everyone.if.no.acl.found` */
  readonly openUnlessSaid: boolean;
}

/** Who is allowed the one is allowed the other. */
const implied: Readonly<Partial<Record<AclOperation, readonly AclOperation[]>>> = {
  Describe: ["Read", "Write", "Delete", "Alter"],
  DescribeConfigs: ["AlterConfigs"],
};

export class AclStore implements Acls {
  readonly #terms: AclTerms;
  readonly #acls = new Map<string, Acl>();

  constructor(terms: AclTerms) {
    this.#terms = terms;
  }

  get enforced(): boolean {
    return this.#terms.enforced;
  }

  get all(): Iterable<Acl> {
    return this.#acls.values();
  }

  allows(who: Requester, operation: AclOperation, type: AclResource, resource: string): boolean {
    if (this.#isFree(who)) return true;
    const here = [...this.all].filter((acl) => acl.type === type && covers(acl, resource));
    if (here.length === 0) return this.#terms.openUnlessSaid;
    const theirs = here.filter((acl) => concerns(acl, who));
    if (theirs.some((acl) => acl.permission === "Deny" && denies(acl, operation))) return false;
    return theirs.some((acl) => acl.permission === "Allow" && grants(acl, operation));
  }

  allowsAny(who: Requester, operation: AclOperation, type: AclResource): boolean {
    if (this.#isFree(who)) return true;
    const granted = [...this.all].filter(
      (acl) =>
        acl.type === type &&
        acl.permission === "Allow" &&
        concerns(acl, who) &&
        grants(acl, operation),
    );
    if (granted.length === 0) return this.#terms.openUnlessSaid;
    return granted.some(({ name }) => this.allows(who, operation, type, name));
  }

  add(acl: Acl): void {
    this.#acls.set(identity(acl), acl);
  }

  delete(acl: Acl): void {
    this.#acls.delete(identity(acl));
  }

  snapshot(): readonly Acl[] {
    return [...this.all];
  }

  restore(acls: readonly Acl[]): void {
    this.#acls.clear();
    for (const acl of acls) this.add(acl);
  }

  #isFree({ principal }: Requester): boolean {
    return !this.#terms.enforced || this.#terms.superUsers.includes(principal);
  }
}

/** Whether an ACL's pattern covers a resource of this name. */
export function covers({ pattern, name }: Acl, resource: string): boolean {
  return pattern === "Prefixed" ? resource.startsWith(name) : name === resource || name === "*";
}

function concerns(acl: Acl, { principal, host }: Requester): boolean {
  return (
    (acl.principal === principal || acl.principal === "User:*") &&
    (acl.host === host || acl.host === "*")
  );
}

function denies(acl: Acl, operation: AclOperation): boolean {
  return acl.operation === operation || acl.operation === "All";
}

function grants(acl: Acl, operation: AclOperation): boolean {
  return denies(acl, operation) || (implied[operation]?.includes(acl.operation) ?? false);
}

function identity(acl: Acl): string {
  const { type, pattern, name, principal, host, operation, permission } = acl;
  return JSON.stringify([type, pattern, name, principal, host, operation, permission]);
}
