/**
 * The transaction coordinator: who may write under a transactional id, which partitions and groups its transaction
 * touches, and how it ends. https://kafka.apache.org/documentation/#usingtransactions, KIP-98.
 * All brokers are in one process, so that nothing comes between the decision and the markers.
 */
import type { Clock } from "../../../clock.ts";
import { Deadlines } from "../../../deadlines.ts";
import type {
  BrokerConfigs,
  Groups,
  InitTerms,
  ProducerIdAndEpoch,
  Topics,
  Transaction,
  TransactionalProducer,
  Transactions,
} from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { OFFSETS_TOPIC } from "../topics/internal-topics.ts";
import { keyPartition } from "../key-partition.ts";
import { TransactionMetadata, type TransactionSnapshot } from "./metadata.ts";
import { endEverywhere } from "./markers.ts";

export interface TransactionsTerms {
  readonly clock: Clock;
  readonly topics: Topics;
  readonly groups: Groups;
  readonly configs: BrokerConfigs;
  /** How many transactional ids are known. Kafka has no bound; here who is idle longest is forgotten, as if it had expired. */
  readonly maxIds?: number;
}

const MAX_IDS = 100_000;

interface TransactionsSnapshot {
  readonly nextProducerId: number;
  readonly transactions: readonly TransactionSnapshot[];
}

export function createTransactions(terms: TransactionsTerms): Transactions {
  return new TransactionCoordinator(terms);
}

class TransactionCoordinator implements Transactions {
  readonly #terms: TransactionsTerms;
  /** Who was used last comes last. */
  readonly #known = new Map<string, TransactionMetadata>();
  /** When an open transaction times out, and when an id that is not used expires. */
  readonly #deadlines: Deadlines<TransactionMetadata>;
  readonly #since: number;
  #nextProducerId = 0;

  constructor(terms: TransactionsTerms) {
    this.#terms = terms;
    this.#since = this.#now;
    this.#deadlines = new Deadlines(terms.clock, (transaction) => this.#due(transaction));
  }

  get all(): Iterable<Transaction> {
    return this.#known.values();
  }

  get(transactionalId: string): Transaction | undefined {
    return this.#known.get(transactionalId);
  }

  newProducerId(): number {
    return this.#nextProducerId++;
  }

  init(transactionalId: string, wanted: InitTerms): ProducerIdAndEpoch {
    const { timeout, expected } = wanted;
    if (transactionalId === "") throw new KafkaError("INVALID_REQUEST");
    if (timeout <= 0 || timeout > this.#terms.configs.number("transaction.max.timeout.ms")) {
      throw new KafkaError("INVALID_TRANSACTION_TIMEOUT");
    }
    const transaction = this.#known.get(transactionalId) ?? this.#create(transactionalId);
    if (expected !== null && !transaction.knows(expected)) throw new KafkaError("PRODUCER_FENCED");
    if (transaction.isOpen) {
      this.#fence(transaction);
      throw new KafkaError("CONCURRENT_TRANSACTIONS");
    }
    transaction.begin(wanted, () => this.newProducerId(), this.#now);
    this.#touch(transaction);
    const { producerId, producerEpoch } = transaction;
    return { producerId, producerEpoch };
  }

  addPartitions(
    producer: TransactionalProducer,
    partitions: Iterable<readonly [topic: string, partition: number]>,
  ): void {
    const transaction = this.#find(producer);
    // Even where it adds nothing.
    transaction.open(this.#now);
    for (const [topic, partition] of partitions) transaction.add(topic, partition);
    this.#touch(transaction);
  }

  addGroup(producer: TransactionalProducer, groupId: string): void {
    this.addPartitions(producer, [[OFFSETS_TOPIC, this.#partitionOf(groupId)]]);
    this.#known.get(producer.transactionalId)?.groups.add(groupId);
  }

  end(producer: TransactionalProducer, committed: boolean): void {
    const transaction = this.#find(producer);
    if (transaction.isOpen) return this.#end(transaction, committed);
    // Asked again by who has not heard the answer.
    if (transaction.state === (committed ? "CompleteCommit" : "CompleteAbort")) return;
    throw new KafkaError("INVALID_TXN_STATE");
  }

  verify(producer: TransactionalProducer, topic: string, partition: number): void {
    if (!this.#find(producer).has(topic, partition)) throw new KafkaError("TRANSACTION_ABORTABLE");
  }

  verifyGroup(producer: TransactionalProducer, groupId: string): void {
    this.verify(producer, OFFSETS_TOPIC, this.#partitionOf(groupId));
    // Another group of this partition may have been added, which is enough.
    this.#known.get(producer.transactionalId)?.groups.add(groupId);
  }

  snapshot(): TransactionsSnapshot {
    const transactions = [...this.#known.values()].map((transaction) => transaction.snapshot());
    return { nextProducerId: this.#nextProducerId, transactions };
  }

  restore(snapshot: unknown, time: number): void {
    const { nextProducerId, transactions } = snapshot as TransactionsSnapshot;
    const moved = this.#now - time;
    const restored = transactions.map((each) => TransactionMetadata.restore(each, moved));
    this.close();
    this.#nextProducerId = nextProducerId;
    for (const transaction of restored) this.#touch(transaction);
  }

  close(): void {
    this.#deadlines.clear();
    this.#known.clear();
  }

  get #now(): number {
    return this.#terms.clock.now();
  }

  #partitionOf(groupId: string): number {
    return keyPartition(groupId, this.#terms.configs.number("offsets.topic.num.partitions"));
  }

  #find({
    transactionalId,
    producerId,
    producerEpoch,
  }: TransactionalProducer): TransactionMetadata {
    if (transactionalId === "") throw new KafkaError("INVALID_REQUEST");
    const transaction = this.#known.get(transactionalId);
    if (transaction?.producerId !== producerId) throw new KafkaError("INVALID_PRODUCER_ID_MAPPING");
    if (transaction.producerEpoch !== producerEpoch) throw new KafkaError("PRODUCER_FENCED");
    return transaction;
  }

  #create(transactionalId: string): TransactionMetadata {
    if (this.#known.size >= (this.#terms.maxIds ?? MAX_IDS)) this.#forgetIdlest();
    return new TransactionMetadata(transactionalId, this.newProducerId(), this.#now);
  }

  #forgetIdlest(): void {
    for (const transaction of this.#known.values()) {
      if (!transaction.isOpen) return this.#forget(transaction);
    }
    throw new KafkaError("COORDINATOR_NOT_AVAILABLE");
  }

  #forget(transaction: TransactionMetadata): void {
    transaction.expire(this.#now);
    this.#deadlines.delete(transaction);
    this.#known.delete(transaction.transactionalId);
  }

  /** It was used: it is the last to be forgotten, and its time runs anew. */
  #touch(transaction: TransactionMetadata): void {
    this.#known.delete(transaction.transactionalId);
    this.#known.set(transaction.transactionalId, transaction);
    const expiration = this.#terms.configs.number("transactional.id.expiration.ms");
    const { isOpen, started, timeout, updated } = transaction;
    this.#deadlines.set(
      transaction,
      isOpen ? this.#roundAfter(started + timeout) : updated + expiration,
    );
  }

  /** Kafka looks every 10 s whose time is over; until then a transaction may still be ended by its producer. */
  #roundAfter(time: number): number {
    const interval = this.#terms.configs.number(
      "transaction.abort.timed.out.transaction.cleanup.interval.ms",
    );
    const rounds = Math.floor((time - this.#since) / interval) + 1;
    return this.#since + rounds * interval;
  }

  #due(transaction: TransactionMetadata): void {
    if (transaction.isOpen) this.#fence(transaction);
    else this.#forget(transaction);
  }

  /** Aborts what an instance has left open, with an epoch higher than its own: it is heard no more. */
  #fence(transaction: TransactionMetadata): void {
    transaction.fence();
    this.#end(transaction, false);
  }

  #end(transaction: TransactionMetadata, committed: boolean): void {
    transaction.prepare(committed, this.#now);
    endEverywhere(transaction, committed, this.#terms);
    transaction.complete(this.#now);
    this.#touch(transaction);
  }
}
