/**
 * ElectLeaders, 0–2: gives the leadership back to the first of a partition's nodes (preferred), or to any where there is
 * no leader (unclean, from version 1 on). Without a list it is about all, and those that need none are not told.
 * https://kafka.apache.org/protocol#The_Messages_ElectLeaders, KIP-460
 */
import { KafkaError } from "../../model/errors.ts";
import { electLeaders } from "../../wire/apis/elect-leaders.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { attempt, plain } from "./failure.ts";

const PREFERRED = 0;
const UNCLEAN = 1;

export const electLeadersRow: Row = row(electLeaders, [0, 2], (request, call) => {
  const { electionType, topicPartitions } = request;
  if (!may(call, "Alter", "Cluster", "kafka-cluster"))
    return {
      errorCode: plain("CLUSTER_AUTHORIZATION_FAILED").code,
      replicaElectionResults: [],
    };
  if (electionType !== PREFERRED && electionType !== UNCLEAN)
    return { errorCode: new KafkaError("INVALID_REQUEST").code, replicaElectionResults: [] };
  const asked = topicPartitions ?? allPartitions(call);
  const notNeeded = plain("ELECTION_NOT_NEEDED").code;
  return {
    errorCode: 0,
    replicaElectionResults: asked.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions
        .map((partitionId) => ({
          partitionId,
          ...attempt(() => elect(topic, partitionId, electionType, call)),
        }))
        .filter(({ errorCode }) => topicPartitions !== null || errorCode !== notNeeded),
    })),
  };
});

function allPartitions({ cluster }: Call) {
  return [...cluster.topics.all].map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ index }) => index),
  }));
}

function elect(name: string, index: number, electionType: number, { cluster }: Call): void {
  const topic = cluster.topics.get(name);
  if (topic === undefined)
    throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", `No such topic as ${name}`);
  const partition = topic.partitions[index];
  if (partition === undefined)
    throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", `No such partition as ${name}-${index}`);
  const [preferred = -1] = partition.replicas;
  const isFine =
    electionType === PREFERRED ? partition.leader === preferred : partition.leader !== -1;
  if (isFine) throw plain("ELECTION_NOT_NEEDED");
  if (!partition.inSync.includes(preferred)) throw plain("PREFERRED_LEADER_NOT_AVAILABLE");
  partition.lead(preferred);
}
