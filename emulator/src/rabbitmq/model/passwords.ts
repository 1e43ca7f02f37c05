/**
 * Password hashes as RabbitMQ keeps and exports them: base64 of four bytes of salt and the hash of salt and password.
 * https://www.rabbitmq.com/docs/passwords
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const ALGORITHMS = {
  rabbit_password_hashing_sha256: "sha256",
  rabbit_password_hashing_sha512: "sha512",
  rabbit_password_hashing_md5: "md5",
} as const;

export type HashingAlgorithm = keyof typeof ALGORITHMS;

const SALT_BYTES = 4;

export function isHashingAlgorithm(name: string): name is HashingAlgorithm {
  return Object.hasOwn(ALGORITHMS, name);
}

export function hashPassword(password: string): string {
  return salted(randomBytes(SALT_BYTES), password, "rabbit_password_hashing_sha256");
}

export function matchesHash(password: string, hash: string, algorithm: HashingAlgorithm): boolean {
  const known = Buffer.from(hash, "base64");
  // A user without a hash has no password, and nobody logs in with it.
  if (known.length <= SALT_BYTES) return false;
  const given = Buffer.from(salted(known.subarray(0, SALT_BYTES), password, algorithm), "base64");
  return given.length === known.length && timingSafeEqual(given, known);
}

function salted(salt: Buffer, password: string, algorithm: HashingAlgorithm): string {
  const hash = createHash(ALGORITHMS[algorithm]).update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString("base64");
}
