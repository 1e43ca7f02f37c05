/**
 * Which partition of `__consumer_offsets` a group belongs to, and which of `__transaction_state` a transactional id:
 * its leader is the coordinator. Java's hash of the text.
 */
export function keyPartition(key: string, partitions: number): number {
  let hash = 0;
  for (let index = 0; index < key.length; index++) {
    hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
  }
  // The lowest integer has no absolute value in Java; Kafka takes 0.
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitions;
}
