/** The whole broker as plain data. Connections, and what is theirs alone, are not part of it. */
import type { VhostMetadata } from "./contract.ts";
import type { Users, UsersSnapshot } from "./users.ts";
import type { Vhost } from "./vhost.ts";
import type { VhostContents } from "./vhost-snapshot.ts";

interface BrokerSnapshot {
  readonly kind: "rabbitmq";
  readonly clusterName: string;
  readonly users: UsersSnapshot;
  readonly vhosts: readonly {
    readonly name: string;
    readonly metadata: VhostMetadata;
    readonly contents: VhostContents;
  }[];
}

/** What is restored. */
export interface RestorableBroker {
  clusterName: string;
  readonly users: Users;
  readonly vhosts: ReadonlyMap<string, Vhost>;
  createVhost(name: string): Vhost;
  deleteVhost(name: string): void;
  /** One that nobody can reach. */
  trialVhost(): Vhost;
}

export function snapshotBroker(broker: RestorableBroker): unknown {
  const vhosts = [...broker.vhosts.values()].map((vhost) => ({
    name: vhost.name,
    metadata: vhost.metadata,
    contents: vhost.snapshot(),
  }));
  const { clusterName, users } = broker;
  return {
    kind: "rabbitmq",
    clusterName,
    users: users.snapshot(),
    vhosts,
  } satisfies BrokerSnapshot;
}

/** @throws where it cannot be read; then everything is as it was. */
export function restoreBroker(broker: RestorableBroker, snapshot: unknown, time: number): void {
  if (!isSnapshot(snapshot)) throw new Error("this is no snapshot of RabbitMQ");
  for (const { contents } of snapshot.vhosts) tryOut(broker.trialVhost(), contents, time);
  const names = new Set(snapshot.vhosts.map(({ name }) => name));
  for (const name of broker.vhosts.keys()) if (!names.has(name)) broker.deleteVhost(name);
  for (const { name, metadata, contents } of snapshot.vhosts) {
    const vhost = broker.createVhost(name);
    vhost.metadata = metadata;
    vhost.restore(contents, time);
  }
  broker.clusterName = snapshot.clusterName;
  broker.users.restore(snapshot.users);
}

function tryOut(vhost: Vhost, contents: VhostContents, time: number): void {
  try {
    vhost.restore(contents, time);
  } finally {
    vhost.close();
  }
}

function isSnapshot(value: unknown): value is BrokerSnapshot {
  if (typeof value !== "object" || value === null) return false;
  const { kind, users, vhosts } = value as Partial<BrokerSnapshot>;
  return kind === "rabbitmq" && Array.isArray(vhosts) && Array.isArray(users?.permissions);
}
