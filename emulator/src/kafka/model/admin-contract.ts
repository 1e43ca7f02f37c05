/** What administration asks of a cluster: configs, ACLs, quotas, users. Part of contract.ts. */

// ------------------------------------------------------------ configs

/** Where a value comes from, as DescribeConfigs tells it. */
export type ConfigSource =
  | "dynamic-topic"
  | "dynamic-broker"
  | "dynamic-default-broker"
  | "static-broker"
  | "default"
  | "client-metrics"
  | "group";

export interface SourcedConfig {
  readonly name: string;
  /** As it was set, in its own unit. */
  readonly value: string;
  readonly source: ConfigSource;
}

/** What the brokers are set to, by Kafka's names: https://kafka.apache.org/documentation/#brokerconfigs */
export interface BrokerConfigs {
  /** The value in force on a node (by default: on the first), `""` where there is none. */
  get(name: string, node?: number): string;
  number(name: string, node?: number): number;
  /** Every value that one of these names has anywhere, those first that win. */
  sourcesOf(names: readonly string[], node?: number): readonly SourcedConfig[];
  /** What a node's own server.properties say. */
  statics(node: number): Readonly<Record<string, string>>;
  /** What was set while they ran: on one broker, or on all (null). */
  dynamic(node: number | null): ReadonlyMap<string, string>;
  replace(node: number | null, configs: ReadonlyMap<string, string>): void;
}

/** What is set on a topic over the broker's defaults; read as numbers and words where the log needs them. */
export interface TopicConfigs {
  /** What was set on the topic itself. */
  readonly own: ReadonlyMap<string, string>;
  /** The value in force, by Kafka's name of it: https://kafka.apache.org/documentation/#topicconfigs */
  get(name: string): string;
  /** As a number: bytes, milliseconds; -1 where Kafka means without bound. */
  number(name: string): number;
  /** Every value that it has anywhere, those first that win. */
  sourcesOf(name: string): readonly SourcedConfig[];
}

/** What is set on resources that need not be there: groups, subscriptions to client metrics. */
export interface ResourceConfigs {
  readonly names: Iterable<string>;
  get(name: string): ReadonlyMap<string, string>;
  replace(name: string, configs: ReadonlyMap<string, string>): void;
}

// ------------------------------------------------------------ access

/** Words as Kafka's tools print them. */
export type AclOperation =
  | "All"
  | "Read"
  | "Write"
  | "Create"
  | "Delete"
  | "Alter"
  | "Describe"
  | "ClusterAction"
  | "DescribeConfigs"
  | "AlterConfigs"
  | "IdempotentWrite"
  | "CreateTokens"
  | "DescribeTokens"
  | "TwoPhaseCommit";
export type AclResource =
  | "Topic"
  | "Group"
  | "Cluster"
  | "TransactionalId"
  | "DelegationToken"
  | "User";

export interface Acl {
  readonly type: AclResource;
  readonly pattern: "Literal" | "Prefixed";
  readonly name: string;
  /** `User:alice` */
  readonly principal: string;
  readonly host: string;
  readonly operation: AclOperation;
  readonly permission: "Allow" | "Deny";
}

/** https://kafka.apache.org/documentation/#security_authz */
export interface Acls {
  /** Without an authorizer everything is allowed, and ACLs are refused with SECURITY_DISABLED. */
  readonly enforced: boolean;
  /** `resource` of a cluster is `kafka-cluster`. */
  allows(who: Requester, operation: AclOperation, type: AclResource, resource: string): boolean;
  /** Whether there is any resource of this type with which it may do this. */
  allowsAny(who: Requester, operation: AclOperation, type: AclResource): boolean;
  readonly all: Iterable<Acl>;
  /** One that is there already is no second one. */
  add(acl: Acl): void;
  delete(acl: Acl): void;
}

export interface Requester {
  readonly principal: string;
  readonly host: string;
}

/** What a quota is for: user, client-id or ip, by type; null for those that have none of their own. */
export type QuotaEntity = ReadonlyMap<string, string | null>;

/** Stored and described; nobody is throttled. */
export interface Quotas {
  readonly all: Iterable<readonly [QuotaEntity, ReadonlyMap<string, number>]>;
  get(entity: QuotaEntity): ReadonlyMap<string, number>;
  replace(entity: QuotaEntity, quotas: ReadonlyMap<string, number>): void;
}

export type ScramMechanism = "SCRAM-SHA-256" | "SCRAM-SHA-512";

/** Who may log in with SCRAM: https://kafka.apache.org/documentation/#security_sasl_scram */
export interface ScramUsers {
  readonly names: Iterable<string>;
  get(user: string, mechanism: ScramMechanism): ScramCredential | undefined;
  set(user: string, mechanism: ScramMechanism, credential: ScramCredential): void;
  delete(user: string, mechanism: ScramMechanism): boolean;
}

/** RFC 5802 §3. */
export interface ScramCredential {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}
