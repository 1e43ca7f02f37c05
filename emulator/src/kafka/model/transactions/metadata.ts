/**
 * What the coordinator knows of one transactional id, and the states that its transactions go through:
 *
 *   Empty ──add──▶ Ongoing ──commit──▶ PrepareCommit ──markers──▶ CompleteCommit ──add──▶ Ongoing
 *                          ──abort───▶ PrepareAbort  ──markers──▶ CompleteAbort  ──add──▶ Ongoing
 *
 * A new instance of the producer leads from the complete ones back to Empty; what is not used for long is Dead.
 * KIP-98, and KIP-360 for a producer that goes on after an error.
 */
import type {
  InitTerms,
  ProducerIdAndEpoch,
  Transaction,
  TransactionalProducer,
  TransactionState,
} from "../contract.ts";
import { KafkaError } from "../errors.ts";

/** "None" of ids, epochs and times. */
const NONE = -1;
/** No client is given the highest epoch of all, so that whoever has the last one can still be fenced. */
const LAST_EPOCH = 32_766;

const from: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  Empty: ["Empty", "CompleteCommit", "CompleteAbort"],
  Ongoing: ["Ongoing", "Empty", "CompleteCommit", "CompleteAbort"],
  PrepareCommit: ["Ongoing"],
  PrepareAbort: ["Ongoing"],
  CompleteCommit: ["PrepareCommit"],
  CompleteAbort: ["PrepareAbort"],
  Dead: ["Empty", "CompleteCommit", "CompleteAbort"],
};

/** As plain data. */
export interface TransactionSnapshot {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly previousProducerId: number;
  readonly producerEpoch: number;
  readonly lastProducerEpoch: number;
  readonly state: TransactionState;
  readonly timeout: number;
  readonly started: number;
  readonly updated: number;
  readonly partitions: ReadonlyMap<string, ReadonlySet<number>>;
  readonly groups: ReadonlySet<string>;
}

export class TransactionMetadata implements Transaction, TransactionalProducer {
  readonly transactionalId: string;
  producerId: number;
  /** What it was before the epochs ran out. */
  previousProducerId: number = NONE;
  producerEpoch: number = NONE;
  /** What the producer had before it went on after an error: asked again with it, it gets the same answer. */
  lastProducerEpoch: number = NONE;
  state: TransactionState = "Empty";
  timeout = 0;
  started: number = NONE;
  updated: number;
  readonly partitions: Map<string, Set<number>> = new Map();
  readonly groups: Set<string> = new Set();

  constructor(transactionalId: string, producerId: number, now: number) {
    this.transactionalId = transactionalId;
    this.producerId = producerId;
    this.updated = now;
  }

  /** Times move by as much as the clock has. */
  static restore(snapshot: TransactionSnapshot, moved: number): TransactionMetadata {
    const { transactionalId, producerId, partitions, groups, ...rest } = snapshot;
    const restored = new TransactionMetadata(transactionalId, producerId, 0);
    const { started, updated } = rest;
    Object.assign(restored, rest, {
      started: started === NONE ? NONE : started + moved,
      updated: updated + moved,
    });
    for (const [topic, indexes] of partitions) restored.partitions.set(topic, new Set(indexes));
    for (const group of groups) restored.groups.add(group);
    return restored;
  }

  get isOpen(): boolean {
    return this.state === "Ongoing";
  }

  has(topic: string, partition: number): boolean {
    return this.partitions.get(topic)?.has(partition) ?? false;
  }

  /** Whether a producer that believes to have this id is this one, or the one it was before its epochs ran out. */
  knows(expected: ProducerIdAndEpoch): boolean {
    return (
      this.producerEpoch === NONE ||
      expected.producerId === this.producerId ||
      (expected.producerId === this.previousProducerId && expected.producerEpoch >= LAST_EPOCH)
    );
  }

  /** A new instance of the producer, or one that goes on after an error. @throws {KafkaError} */
  begin({ timeout, expected }: InitTerms, newProducerId: () => number, now: number): void {
    const { producerId } = this;
    if (this.producerEpoch >= LAST_EPOCH) this.#nextProducerId(expected, newProducerId);
    else this.#nextEpoch(expected);
    this.previousProducerId = producerId;
    this.#become("Empty", now);
    this.timeout = timeout;
  }

  /** It is open from here on, though nothing may have been added. */
  open(now: number): void {
    if (!this.isOpen) this.started = now;
    this.#become("Ongoing", now);
  }

  add(topic: string, partition: number): void {
    const known = this.partitions.get(topic);
    if (known === undefined) this.partitions.set(topic, new Set([partition]));
    else known.add(partition);
  }

  /** The epoch of whoever has the transaction open will not do any more. Nobody is given the new one. */
  fence(): void {
    this.producerEpoch++;
    this.lastProducerEpoch = NONE;
  }

  /** It is decided; the partitions are yet to be told. */
  prepare(committed: boolean, now: number): void {
    this.#become(committed ? "PrepareCommit" : "PrepareAbort", now);
  }

  complete(now: number): void {
    this.#become(this.state === "PrepareCommit" ? "CompleteCommit" : "CompleteAbort", now);
    this.partitions.clear();
    this.groups.clear();
  }

  expire(now: number): void {
    this.#become("Dead", now);
  }

  snapshot(): TransactionSnapshot {
    const partitions = [...this.partitions].map(
      ([topic, indexes]) => [topic, new Set(indexes)] as const,
    );
    return {
      transactionalId: this.transactionalId,
      producerId: this.producerId,
      previousProducerId: this.previousProducerId,
      producerEpoch: this.producerEpoch,
      lastProducerEpoch: this.lastProducerEpoch,
      state: this.state,
      timeout: this.timeout,
      started: this.started,
      updated: this.updated,
      partitions: new Map(partitions),
      groups: new Set(this.groups),
    };
  }

  #nextEpoch(expected: ProducerIdAndEpoch | null): void {
    const epoch = expected?.producerEpoch;
    if (epoch === undefined) {
      this.lastProducerEpoch = NONE;
    } else if (this.producerEpoch === NONE || epoch === this.producerEpoch) {
      this.lastProducerEpoch = this.producerEpoch;
    } else if (epoch === this.lastProducerEpoch) {
      // It has not heard the answer to its first try.
      return;
    } else {
      throw new KafkaError("PRODUCER_FENCED");
    }
    this.producerEpoch++;
  }

  /** The epochs have run out. */
  #nextProducerId(expected: ProducerIdAndEpoch | null, newProducerId: () => number): void {
    const goesOn = expected?.producerEpoch === this.producerEpoch;
    // As the broker answers what its coordinator takes for impossible.
    if (expected !== null && !goesOn) throw new KafkaError("UNKNOWN_SERVER_ERROR");
    this.lastProducerEpoch = goesOn ? this.producerEpoch : NONE;
    this.producerId = newProducerId();
    this.producerEpoch = 0;
  }

  #become(state: TransactionState, now: number): void {
    if (!from[state].includes(this.state)) {
      throw new Error(`${this.transactionalId} went from ${this.state} to ${state}.`);
    }
    this.state = state;
    this.updated = now;
  }
}
