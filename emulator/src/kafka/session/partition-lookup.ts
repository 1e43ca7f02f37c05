/** The partition that a request is about, on the node that it came to. */
import type { Partition } from "../model/contract.ts";
import { KafkaError } from "../model/errors.ts";
import { errorCodes } from "../wire/error-codes.ts";
import { MalformedRecords } from "../wire/malformed-records.ts";
import type { Call } from "./handling.ts";

/** @throws {KafkaError} UNKNOWN_TOPIC_OR_PARTITION */
export function partitionOf({ cluster }: Call, topic: string, index: number): Partition {
  const partition = cluster.topics.get(topic)?.partitions[index];
  if (partition === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
  return partition;
}

/**
 * One that this node leads; `epoch` is the one under which the client knows the leader, -1 where it does not say (KIP-320).
 * @throws {KafkaError} UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH
 */
export function partitionLedHere(call: Call, topic: string, index: number, epoch = -1): Partition {
  const partition = partitionOf(call, topic, index);
  if (epoch >= 0 && epoch < partition.leaderEpoch) throw new KafkaError("FENCED_LEADER_EPOCH");
  if (epoch > partition.leaderEpoch) throw new KafkaError("UNKNOWN_LEADER_EPOCH");
  if (partition.leader !== call.node.id) throw new KafkaError("NOT_LEADER_OR_FOLLOWER");
  return partition;
}

/** The code of what was thrown; what is no KafkaError is a fault of ours. */
export function codeOf(error: unknown): number {
  if (error instanceof KafkaError) return error.code;
  if (error instanceof MalformedRecords) return errorCodes[error.error];
  throw error;
}
