/**
 * The topics that Kafka's coordinators keep their state in. They are made when somebody first looks for a coordinator,
 * and clients see them; here nothing lies in them, since the state is in the model.
 */
import type { Cluster } from "../contract.ts";

/** The topic that the offsets of groups lie in, as transactions name them among their partitions. */
export const OFFSETS_TOPIC = "__consumer_offsets";
const TRANSACTIONS_TOPIC = "__transaction_state";

export function isInternal(topic: string): boolean {
  return topic === OFFSETS_TOPIC || topic === TRANSACTIONS_TOPIC;
}

/** Makes the topic of these coordinators where it is not there yet. */
export function makeCoordinatorTopic(
  cluster: Pick<Cluster, "topics" | "configs" | "nodes">,
  kind: "group" | "transaction",
): void {
  const name = kind === "group" ? OFFSETS_TOPIC : TRANSACTIONS_TOPIC;
  const { topics, configs, nodes } = cluster;
  if (topics.get(name) !== undefined) return;
  const settings = kind === "group" ? "offsets.topic" : "transaction.state.log";
  const partitions = configs.number(`${settings}.num.partitions`);
  // Who leads a partition coordinates what belongs to it.
  const leaders = Array.from({ length: partitions }, (_, partition) => {
    const leader = nodes[partition % nodes.length];
    return [partition, leader === undefined ? [] : [leader.id]] as const;
  });
  const segment = ["segment.bytes", configs.get(`${settings}.segment.bytes`)] as const;
  const own = kind === "group" ? { "compression.type": "producer" } : transactionConfigs(cluster);
  topics.create({
    name,
    partitions: -1,
    replicationFactor: -1,
    assignment: new Map(leaders),
    configs: new Map([["cleanup.policy", "compact"], segment, ...Object.entries(own)]),
  });
}

function transactionConfigs({ configs }: Pick<Cluster, "configs">): Record<string, string> {
  return {
    "compression.type": "uncompressed",
    "min.insync.replicas": configs.get("transaction.state.log.min.isr"),
    "unclean.leader.election.enable": "false",
  };
}
