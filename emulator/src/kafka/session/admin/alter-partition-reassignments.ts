/**
 * AlterPartitionReassignments, 0–1: puts a partition on other nodes, which takes until those are in sync, or takes that
 * back while it is in progress (`replicas` null).
 * https://kafka.apache.org/protocol#The_Messages_AlterPartitionReassignments, KIP-455
 */
import { KafkaError } from "../../model/errors.ts";
import { checkAssignment } from "../../model/topics/placement.ts";
import { alterPartitionReassignments } from "../../wire/apis/alter-partition-reassignments.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { attempt, failure, plain, success } from "./failure.ts";

export const alterPartitionReassignmentsRow: Row = row(
  alterPartitionReassignments,
  [0, 1],
  (request, call) => {
    if (!may(call, "Alter", "Cluster", "kafka-cluster"))
      return { ...failure(plain("CLUSTER_AUTHORIZATION_FAILED")), responses: [] };
    const { allowReplicationFactorChange } = request;
    return {
      ...success,
      allowReplicationFactorChange,
      responses: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, replicas }) => ({
          partitionIndex,
          ...attempt(() =>
            reassign({ name, partitionIndex, replicas }, allowReplicationFactorChange, call),
          ),
        })),
      })),
    };
  },
);

interface Asked {
  readonly name: string;
  readonly partitionIndex: number;
  readonly replicas: readonly number[] | null;
}

function reassign(
  { name, partitionIndex, replicas }: Asked,
  mayChangeFactor: boolean,
  { cluster }: Call,
): void {
  const topic = cluster.topics.get(name);
  if (topic === undefined)
    throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", `Unable to find a topic named ${name}.`);
  const partition = topic.partitions[partitionIndex];
  if (partition === undefined)
    throw new KafkaError(
      "UNKNOWN_TOPIC_OR_PARTITION",
      `Unable to find partition ${name}:${partitionIndex}.`,
    );
  if (replicas === null) return partition.cancelReassignment();
  const nodes = cluster.nodes.map(({ id }) => id);
  checkAssignment(replicas, nodes, null);
  // KIP-860
  const factor = partition.replicas.length - partition.removing.length;
  if (!mayChangeFactor && replicas.length !== factor)
    throw new KafkaError(
      "INVALID_REPLICATION_FACTOR",
      `The replication factor is changed from ${factor} to ${replicas.length}`,
    );
  partition.reassign(replicas);
}
