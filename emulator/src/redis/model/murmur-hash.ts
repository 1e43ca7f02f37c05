/** MurmurHash64A, by which a HyperLogLog spreads its elements. https://github.com/aappleby/smhasher */
import type { Bytes } from "../values.ts";

const SEED = 0xadc83b19n;
const MULTIPLIER = 0xc6a4a7935bd1e995n;
const SHIFT = 47n;

export function murmurHash64(text: Bytes): bigint {
  const bytes = Buffer.from(text, "latin1");
  const whole = bytes.length - (bytes.length % 8);
  let hash = SEED ^ product(BigInt(bytes.length));
  for (let at = 0; at < whole; at += 8) {
    const word = product(bytes.readBigUInt64LE(at));
    hash = product(hash ^ product(word ^ (word >> SHIFT)));
  }
  let rest = 0n;
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8n) | BigInt(bytes[at] ?? 0);
  if (whole < bytes.length) hash = product(hash ^ rest);
  hash = product(hash ^ (hash >> SHIFT));
  return hash ^ (hash >> SHIFT);
}

function product(value: bigint): bigint {
  return BigInt.asUintN(64, value * MULTIPLIER);
}
