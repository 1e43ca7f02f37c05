/**
 * The first writes of transactions that a partition has not taken yet: the coordinator is asked about them first, and may
 * refuse. What is refused comes again or is given up, and nothing with a higher sequence may come before it, else the
 * producer would never get in order again. KIP-890, part 1.
 */
import type { ProducerIdAndEpoch } from "../contract.ts";

interface Verification {
  epoch: number;
  lowestSequence: number;
  readonly since: number;
}

/** Kafka has no bound but time; the oldest goes. */
const KEPT = 20_000;

export class Verifications {
  readonly #all = new Map<number, Verification>();

  begin({ producerId, producerEpoch }: ProducerIdAndEpoch, sequence: number, now: number): void {
    const verification = this.#all.get(producerId);
    if (verification === undefined) this.#add(producerId, producerEpoch, sequence, now);
    else if (producerEpoch > verification.epoch) {
      verification.epoch = producerEpoch;
      verification.lowestSequence = sequence;
    } else if (producerEpoch === verification.epoch)
      verification.lowestSequence = Math.min(verification.lowestSequence, sequence);
  }

  /** What may be written next at most. `oldest`: from before that time nothing is known any more, ms. */
  lowestSequence(producerId: number, oldest: number): number {
    const verification = this.#all.get(producerId);
    if (verification === undefined) return Number.POSITIVE_INFINITY;
    if (verification.since > oldest) return verification.lowestSequence;
    this.#all.delete(producerId);
    return Number.POSITIVE_INFINITY;
  }

  /** Something of the transaction is in the log, or it is over. */
  end(producerId: number): void {
    this.#all.delete(producerId);
  }

  #add(producerId: number, epoch: number, lowestSequence: number, since: number): void {
    const [oldest] = this.#all.keys();
    if (this.#all.size >= KEPT && oldest !== undefined) this.#all.delete(oldest);
    this.#all.set(producerId, { epoch, lowestSequence, since });
  }
}
