/** Who is let in by an operator's tokens: auth.go, processClientOrLeafAuthentication. */
import { GLOBAL_ACCOUNT } from "../model/account.ts";
import type { AuthOptions } from "../model/options.ts";
import type { UserPermissions } from "../model/permissions.ts";
import type { Server } from "../model/server.ts";
import { accountOptions, isRevoked, signingKeys } from "./account-claims.ts";
import type { Admitted, Presented } from "./authenticate.ts";
import { type Claims, fieldsOf, isValidAt, listOf, numberOf, readToken, textOf } from "./jwt.ts";
import { isSigned } from "./nkeys.ts";

export function admitByToken(server: Server, presented: Presented): Admitted | null {
  const now = server.context.clock.now();
  const user = readToken(presented.jwt, ["A"]);
  if (user === undefined || !isValidAt(user, now)) return null;
  const issuer = textOf(user.nats["issuer_account"]) || user.iss;
  const account = trustedAccount(server.options.auth, issuer);
  if (account === undefined || !isValidAt(account, now)) return null;
  const keys = signingKeys(account);
  if (!keys.has(user.iss) || isRevoked(account, user.sub, user.iat)) return null;
  // What the key's scope says goes instead of the user's own.
  const scope = keys.get(user.iss);
  const rules = scope === undefined ? user.nats : fieldsOf(scope);
  const types = listOf(rules["allowed_connection_types"]);
  if (types.length > 0 && !types.includes(presented.websocket ? "WEBSOCKET" : "STANDARD"))
    return null;
  if (rules["bearer_token"] !== true && !signedNonce(user.sub, presented)) return null;

  const permissions = permissionsOf(rules);
  return {
    account: found(server, account),
    user: user.sub,
    maxSubscriptions: limitOf(rules["subs"]),
    maxPayload: limitOf(rules["payload"]),
    ...(permissions === undefined ? {} : { permissions }),
    ...expiryOf(user, account),
  };
}

/** Checks what signs a nonce; base64 with or without URL letters. */
export function signedNonce(key: string, { nonce, signature }: Presented): boolean {
  return isSigned(key, "U", Buffer.from(nonce), Buffer.from(signature, "base64"));
}

/** The account's claims, if one of the operators, or one of their signing keys, signed them. */
function trustedAccount(auth: AuthOptions, key: string): Claims | undefined {
  const token = auth.resolver.get(key);
  const account = token === undefined ? undefined : readToken(token, ["O"]);
  const trusted = auth.operators.flatMap((operator) => {
    const claims = readToken(operator, ["O"]);
    return claims === undefined ? [] : [claims.sub, ...listOf(claims.nats["signing_keys"])];
  });
  return account?.sub === key && trusted.includes(account.iss) ? account : undefined;
}

function found(server: Server, claims: Claims): Admitted["account"] {
  if (claims.sub === GLOBAL_ACCOUNT) return server.account(GLOBAL_ACCOUNT);
  return server.accounts.get(claims.sub) ?? server.define(accountOptions(claims));
}

function expiryOf(user: Claims, account: Claims): Pick<Admitted, "expires"> {
  const ends = [
    { at: user.exp * 1000, text: "User Authentication Expired" },
    { at: account.exp * 1000, text: "Account Authentication Expired" },
  ].filter(({ at }) => at > 0);
  const [first] = ends.sort((one, other) => one.at - other.at);
  return first === undefined ? {} : { expires: first };
}

function permissionsOf(rules: Readonly<Record<string, unknown>>): UserPermissions | undefined {
  const publish = listsOf(rules["pub"]);
  const subscribe = listsOf(rules["sub"]);
  const resp = rules["resp"] == null ? undefined : fieldsOf(rules["resp"]);
  if (publish === undefined && subscribe === undefined && resp === undefined) return undefined;
  return {
    ...(publish === undefined && resp === undefined
      ? {}
      : { publish: resp === undefined ? (publish ?? {}) : { allow: [], ...publish } }),
    ...(subscribe === undefined ? {} : { subscribe }),
    ...(resp === undefined
      ? {}
      : { responses: { max: numberOf(resp["max"]), expires: numberOf(resp["ttl"]) / 1e6 } }),
  };
}

function listsOf(given: unknown): { allow?: string[]; deny?: string[] } | undefined {
  const { allow, deny } = fieldsOf(given);
  const lists = {
    ...(listOf(allow).length === 0 ? {} : { allow: listOf(allow) }),
    ...(listOf(deny).length === 0 ? {} : { deny: listOf(deny) }),
  };
  return Object.keys(lists).length === 0 ? undefined : lists;
}

function limitOf(given: unknown): number {
  return typeof given === "number" ? given : -1;
}
