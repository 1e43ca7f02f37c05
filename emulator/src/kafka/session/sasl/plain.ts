/** PLAIN: RFC 4616. One message, everything in it. */
import { type Mechanism, type Proven, SaslFailure } from "./mechanism.ts";

export class Plain implements Mechanism {
  readonly #passwords: ReadonlyMap<string, string>;
  proven: Proven | null = null;

  constructor(passwords: ReadonlyMap<string, string>) {
    this.#passwords = passwords;
  }

  evaluate(token: Buffer): Buffer {
    const tokens = token.toString().split("\0");
    const [authorization = "", user = "", password = ""] = tokens;
    if (tokens.length !== 3)
      throw told(`Invalid SASL/PLAIN response: expected 3 tokens, got ${tokens.length}`);
    if (user === "") throw told("Authentication failed: username not specified");
    if (password === "") throw told("Authentication failed: password not specified");
    if (this.#passwords.get(user) !== password)
      throw told("Authentication failed: Invalid username or password");
    if (authorization !== "" && authorization !== user)
      throw told(
        "Authentication failed: Client requested an authorization id that is different from username",
      );
    this.proven = { user, expires: null };
    return Buffer.alloc(0);
  }
}

function told(message: string): SaslFailure {
  return new SaslFailure(message, { isTold: true });
}
