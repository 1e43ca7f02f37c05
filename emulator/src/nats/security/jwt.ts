/** The tokens of operator mode: an operator signs accounts, an account signs users. https://docs.nats.io/running-a-nats-service/nats_admin/security/jwt */
import { isSigned, type KeyKind } from "./nkeys.ts";

/** What a token says, once its signature has been found good. */
export interface Claims {
  /** Whose it is: a public key. */
  readonly sub: string;
  readonly iss: string;
  readonly name: string;
  /** Seconds since 1970; 0 where it has no end. */
  readonly exp: number;
  readonly nbf: number;
  readonly iat: number;
  readonly nats: ClaimFields;
}

type ClaimFields = Readonly<Record<string, unknown>>;

/** Reads a token of a kind; undefined where it is none, or is not signed by whom it names. */
export function readToken(token: string, signers: readonly KeyKind[]): Claims | undefined {
  const [header = "", body = "", signature = "", more] = token.trim().split(".");
  const claims = readJson(body);
  const algorithm = readJson(header)?.["alg"];
  if (more !== undefined || claims === undefined) return undefined;
  const { sub, iss, nats } = claims;
  if (typeof sub !== "string" || typeof iss !== "string" || !isFields(nats)) return undefined;
  // Version 1 signed the body alone, version 2 the header as well.
  const signed = algorithm === "ed25519" ? body : `${header}.${body}`;
  const bytes = Buffer.from(signature, "base64url");
  if (!signers.some((kind) => isSigned(iss, kind, Buffer.from(signed), bytes))) return undefined;
  return {
    sub,
    iss,
    nats,
    name: textOf(claims["name"]),
    exp: numberOf(claims["exp"]),
    nbf: numberOf(claims["nbf"]),
    iat: numberOf(claims["iat"]),
  };
}

/** Whether it holds now, ms since 1970. */
export function isValidAt(claims: Claims, now: number): boolean {
  const seconds = Math.floor(now / 1000);
  return (claims.exp === 0 || claims.exp > seconds) && claims.nbf <= seconds;
}

export function isFields(value: unknown): value is ClaimFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): ClaimFields {
  return isFields(value) ? value : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function readJson(part: string): ClaimFields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
