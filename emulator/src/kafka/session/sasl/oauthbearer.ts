/**
 * OAUTHBEARER: RFC 7628, with tokens that nobody has signed (RFC 7519 §6), as Kafka's own validator takes them where none
 * is configured. Of a token that is not good the client hears in an answer, which it has to confirm before the end.
 */
import type { Clock } from "../../../clock.ts";
import type { Accounts } from "../../model/administration/accounts.ts";
import { type Mechanism, type Proven, SaslFailure } from "./mechanism.ts";

/** Between the parts of a message. */
const SEPARATOR = "\u0001";
const HEADER = /^n,(?:a=([^,]*))?,$/;
const PAIR = /^[A-Za-z]+=[!-~ \t\r\n]+$/;
const AUTH = /^(\w+) +([-_~+/.a-zA-Z0-9]+=*)$/;

export class OAuthBearer implements Mechanism {
  readonly #clock: Clock;
  readonly #accounts: Accounts;
  #complaint: string | null = null;
  proven: Proven | null = null;

  constructor(clock: Clock, accounts: Accounts) {
    this.#clock = clock;
    this.#accounts = accounts;
  }

  evaluate(message: Buffer): Buffer {
    if (this.#complaint !== null && message.length === 1 && message[0] === 1)
      throw new SaslFailure(this.#complaint, { isTold: true });
    const { authorization, token } = readFirst(message.toString());
    const proven = this.#validate(token);
    if (typeof proven === "string") {
      this.#complaint = `{"status":"${proven}"}`;
      return Buffer.from(this.#complaint);
    }
    if (authorization !== "" && authorization !== proven.user)
      throw new SaslFailure(
        `Authentication failed: Client requested an authorization id (${authorization}) that is different from the token's principal name (${proven.user})`,
        { isTold: true },
      );
    this.proven = proven;
    return Buffer.alloc(0);
  }

  /** Who the token stands for, or RFC 6750's word for what is wrong. */
  #validate(token: string): Proven | string {
    const { token: expected, superUser } = this.#accounts;
    if (expected !== undefined && superUser !== null)
      return token === expected ? { user: superUser, expires: null } : "invalid_token";
    const [header, claims, signature] = token.split(".");
    const { alg } = read(header);
    const { sub, exp, iat } = read(claims);
    const now = this.#clock.now();
    const isIssued = iat === undefined || (typeof iat === "number" && iat * 1000 <= now);
    if (signature !== "" || alg !== "none" || typeof sub !== "string" || sub.trim() === "")
      return "invalid_token";
    if (typeof exp !== "number" || exp * 1000 <= now || !isIssued) return "invalid_token";
    if (typeof iat === "number" && exp <= iat) return "invalid_token";
    return { user: sub, expires: Math.round(exp * 1000) };
  }
}

function readFirst(message: string): { authorization: string; token: string } {
  const [header = "", ...pairs] = message.split(SEPARATOR);
  const [whole, authorization = ""] = HEADER.exec(header) ?? [];
  // Each pair ends with a separator, and so does the message.
  const isEnded = pairs.pop() === "" && pairs.pop() === "";
  if (whole === undefined || !isEnded || !pairs.every((pair) => PAIR.test(pair)))
    throw new SaslFailure("Invalid OAUTHBEARER client first message");
  const auth = pairs.find((pair) => pair.startsWith("auth="));
  const [, scheme = "", token = ""] = AUTH.exec(auth?.slice(5) ?? "") ?? [];
  if (scheme.toLowerCase() !== "bearer")
    throw new SaslFailure("Invalid OAUTHBEARER client first message: invalid 'auth' format");
  return { authorization, token };
}

function read(part: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString());
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
