/** Operator mode in the configuration: tokens in place, or in files. */
import { isPublicKey } from "../security/nkeys.ts";
import type { AccountOptions } from "../model/options.ts";
import { accountOptions } from "../security/account-claims.ts";
import { readToken } from "../security/jwt.ts";
import { mapOf, textOf, textsOf } from "./fields.ts";
import { ConfError, type ConfValue } from "./syntax.ts";

/** Each is a token, or the name of a file with one. */
export function readOperators(given: ConfValue, text: (name: string) => string): string[] {
  return textsOf(given).map((operator) => {
    if (operator.startsWith("eyJ")) return operator;
    try {
      // A file of nsc has lines of dashes around the token.
      return /eyJ[\w.-]+/.exec(text(operator))?.[0] ?? "";
    } catch (error) {
      throw new ConfError(
        given.at,
        `the operator's token ${operator} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  });
}

/** The accounts' tokens by public key. */
export function readPreload(given: ConfValue): ReadonlyMap<string, string> {
  return new Map(
    [...mapOf(given, "resolver_preload")].map(([key, value]) => {
      if (!isPublicKey(key, "A"))
        throw new ConfError(value.at, `"${key}" is no account's public key`);
      return [key, textOf(value)];
    }),
  );
}

/** What the tokens say of the accounts. One that is not signed is left out: its users are not let in. */
export function tokenAccounts(tokens: ReadonlyMap<string, string>): AccountOptions[] {
  return [...tokens.values()].flatMap((token) => {
    const claims = readToken(token, ["O"]);
    return claims === undefined ? [] : [accountOptions(claims)];
  });
}
