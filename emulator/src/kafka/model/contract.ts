/**
 * What the parts of the Kafka model and the sessions know of each other. Nothing here has heard of sockets or of the
 * layouts of messages. What a client did wrong is thrown as a KafkaError, with the code of the protocol.
 */
import type { Clock } from "../../clock.ts";
import type { JournalClient } from "../../journal.ts";
import type { Features } from "./administration/features.ts";
import type { GroupRequests } from "./group-contract.ts";
import type { Batch } from "../wire/record-batch.ts";
import type { Accounts } from "./administration/accounts.ts";
import type {
  Acls,
  BrokerConfigs,
  Quotas,
  ResourceConfigs,
  ScramUsers,
  TopicConfigs,
} from "./admin-contract.ts";

export type {
  AclOperation,
  AclResource,
  Acls,
  BrokerConfigs,
  Quotas,
  ScramCredential,
  ScramMechanism,
  ScramUsers,
  TopicConfigs,
} from "./admin-contract.ts";

// ------------------------------------------------------------ cluster

/**
 * One Kafka cluster: nodes, topics, and who coordinates what. `createCluster({ context, nodes })`, in cluster.ts; whoever
 * listens makes the nodes, and may fill in their ports later.
 */
export interface Cluster {
  /** As Kafka's `cluster.id`: 22 characters of base64url. */
  readonly id: string;
  readonly clock: Clock;
  readonly nodes: readonly Node[];
  /** Always one of the nodes: clients look it up. */
  readonly controller: number;
  readonly topics: Topics;
  readonly groups: Groups;
  readonly transactions: Transactions;
  readonly configs: BrokerConfigs;
  /** What is set on groups, and on subscriptions to clients' metrics. */
  readonly groupConfigs: ResourceConfigs;
  readonly metricsConfigs: ResourceConfigs;
  readonly acls: Acls;
  readonly quotas: Quotas;
  readonly users: ScramUsers;
  readonly features: Features;
  /** Null where nobody is asked to log in: then there is no authorizer either. */
  readonly accounts: Accounts | null;
  /** Which node answers for a group or a transactional id. */
  coordinatorOf(kind: "group" | "transaction", key: string): Node;
  snapshot(): unknown;
  restore(snapshot: unknown, time: number): void;
  close(): void;
}

/** A broker of the cluster, as metadata names it. Its port is known when it listens. */
export interface Node {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  /** For clients with TLS; 0 where it has none. */
  readonly securePort: number;
  readonly rack: string | null;
}

// ------------------------------------------------------------ topics

export interface Topics {
  /** In the order of their names. */
  readonly all: Iterable<Topic>;
  get(name: string): Topic | undefined;
  byId(id: string): Topic | undefined;
  /** @throws {KafkaError} INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR, INVALID_CONFIG, POLICY_VIOLATION … */
  create(wanted: NewTopic): Topic;
  delete(topic: Topic): void;
  /** Calls back for each topic that is made, deleted, or gets partitions: groups that subscribe by pattern look again. */
  onChange(listener: (topic: Topic) => void): () => void;
}

export interface NewTopic {
  readonly name: string;
  /** -1: the broker's `num.partitions`. */
  readonly partitions: number;
  /** -1: the broker's `default.replication.factor`. */
  readonly replicationFactor: number;
  /** Node ids by partition, instead of the two above. */
  readonly assignment?: ReadonlyMap<number, readonly number[]>;
  readonly configs: ReadonlyMap<string, string | null>;
  /** Only look whether it could be made. */
  readonly validateOnly?: boolean;
}

export interface Topic {
  readonly name: string;
  /** 22 characters of base64url. */
  readonly id: string;
  readonly internal: boolean;
  readonly partitions: readonly Partition[];
  readonly configs: TopicConfigs;
  /** The number of partitions that there are to be. @throws {KafkaError} INVALID_PARTITIONS where it is not more. */
  addPartitions(count: number, assignment?: readonly (readonly number[])[]): void;
  /** Who would keep the further ones. @throws {KafkaError} as `addPartitions` */
  planPartitions(
    count: number,
    assignment?: readonly (readonly number[])[],
  ): readonly (readonly number[])[];
  /** All that is set on it from now on. Checked before: `checkTopicConfigs`, in configs/topic-configs.ts. */
  configure(own: ReadonlyMap<string, string>): void;
}

export interface Partition {
  readonly topic: Topic;
  readonly index: number;
  /** Node id, or -1 while there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  /** Those of them that have all that was written. */
  readonly inSync: readonly number[];
  /** While it is reassigned: who is to keep it, and who is to keep it no more. */
  readonly adding: readonly number[];
  readonly removing: readonly number[];
  readonly log: Log;
  /** Moves the leadership; the epoch goes up. */
  lead(node: number): void;
  /** Calls back when it has another leader, or the same in a new epoch. */
  onLed(listener: () => void): () => void;
  /** Puts the copies on other nodes: it is in progress until those are in sync. */
  reassign(replicas: readonly number[]): void;
  /** @throws {KafkaError} NO_REASSIGNMENT_IN_PROGRESS */
  cancelReassignment(): void;
}

// ------------------------------------------------------------ log

/**
 * The records of a partition: log/log.ts; a cluster's LogManager (log/log-manager.ts) makes and restores them. One replica,
 * so everything appended is committed at once and the high watermark is the end.
 */
export interface Log {
  readonly startOffset: number;
  /** The offset of the next record. */
  readonly highWatermark: number;
  /** The first offset of a transaction that is open, else the high watermark. */
  readonly lastStableOffset: number;
  /** Bytes of the batches it holds. */
  readonly size: number;
  /**
   * Adds what a client produced: one or several batches (or old message sets, which are converted), checked as Kafka
   * checks them (size, CRC, timestamps, keys of compacted topics, producer epoch and sequence).
   * @throws {KafkaError} CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_RECORD, INVALID_TIMESTAMP, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH …
   */
  append(records: Buffer, by: Appender): Appended;
  /**
   * Whether the transaction coordinator is to be asked before this write is taken: not where its transaction is open here.
   * The sequence is remembered until something of the producer is taken (KIP-890, part 1).
   */
  needsVerification(producer: ProducerIdAndEpoch, sequence: number): boolean;
  /** The marker that ends a producer's transaction here. */
  endTransaction(end: TransactionEnd): void;
  /** Whole batches from `offset` on: views, nothing is copied. @throws {KafkaError} OFFSET_OUT_OF_RANGE */
  read(offset: number, terms: ReadTerms): ReadRecords;
  /** The first record at or after a time, ms; or null. */
  findTime(timestamp: number): TimedRecord | null;
  /** The record with the greatest timestamp, or null; it may lie before the start, as Kafka's does. */
  findMaxTime(): TimedRecord | null;
  /** Moves the start up. @throws {KafkaError} OFFSET_OUT_OF_RANGE */
  deleteBefore(offset: number): void;
  /** The last offset of an epoch, and the epoch it was found under (OffsetForLeaderEpoch). */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly offset: number };
  /** Calls back when there is more to read: appended, or a transaction ended. */
  onMore(listener: () => void): () => void;
  /** DescribeProducers. */
  readonly producers: readonly ProducerState[];
  /** The journal's number of a record's message. */
  messageAt(offset: number): number | undefined;
  /** Its topic's configs have changed: looks again at what they ask. */
  configured(): void;
  snapshot(): unknown;
  /** The partition is gone. */
  close(): void;
}

export interface Appender {
  readonly client: JournalClient;
  /** The transaction coordinator has been asked whether this producer may write here (null: the batches say it is not transactional). */
  readonly transactionalId: string | null;
}

export interface Appended {
  readonly baseOffset: number;
  /** -1 unless the topic says LogAppendTime; for a producer's second try the time of its first in any case. */
  readonly logAppendTime: number;
  readonly startOffset: number;
  /** As they lie in the log now, for the journal; none where these were there before (a producer's second try). */
  readonly batches: readonly Batch[];
}

export interface TransactionEnd {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly committed: boolean;
  readonly coordinatorEpoch: number;
}

export interface ReadTerms {
  readonly maxBytes: number;
  /** Whether the first batch comes even where it is larger than `maxBytes` (KIP-74). */
  readonly atLeastOne: boolean;
  readonly committedOnly: boolean;
}

export interface ReadRecords {
  readonly batches: readonly Batch[];
  readonly bytes: number;
  /** The same, as they go out: views, one where they lie in one piece, which batches mostly do. */
  pieces(): readonly Buffer[];
  /** With `committedOnly`: the transactions among these that were aborted. */
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[];
}

export interface TimedRecord {
  readonly offset: number;
  readonly timestamp: number;
  /** Under which leader it was written. */
  readonly leaderEpoch: number;
}

export interface ProducerState {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
  /** -1 where none is open. */
  readonly currentTransactionStart: number;
}

// ------------------------------------------------------------ groups

/** Groups of both protocols, and what they have committed: groups/groups.ts. */
export interface Groups extends GroupRequests {
  readonly all: Iterable<Group>;
  get(id: string): Group | undefined;
  /** The committed offsets of a group, whoever committed them (members, admin clients, transactions). */
  offsetsOf(id: string): GroupOffsets;
  /**
   * The group that a client fetches for, as far as it can be told: Fetch does not say. The one among whose members is
   * one of this client id that is assigned the partition.
   */
  reader(client: JournalClient, topic: Topic, partition: number): string | undefined;
  /** Calls back for each offset that is in force from now on: the journal shows what it acknowledges. */
  onCommit(listener: (commit: OffsetCommitted) => void): () => void;
}

export interface OffsetCommitted {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The next one that is to be read. */
  readonly offset: number;
  /** What was committed before, if anything. */
  readonly previous: number | undefined;
  /** Null where a transaction brought it. */
  readonly client: JournalClient | null;
}

/** What both kinds of groups have in common. */
export interface Group {
  readonly id: string;
  readonly kind: "classic" | "consumer";
  readonly state: string;
  readonly protocolType: string;
}

/** Offsets that are pending belong to a transaction that is open: https://kafka.apache.org/documentation/#impl_offsettracking */
export interface GroupOffsets {
  readonly groupId: string;
  /** In force, by topic and partition. */
  get(topic: string, partition: number): CommittedOffset | undefined;
  readonly all: Iterable<readonly [string, number, CommittedOffset]>;
  /** Whether a transaction that is open would change it: UNSTABLE_OFFSET_COMMIT for who asks for stable ones. */
  isUnstable(topic: string, partition: number): boolean;
  commit(topic: string, partition: number, offset: CommittedOffset, client: JournalClient): void;
  /** Becomes in force when the producer's transaction commits. */
  commitPending(
    producerId: number,
    topic: string,
    partition: number,
    offset: CommittedOffset,
  ): void;
  endTransaction(producerId: number, committed: boolean): void;
  delete(topic: string, partition: number): void;
}

export interface CommittedOffset {
  readonly offset: number;
  /** -1 where none was said. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** The clock, ms. */
  readonly committed: number;
  /** Where the commit said itself how long it is kept (OffsetCommit 2 to 4): the clock, ms. */
  readonly expires?: number;
}

// ------------------------------------------------------------ transactions

/**
 * The transaction coordinator: `createTransactions`, in transactions/transactions.ts. A transaction is ended at once: markers
 * and offsets are written before the call returns.
 */
export interface Transactions {
  readonly all: Iterable<Transaction>;
  get(transactionalId: string): Transaction | undefined;
  /** A producer id that nobody has had, for idempotent producers. */
  newProducerId(): number;
  /**
   * Gives a producer its id and epoch. Whoever had them before is fenced; where that one left a transaction open it is
   * aborted, and the client asks again (CONCURRENT_TRANSACTIONS).
   * @throws {KafkaError} INVALID_REQUEST, INVALID_TRANSACTION_TIMEOUT, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS
   */
  init(transactionalId: string, terms: InitTerms): ProducerIdAndEpoch;
  /** @throws {KafkaError} INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED */
  addPartitions(
    producer: TransactionalProducer,
    partitions: Iterable<readonly [topic: string, partition: number]>,
  ): void;
  /** The offsets of a group become part of the transaction. @throws {KafkaError} as `addPartitions` */
  addGroup(producer: TransactionalProducer, groupId: string): void;
  /** Commits or aborts. @throws {KafkaError} as `addPartitions`, and INVALID_TXN_STATE */
  end(producer: TransactionalProducer, committed: boolean): void;
  /**
   * Whether this producer may write to the partition in a transaction now (KIP-890, part 1). Produce and TxnOffsetCommit
   * say it in other words: session/transactions/verification.ts.
   * @throws {KafkaError} INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, TRANSACTION_ABORTABLE
   */
  verify(producer: TransactionalProducer, topic: string, partition: number): void;
  /** The same for the offsets of a group. */
  verifyGroup(producer: TransactionalProducer, groupId: string): void;
  snapshot(): unknown;
  restore(snapshot: unknown, time: number): void;
  close(): void;
}

export interface ProducerIdAndEpoch {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface TransactionalProducer extends ProducerIdAndEpoch {
  readonly transactionalId: string;
}

export interface InitTerms {
  /** ms */
  readonly timeout: number;
  /** What the client believes to have, when it goes on after an error (KIP-360). */
  readonly expected: ProducerIdAndEpoch | null;
}

/** The states of https://kafka.apache.org/documentation/#transactionalid, as DescribeTransactions words them. */
export type TransactionState =
  | "Empty"
  | "Ongoing"
  | "PrepareCommit"
  | "PrepareAbort"
  | "CompleteCommit"
  | "CompleteAbort"
  | "Dead";

export interface Transaction {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly state: TransactionState;
  /** ms */
  readonly timeout: number;
  /** When the last one was opened, the clock; -1 before there was one. */
  readonly started: number;
  /** Of the one that is open. */
  readonly partitions: ReadonlyMap<string, ReadonlySet<number>>;
}
