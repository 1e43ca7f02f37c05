/** Kafka, written here, like 3.9 with the consumer groups of KIP-848: https://kafka.apache.org/protocol */
import type { Protocol, ProtocolContext, ProtocolKind } from "../protocol.ts";
import { createCluster } from "./model/cluster.ts";
import type { Node } from "./model/contract.ts";
import { whenPatternsRun } from "./model/groups/consumer/topic-pattern.ts";
import type { Broker } from "./session/broker.ts";
import { createDispatchTable } from "./session/dispatch.ts";
import { Ledger } from "./session/ledger.ts";
import { KafkaSession } from "./session/session.ts";
import { registryPort } from "./registry/port.ts";
import { Registry } from "./registry/registry.ts";
import { createWorkbench } from "./session/workbench.ts";

export const kafka: ProtocolKind = {
  name: "kafka",
  defaultPort: 9092,
  scheme: "",
  tls: { scheme: "", defaultPort: 9093 },
  async open(context): Promise<Protocol> {
    const { broker, nodes } = createBroker(context);
    const { cluster } = broker;
    const publish = createWorkbench(broker);
    const registry = new Registry();
    const credentials = [
      ...(context.auth === null ? [] : [context.auth]),
      ...(context.kafkaUsers ?? []),
    ];
    return {
      accept: (connection) => new KafkaSession(broker, connection),
      publish: async (message) => publish(message),
      snapshot: () => ({ cluster: cluster.snapshot(), schemaRegistry: registry.snapshot() }),
      async restore(snapshot, time) {
        if (!isSnapshot(snapshot)) throw new Error("this is no snapshot of Kafka");
        const restoreRegistry = registry.reading(snapshot.schemaRegistry);
        await whenPatternsRun();
        cluster.restore(snapshot.cluster, time);
        restoreRegistry();
      },
      close: async () => cluster.close(),
      further: [registryPort({ registry, clusterId: cluster.id, credentials, log: context.log })],
      nodes: nodes.length,
      listening(ports, withTls) {
        for (const [index, node] of nodes.entries()) {
          node.port = ports[index] ?? 0;
          node.securePort = withTls[index] ?? 0;
        }
      },
    };
  },
};

function isSnapshot(value: unknown): value is { cluster: unknown; schemaRegistry: unknown } {
  return (
    typeof value === "object" && value !== null && "cluster" in value && "schemaRegistry" in value
  );
}

/** A node whose port is not known yet. */
type ComingNode = { -readonly [Name in keyof Node]: Node[Name] };

function createBroker(context: ProtocolContext): { broker: Broker; nodes: ComingNode[] } {
  const rack = context.kafkaConfigs?.["broker.rack"] ?? null;
  const nodes = Array.from({ length: context.kafkaBrokers ?? 1 }, (_, id): ComingNode => ({
    id,
    host: "localhost",
    port: 0,
    securePort: 0,
    rack,
  }));
  const cluster = createCluster({ context, nodes });
  const table = createDispatchTable(context.clock, context.kafkaAsVersion);
  const ledger = new Ledger(context.journal, cluster);
  const [first] = cluster.nodes;
  if (first === undefined) throw new Error("a Kafka cluster has one broker at least");
  const nodeAt = (port: number) =>
    cluster.nodes.find((node) => node.port === port || node.securePort === port) ?? first;
  return { broker: { context, cluster, table, ledger, nodeAt }, nodes };
}
