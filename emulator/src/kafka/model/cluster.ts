/** One Kafka cluster: its nodes, its topics, and who coordinates what. */
import type { ProtocolContext } from "../../protocol.ts";
import type { ScramMechanism } from "./admin-contract.ts";
import { type Accounts, accountsOf, superUsers } from "./administration/accounts.ts";
import { AclStore } from "./administration/acls.ts";
import { Features } from "./administration/features.ts";
import { SetQuotas } from "./administration/quotas.ts";
import { StoredScramUsers, credentialOf } from "./administration/scram-users.ts";
import { type RestorableCluster, restoreCluster, snapshotCluster } from "./cluster-snapshot.ts";
import { SetBrokerConfigs } from "./configs/broker-configs.ts";
import { checkGivenConfigs } from "./configs/given-configs.ts";
import { SetResourceConfigs } from "./configs/resource-configs.ts";
import { serverProperties } from "./configs/server-properties.ts";
import type { Cluster, Node, Transactions } from "./contract.ts";
import { type GroupCoordinator, type GroupsTerms, createGroups } from "./groups/groups.ts";
import { keyPartition } from "./key-partition.ts";
import { LogManager } from "./log/log-manager.ts";
import { Replication } from "./topics/replication.ts";
import { LocalTopics } from "./topics/topics.ts";
import { type TransactionsTerms, createTransactions } from "./transactions/transactions.ts";
import { randomId } from "./uuid.ts";

export interface ClusterTerms {
  readonly context: Pick<
    ProtocolContext,
    "clock" | "journal" | "auth" | "kafkaUsers" | "kafkaConfigs"
  >;
  /** At least one; the first is the controller. */
  readonly nodes: readonly Node[];
}

export function createCluster(terms: ClusterTerms): Cluster {
  return new LocalCluster(terms);
}

class LocalCluster implements Cluster, RestorableCluster {
  readonly id: string = randomId();
  readonly clock: Cluster["clock"];
  readonly nodes: readonly Node[];
  readonly configs: SetBrokerConfigs;
  readonly groupConfigs = new SetResourceConfigs();
  readonly metricsConfigs = new SetResourceConfigs();
  readonly accounts: Accounts | null;
  readonly acls: AclStore;
  readonly quotas = new SetQuotas();
  readonly users = new StoredScramUsers();
  readonly features: Features;
  readonly topics: LocalTopics;
  readonly groups: GroupCoordinator;
  readonly transactions: Transactions;
  readonly #logs: LogManager;
  readonly #replication: Replication;

  constructor({ context, nodes }: ClusterTerms) {
    const { clock, journal, kafkaConfigs: given = {} } = context;
    const accounts = accountsOf(context);
    this.accounts = accounts;
    this.clock = clock;
    this.nodes = nodes;
    this.features = new Features(this.controller);
    this.configs = new SetBrokerConfigs(nodes, (node) =>
      serverProperties(node, { nodes, accounts, given }),
    );
    checkGivenConfigs(given, this.configs);
    this.acls = new AclStore({
      enforced: accounts !== null,
      superUsers: accounts === null ? [] : superUsers(accounts),
      openUnlessSaid: true,
    });
    this.#logs = new LogManager({ clock, journal, configs: this.configs });
    this.#replication = new Replication(this);
    this.topics = new LocalTopics({
      nodes: nodes.map(({ id }) => id),
      configs: this.configs,
      logs: this.#logs,
      replication: this.#replication,
    });
    this.configs.onChange = () => this.topics.configured();
    this.groups = createGroups(this.#groupsTerms());
    this.transactions = createTransactions(this.#transactionsTerms(this.groups));
    for (const [user, password] of accounts?.passwords ?? [])
      for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-512"] satisfies ScramMechanism[])
        this.users.set(user, mechanism, credentialOf(password, mechanism));
  }

  get controller(): number {
    return this.nodes[0]?.id ?? -1;
  }

  coordinatorOf(kind: "group" | "transaction", key: string): Node {
    const topic = kind === "group" ? "offsets.topic" : "transaction.state.log";
    const partition = keyPartition(key, this.configs.number(`${topic}.num.partitions`));
    const node = this.nodes[partition % this.nodes.length];
    if (node === undefined) throw new Error("a cluster has at least one node");
    return node;
  }

  snapshot(): unknown {
    return snapshotCluster(this);
  }

  restore(snapshot: unknown, time: number): void {
    restoreCluster(this, snapshot, time);
  }

  /** Coordinators that nobody can reach. */
  trialCoordinators(): { groups: GroupCoordinator; transactions: Transactions } {
    const groups = createGroups(this.#groupsTerms());
    return { groups, transactions: createTransactions(this.#transactionsTerms(groups)) };
  }

  close(): void {
    this.transactions.close();
    this.groups.close();
    this.topics.close();
    this.#replication.close();
    this.#logs.close();
  }

  #groupsTerms(): GroupsTerms {
    const { clock, topics, configs, groupConfigs } = this;
    return {
      clock,
      topics,
      configs,
      groupConfig(group, name) {
        const value = groupConfigs.get(group).get(name);
        return value === undefined ? undefined : Number(value);
      },
    };
  }

  #transactionsTerms(groups: GroupCoordinator): TransactionsTerms {
    const { clock, topics, configs } = this;
    return { clock, topics, configs, groups };
  }
}
