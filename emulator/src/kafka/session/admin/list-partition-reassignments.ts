/**
 * ListPartitionReassignments, 0: those in progress, of some topics or of all.
 * https://kafka.apache.org/protocol#The_Messages_ListPartitionReassignments, KIP-455
 */
import type { Topic } from "../../model/contract.ts";
import { listPartitionReassignments } from "../../wire/apis/list-partition-reassignments.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";
import { failure, plain, success } from "./failure.ts";

export const listPartitionReassignmentsRow: Row = row(
  listPartitionReassignments,
  [0, 0],
  ({ topics }, call) => {
    if (!may(call, "Describe", "Cluster", "kafka-cluster"))
      return { ...failure(plain("CLUSTER_AUTHORIZATION_FAILED")), topics: [] };
    const known = call.cluster.topics;
    const found =
      topics === null
        ? [...known.all].map((topic) => inProgress(topic))
        : topics.map(({ name, partitionIndexes }) => inProgress(known.get(name), partitionIndexes));
    return { ...success, topics: found.filter(({ partitions }) => partitions.length > 0) };
  },
);

function inProgress(topic: Topic | undefined, asked?: readonly number[]) {
  const partitions = (topic?.partitions ?? [])
    .filter(({ index }) => asked?.includes(index) ?? true)
    .filter(({ adding, removing }) => adding.length > 0 || removing.length > 0)
    .map(({ index, replicas, adding, removing }) => ({
      partitionIndex: index,
      replicas,
      addingReplicas: adding,
      removingReplicas: removing,
    }));
  return { name: topic?.name ?? "", partitions };
}
