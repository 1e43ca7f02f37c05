/**
 * AlterReplicaLogDirs, 0–2: moves logs of this node to another of its directories. It has one.
 * https://kafka.apache.org/protocol#The_Messages_AlterReplicaLogDirs, KIP-113
 */
import { LOG_DIRECTORY } from "../../model/configs/server-properties.ts";
import { KafkaError } from "../../model/errors.ts";
import { alterReplicaLogDirs } from "../../wire/apis/alter-replica-log-dirs.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { partitionOf } from "../partition-lookup.ts";
import { attempt } from "./failure.ts";

export const alterReplicaLogDirsRow: Row = row(alterReplicaLogDirs, [0, 2], ({ dirs }, call) => ({
  results: dirs.flatMap(({ path, topics }) =>
    topics.map(({ name, partitions }) => ({
      topicName: name,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        errorCode: attempt(() => move({ path, name, partitionIndex }, call)).errorCode,
      })),
    })),
  ),
}));

function move(
  asked: { readonly path: string; readonly name: string; readonly partitionIndex: number },
  call: Call,
): void {
  if (!may(call, "Alter", "Cluster", "kafka-cluster"))
    throw new KafkaError("CLUSTER_AUTHORIZATION_FAILED");
  if (asked.path !== LOG_DIRECTORY) throw new KafkaError("LOG_DIR_NOT_FOUND");
  const { replicas } = partitionOf(call, asked.name, asked.partitionIndex);
  if (!replicas.includes(call.node.id)) throw new KafkaError("NOT_LEADER_OR_FOLLOWER");
}
