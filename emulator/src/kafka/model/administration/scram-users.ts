/** Who may log in with SCRAM, by what is kept instead of passwords: RFC 5802, RFC 7677. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { ScramCredential, ScramMechanism, ScramUsers } from "../admin-contract.ts";

/** RFC 7677 §4: the least. */
const ITERATIONS = 4096;

const hashes = { "SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512" } as const;
const lengths = { "SCRAM-SHA-256": 32, "SCRAM-SHA-512": 64 } as const;

export type ScramUsersSnapshot = readonly (readonly [
  string,
  ReadonlyMap<ScramMechanism, ScramCredential>,
])[];

export class StoredScramUsers implements ScramUsers {
  readonly #users = new Map<string, Map<ScramMechanism, ScramCredential>>();

  get names(): Iterable<string> {
    return this.#users.keys();
  }

  get(user: string, mechanism: ScramMechanism): ScramCredential | undefined {
    return this.#users.get(user)?.get(mechanism);
  }

  set(user: string, mechanism: ScramMechanism, credential: ScramCredential): void {
    const known = this.#users.get(user) ?? new Map<ScramMechanism, ScramCredential>();
    this.#users.set(user, known.set(mechanism, credential));
  }

  delete(user: string, mechanism: ScramMechanism): boolean {
    const known = this.#users.get(user);
    if (known?.delete(mechanism) !== true) return false;
    if (known.size === 0) this.#users.delete(user);
    return true;
  }

  snapshot(): ScramUsersSnapshot {
    return [...this.#users].map(([user, credentials]) => [user, new Map(credentials)]);
  }

  restore(users: ScramUsersSnapshot): void {
    this.#users.clear();
    for (const [user, credentials] of users)
      for (const [mechanism, { iterations, salt, storedKey, serverKey }] of credentials)
        this.set(user, mechanism, {
          iterations,
          salt: Buffer.from(salt),
          storedKey: Buffer.from(storedKey),
          serverKey: Buffer.from(serverKey),
        });
  }
}

/** Of a password that is known. */
export function credentialOf(password: string, mechanism: ScramMechanism): ScramCredential {
  const salt = randomBytes(24);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, lengths[mechanism], hashes[mechanism]);
  return credentialOfSalted(salted, { mechanism, salt, iterations: ITERATIONS });
}

export function credentialOfSalted(
  salted: Buffer,
  terms: {
    readonly mechanism: ScramMechanism;
    readonly salt: Buffer;
    readonly iterations: number;
  },
): ScramCredential {
  const { mechanism, salt, iterations } = terms;
  const hash = hashes[mechanism];
  const keyed = (text: string) => createHmac(hash, salted).update(text).digest();
  const storedKey = createHash(hash).update(keyed("Client Key")).digest();
  return { salt, iterations, storedKey, serverKey: keyed("Server Key") };
}
