/** SCRAM-SHA-256 and SCRAM-SHA-512: RFC 5802, RFC 7677. Four messages; the password is in none of them. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { ScramCredential, ScramMechanism, ScramUsers } from "../../model/contract.ts";
import { type Mechanism, type Proven, SaslFailure } from "./mechanism.ts";

/** What is said in between, until the client has proven itself. */
interface Exchange {
  readonly user: string;
  readonly credential: ScramCredential;
  readonly nonce: string;
  /** Both first messages, as they are signed. */
  readonly signed: string;
}

const FIRST = /^n,(?:a=([^,]*))?,(n=([^,]+),r=([!-+\--~]+)(?:,[a-zA-Z]=[^,]+)*)$/;
const FINAL = /^(c=[^,]+,r=([!-+\--~]+)(?:,[a-zA-Z]=[^,]+)*),p=([a-zA-Z0-9+/=]+)$/;

export class Scram implements Mechanism {
  readonly #users: ScramUsers;
  readonly #mechanism: ScramMechanism;
  readonly #hash: "sha256" | "sha512";
  #exchange: Exchange | null = null;
  proven: Proven | null = null;

  constructor(users: ScramUsers, mechanism: ScramMechanism) {
    this.#users = users;
    this.#mechanism = mechanism;
    this.#hash = mechanism === "SCRAM-SHA-256" ? "sha256" : "sha512";
  }

  evaluate(token: Buffer): Buffer {
    const message = token.toString();
    return this.#exchange === null ? this.#first(message) : this.#final(message, this.#exchange);
  }

  #first(message: string): Buffer {
    const [, authorization = "", bare = "", name = "", clientNonce = ""] =
      FIRST.exec(message) ?? [];
    if (name === "") throw new SaslFailure("Invalid SCRAM client first message format");
    const user = name.replaceAll("=2C", ",").replaceAll("=3D", "=");
    const credential = this.#users.get(user, this.#mechanism);
    if (credential === undefined)
      throw new SaslFailure("Authentication failed: Invalid user credentials");
    if (authorization !== "" && authorization !== user)
      throw new SaslFailure(
        "Authentication failed: Client requested an authorization id that is different from username",
        { isTold: true },
      );
    const nonce = clientNonce + randomBytes(18).toString("base64url");
    const { salt, iterations } = credential;
    const answer = `r=${nonce},s=${salt.toString("base64")},i=${iterations}`;
    this.#exchange = { user, credential, nonce, signed: `${bare},${answer}` };
    return Buffer.from(answer);
  }

  #final(message: string, { user, credential, nonce, signed }: Exchange): Buffer {
    const [, withoutProof = "", said = "", proof = ""] = FINAL.exec(message) ?? [];
    if (said !== nonce) throw new SaslFailure("Invalid client nonce in the final client message.");
    const authMessage = `${signed},${withoutProof}`;
    const signature = this.#sign(credential.storedKey, authMessage);
    const given = Buffer.from(proof, "base64");
    if (given.length !== signature.length) throw new SaslFailure("Invalid client credentials");
    // ClientKey := ClientProof XOR ClientSignature; its hash is what is stored.
    const clientKey = given.map((byte, index) => byte ^ (signature[index] ?? 0));
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    if (!timingSafeEqual(storedKey, credential.storedKey))
      throw new SaslFailure("Invalid client credentials");
    this.proven = { user, expires: null };
    return Buffer.from(`v=${this.#sign(credential.serverKey, authMessage).toString("base64")}`);
  }

  #sign(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}
