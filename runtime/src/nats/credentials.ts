/** How a client proves who it is: nkey, JWT, credentials file. What is secret goes to the client's signature and nowhere else. */
import { readFileSync } from "node:fs";
import { ConnectError, DeclarationError } from "../errors.ts";
import type { Authenticator, Package } from "./driver.ts";
import type { NatsOptions } from "./options.ts";

/**
 * The authenticator that the options ask for, if any; user, password and token are the client's own options.
 * @throws {DeclarationError} naming options that exclude each other; {ConnectError} for what is no seed or credentials file.
 */
export function credentialsOf(options: NatsOptions, nats: Package): Authenticator | undefined {
  const ways = (["user", "token", "nkey", "creds", "credsFile"] as const).filter(
    (way) => options[way] !== undefined,
  );
  if (ways.length > 1)
    throw new DeclarationError(`${ways.join(" and ")} cannot be given together: choose one`);
  if (options.jwt !== undefined && options.nkey === undefined)
    throw new DeclarationError("jwt needs the seed of its user: give it as nkey");

  const { nkey, jwt, creds, credsFile } = options;
  if (nkey !== undefined) {
    const seed = new TextEncoder().encode(nkey.trim());
    try {
      nats.nkeys.fromSeed(seed);
    } catch {
      // The client's error could show the seed.
      throw new ConnectError("nkey is no seed: it begins with SU and has 58 characters");
    }
    return jwt === undefined ? nats.nkeyAuthenticator(seed) : nats.jwtAuthenticator(jwt, seed);
  }
  if (creds === undefined && credsFile === undefined) return undefined;
  // The client looks for a line break behind the last line.
  const text = () => new TextEncoder().encode(`${creds ?? read(credsFile ?? "")}\n`);
  const authenticator = nats.credsAuthenticator(text);
  // So that what cannot be read is an error now, and not at the server's nonce.
  text();
  try {
    authenticator("nonce");
  } catch {
    throw new ConnectError(
      `${credsFile === undefined ? "creds is" : `${credsFile} is`} no credentials: a JWT and a seed between BEGIN and END lines, as nsc writes them`,
    );
  }
  return authenticator;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConnectError(`cannot read the credentials file ${file}`, { cause });
  }
}
