/** The whole cluster as plain data. Connections are not part of it. */
import type { Clock } from "../../clock.ts";
import type { Acl } from "./admin-contract.ts";
import type { AclStore } from "./administration/acls.ts";
import type { Features, FeaturesSnapshot } from "./administration/features.ts";
import type { SetQuotas } from "./administration/quotas.ts";
import type { ScramUsersSnapshot, StoredScramUsers } from "./administration/scram-users.ts";
import type { BrokerConfigsSnapshot, SetBrokerConfigs } from "./configs/broker-configs.ts";
import type { ResourceConfigsSnapshot, SetResourceConfigs } from "./configs/resource-configs.ts";
import type { Transactions } from "./contract.ts";
import type { GroupCoordinator } from "./groups/groups.ts";
import type { TopicSnapshot } from "./topics/topic.ts";
import type { LocalTopics } from "./topics/topics.ts";

interface ClusterSnapshot {
  readonly kind: "kafka";
  readonly topics: readonly TopicSnapshot[];
  readonly groups: unknown;
  readonly transactions: unknown;
  readonly configs: BrokerConfigsSnapshot;
  readonly groupConfigs: ResourceConfigsSnapshot;
  readonly metricsConfigs: ResourceConfigsSnapshot;
  readonly acls: readonly Acl[];
  readonly quotas: ReturnType<SetQuotas["snapshot"]>;
  readonly users: ScramUsersSnapshot;
  readonly features: FeaturesSnapshot;
}

/** What is restored. */
export interface RestorableCluster {
  readonly clock: Clock;
  readonly topics: LocalTopics;
  readonly groups: GroupCoordinator;
  readonly transactions: Transactions;
  readonly configs: SetBrokerConfigs;
  readonly groupConfigs: SetResourceConfigs;
  readonly metricsConfigs: SetResourceConfigs;
  readonly acls: AclStore;
  readonly quotas: SetQuotas;
  readonly users: StoredScramUsers;
  readonly features: Features;
  /** Coordinators that nobody can reach. */
  trialCoordinators(): { groups: GroupCoordinator; transactions: Transactions };
}

export function snapshotCluster(cluster: RestorableCluster): unknown {
  return {
    kind: "kafka",
    topics: cluster.topics.snapshot(),
    groups: cluster.groups.snapshot(),
    transactions: cluster.transactions.snapshot(),
    configs: cluster.configs.snapshot(),
    groupConfigs: cluster.groupConfigs.snapshot(),
    metricsConfigs: cluster.metricsConfigs.snapshot(),
    acls: cluster.acls.snapshot(),
    quotas: cluster.quotas.snapshot(),
    users: cluster.users.snapshot(),
    features: cluster.features.snapshot(),
  } satisfies ClusterSnapshot;
}

/** @throws where it cannot be read; then everything is as it was. */
export function restoreCluster(cluster: RestorableCluster, snapshot: unknown, time: number): void {
  if (!isSnapshot(snapshot)) throw new Error("this is no snapshot of Kafka");
  const topics = cluster.topics.restore(snapshot.topics, cluster.clock.now() - time);
  try {
    tryOut(cluster, snapshot, time);
  } catch (error) {
    topics.drop();
    throw error;
  }
  // Groups look at their topics, and transactions at both.
  cluster.configs.restore(snapshot.configs);
  cluster.groupConfigs.restore(snapshot.groupConfigs);
  cluster.metricsConfigs.restore(snapshot.metricsConfigs);
  topics.apply();
  cluster.groups.restore(snapshot.groups, time);
  cluster.transactions.restore(snapshot.transactions, time);
  cluster.acls.restore(snapshot.acls);
  cluster.quotas.restore(snapshot.quotas);
  cluster.users.restore(snapshot.users);
  cluster.features.restore(snapshot.features);
}

function tryOut(cluster: RestorableCluster, snapshot: ClusterSnapshot, time: number): void {
  const { groups, transactions } = cluster.trialCoordinators();
  try {
    groups.restore(snapshot.groups, time);
    transactions.restore(snapshot.transactions, time);
  } finally {
    transactions.close();
    groups.close();
  }
}

function isSnapshot(value: unknown): value is ClusterSnapshot {
  if (typeof value !== "object" || value === null) return false;
  const { kind, topics, configs, acls, quotas, users, features } =
    value as Partial<ClusterSnapshot>;
  return (
    kind === "kafka" &&
    configs?.ofAll instanceof Map &&
    features?.levels instanceof Map &&
    [topics, acls, quotas, users].every((part) => Array.isArray(part))
  );
}
