/**
 * What a partition remembers of its idempotent and transactional producers: the epoch, the last five batches (so that a
 * second try is known as such), and where an open transaction began (KIP-98, KIP-360).
 * https://kafka.apache.org/documentation/#semantics
 */
import type { Batch } from "../../wire/record-batch.ts";
import type { ProducerIdAndEpoch, ProducerState } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { Verifications } from "./verifications.ts";

/** As many as a producer may have in flight (max.in.flight.requests.per.connection). */
const KEPT_BATCHES = 5;
/** Producers of a partition. Kafka has no bound but time; the one heard of longest ago goes. */
const KEPT_PRODUCERS = 20_000;
const MAX_SEQUENCE = 2 ** 31 - 1;

export interface AppendedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
}

export interface Producer {
  readonly producerId: number;
  epoch: number;
  coordinatorEpoch: number;
  lastTimestamp: number;
  /** The clock, when it last wrote: records may say any time. */
  heard: number;
  /** The first offset of the transaction that is open; -1 where none is. */
  transactionStart: number;
  /** The last that were appended, oldest first. */
  batches: AppendedBatch[];
}

export class ProducerStates {
  readonly #producers = new Map<number, Producer>();
  readonly #verifications = new Verifications();
  readonly #open = new Set<Producer>();
  readonly #name: string;
  readonly #oldest: () => number;

  /** `name`: the partition's, for messages. `oldest`: the time before which producers are forgotten, ms. */
  constructor(name: string, oldest: () => number) {
    this.#name = name;
    this.#oldest = oldest;
  }

  get all(): Producer[] {
    return [...this.#producers.keys()].flatMap((id) => this.get(id) ?? []);
  }

  get states(): ProducerState[] {
    return this.all.map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.epoch,
      lastSequence: producer.batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTransactionStart: producer.transactionStart,
    }));
  }

  /** Where the first transaction that is open began. */
  get firstOpen(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { transactionStart } of this.#open) first = Math.min(first, transactionStart);
    return first;
  }

  get(producerId: number): Producer | undefined {
    const producer = this.#producers.get(producerId);
    if (producer === undefined || producer.transactionStart >= 0) return producer;
    if (producer.heard > this.#oldest()) return producer;
    this.#producers.delete(producerId);
    return undefined;
  }

  /** The batch that this one is a second try of. */
  duplicateOf(batch: Batch): AppendedBatch | undefined {
    const producer = this.get(batch.producerId);
    if (producer === undefined || producer.epoch !== batch.producerEpoch) return undefined;
    const [first, last] = sequencesOf(batch);
    return producer.batches.find(
      ({ firstSequence, lastSequence }) => firstSequence === first && lastSequence === last,
    );
  }

  /** Whether the coordinator has to be asked before this is taken. */
  needsVerification(producer: ProducerIdAndEpoch, sequence: number, now: number): boolean {
    if ((this.get(producer.producerId)?.transactionStart ?? -1) >= 0) return false;
    this.#verifications.begin(producer, sequence, now);
    return true;
  }

  /** @throws {KafkaError} INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE */
  check(batch: Batch, offset: number): void {
    const { producerId, producerEpoch } = batch;
    const producer = this.get(producerId);
    if (producer !== undefined) this.#checkEpoch(producer, producerEpoch, offset);
    this.#checkVerified(batch, offset);
    if (producer === undefined) return;
    this.#checkSequence(producer, batch, offset);
    if (producer.transactionStart >= 0 && !batch.isTransactional)
      throw new KafkaError("INVALID_TXN_STATE");
  }

  /** What was checked lies in the log now. */
  appended(batch: Batch, now: number): void {
    const { producerId, producerEpoch, baseOffset, lastOffset, maxTimestamp } = batch;
    const producer = this.get(producerId) ?? this.#add(producerId);
    if (producer.epoch !== producerEpoch) producer.batches = [];
    producer.epoch = producerEpoch;
    const [firstSequence, lastSequence] = sequencesOf(batch);
    producer.batches.push({
      firstSequence,
      lastSequence,
      firstOffset: baseOffset,
      lastOffset,
      timestamp: maxTimestamp,
    });
    if (producer.batches.length > KEPT_BATCHES) producer.batches.shift();
    producer.lastTimestamp = maxTimestamp;
    producer.heard = now;
    if (batch.isTransactional) this.#verifications.end(producerId);
    if (batch.isTransactional && producer.transactionStart < 0) {
      producer.transactionStart = baseOffset;
      this.#open.add(producer);
    }
  }

  /** @throws {KafkaError} INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED */
  checkEnd(producerId: number, epoch: number, coordinatorEpoch: number, offset: number): void {
    const producer = this.get(producerId);
    if (producer === undefined) return;
    this.#checkEpoch(producer, epoch, offset);
    if (producer.coordinatorEpoch > coordinatorEpoch)
      throw new KafkaError(
        "TRANSACTION_COORDINATOR_FENCED",
        `Invalid coordinator epoch for producerId ${producerId} at offset ${offset} in partition ${this.#name}: ${coordinatorEpoch} (zombie), ${producer.coordinatorEpoch} (current)`,
      );
  }

  /** A marker lies in the log. Returns where the transaction began that it ends; -1 where none was open. */
  ended(producerId: number, epoch: number, coordinatorEpoch: number, now: number): number {
    const producer = this.get(producerId) ?? this.#add(producerId);
    const start = producer.transactionStart;
    if (producer.epoch !== epoch) producer.batches = [];
    producer.epoch = epoch;
    producer.coordinatorEpoch = coordinatorEpoch;
    producer.lastTimestamp = producer.heard = now;
    producer.transactionStart = -1;
    this.#open.delete(producer);
    this.#verifications.end(producerId);
    return start;
  }

  restore(producers: readonly Producer[]): void {
    for (const producer of producers) {
      this.#producers.set(producer.producerId, producer);
      if (producer.transactionStart >= 0) this.#open.add(producer);
    }
  }

  #checkEpoch(producer: Producer, epoch: number, offset: number): void {
    if (epoch < producer.epoch)
      throw new KafkaError(
        "INVALID_PRODUCER_EPOCH",
        `Epoch of producer ${producer.producerId} at offset ${offset} in ${this.#name} is ${epoch}, which is smaller than the last seen epoch ${producer.epoch}`,
      );
  }

  #checkVerified({ producerId, baseSequence }: Batch, offset: number): void {
    const lowest = this.#verifications.lowestSequence(producerId, this.#oldest());
    if (baseSequence <= lowest) return;
    throw new KafkaError(
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
      `Out of order sequence number for producer ${producerId} at offset ${offset} in partition ${this.#name}: ${baseSequence} (incoming seq. number), ${lowest} (earliest seen sequence)`,
    );
  }

  /** A new epoch begins with 0, else it goes on by one. Who is not known may begin anywhere. */
  #checkSequence(producer: Producer, batch: Batch, offset: number): void {
    const { producerEpoch, baseSequence } = batch;
    const at = `for producer ${producer.producerId} at offset ${offset} in partition ${this.#name}`;
    if (producerEpoch !== producer.epoch) {
      if (baseSequence !== 0)
        throw new KafkaError(
          "OUT_OF_ORDER_SEQUENCE_NUMBER",
          `Invalid sequence number for new epoch ${at}: ${producerEpoch} (request epoch), ${baseSequence} (seq. number), ${producer.epoch} (current producer epoch)`,
        );
      return;
    }
    const last = producer.batches.at(-1)?.lastSequence ?? -1;
    if (baseSequence !== (last === MAX_SEQUENCE ? 0 : last + 1))
      throw new KafkaError(
        "OUT_OF_ORDER_SEQUENCE_NUMBER",
        `Out of order sequence number ${at}: ${baseSequence} (incoming seq. number), ${last} (current end sequence number)`,
      );
  }

  #add(producerId: number): Producer {
    const producer: Producer = {
      producerId,
      epoch: -1,
      coordinatorEpoch: -1,
      lastTimestamp: -1,
      heard: -1,
      transactionStart: -1,
      batches: [],
    };
    if (this.#producers.size >= KEPT_PRODUCERS)
      for (const [id, { transactionStart }] of this.#producers)
        if (transactionStart < 0) {
          this.#producers.delete(id);
          break;
        }
    this.#producers.set(producerId, producer);
    return producer;
  }
}

/** Sequences go on with 0 after the last one there is. */
function sequencesOf(batch: Batch): readonly [first: number, last: number] {
  const first = batch.baseSequence;
  return [first, (first + batch.lastOffset - batch.baseOffset) % (MAX_SEQUENCE + 1)];
}
