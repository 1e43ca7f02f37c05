/**
 * MurmurHash2 in 32 bits with Kafka's seed, by which producers of all languages spread keys over partitions.
 * https://kafka.apache.org/documentation/#producerconfigs_partitioner.class
 */
const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word = Math.imul(view.getInt32(at, true), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word ^ (word >>> 24), MULTIPLIER);
  }
  if (at < length) {
    for (let rest = length - 1; rest >= at; rest--)
      hash ^= view.getUint8(rest) << (8 * (rest - at));
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
