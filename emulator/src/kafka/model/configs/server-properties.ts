/** What would stand in the server.properties of a node, were it a Kafka of one's own: where this differs from the defaults. */
import { type Accounts, superUsers } from "../administration/accounts.ts";
import type { Node } from "../contract.ts";
import type { GivenConfigs } from "./given-configs.ts";

export interface ServerTerms {
  readonly nodes: readonly Node[];
  readonly accounts: Accounts | null;
  /** What whoever started the emulator has put there. */
  readonly given: GivenConfigs;
}

export function serverProperties(
  node: Node,
  { nodes, accounts, given }: ServerTerms,
): Readonly<Record<string, string>> {
  const protocol = accounts === null ? "PLAINTEXT" : "SASL_PLAINTEXT";
  const listener = `${protocol}://${node.host}:${node.port}`;
  return {
    "node.id": String(node.id),
    "broker.id": String(node.id),
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": nodes.map(({ id, host }) => `${id}@${host}:9093`).join(","),
    listeners: `${listener},CONTROLLER://${node.host}:9093`,
    "advertised.listeners": listener,
    "inter.broker.listener.name": protocol,
    "listener.security.protocol.map": `CONTROLLER:PLAINTEXT,${protocol}:${protocol}`,
    "log.dirs": LOG_DIRECTORY,
    "group.coordinator.rebalance.protocols": "classic,consumer",
    // The first member of a group is not kept waiting for others.
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    ...(node.rack === null ? {} : { "broker.rack": node.rack }),
    ...(accounts === null ? {} : guarded(accounts)),
    ...given,
  };
}

/** As DescribeLogDirs names it; nothing is there. */
export const LOG_DIRECTORY = "/var/lib/kafka/data";

function guarded(accounts: Accounts): Readonly<Record<string, string>> {
  return {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": superUsers(accounts).join(";"),
    "allow.everyone.if.no.acl.found": "true",
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
  };
}
