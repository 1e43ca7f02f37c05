/**
 * Which batches compaction may do without, as it goes over a log from its beginning: all of a transaction that was
 * aborted, and the marker of one of which nothing is left. https://kafka.apache.org/documentation/#compaction
 */
import { decodeRecords } from "../../wire/records.ts";
import type { Batch } from "../../wire/record-batch.ts";
import type { AbortedTransaction } from "./aborted-transactions.ts";

const ABORT = 0;
const COMMIT = 1;

export class CleanedTransactions {
  /** Those whose marker stays: consumers have still to be told. */
  readonly kept: AbortedTransaction[] = [];
  /** Those that were not come to yet, the first first. */
  readonly #ahead: AbortedTransaction[];
  /** By producer; whether something of it is there. */
  readonly #aborted = new Map<number, { transaction: AbortedTransaction; isSeen: boolean }>();
  readonly #committed = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Called for each batch, in order. */
  mayDiscard(batch: Batch): boolean {
    this.#enter(batch.lastOffset);
    if (batch.isControl) return this.#endsNothing(batch);
    if (!batch.isTransactional) return false;
    const aborted = this.#aborted.get(batch.producerId);
    if (aborted === undefined) {
      this.#committed.add(batch.producerId);
      return false;
    }
    aborted.isSeen = true;
    return true;
  }

  #enter(offset: number): void {
    while (this.#ahead[0] !== undefined && this.#ahead[0].firstOffset <= offset) {
      const transaction = this.#ahead.shift();
      if (transaction === undefined) return;
      if (!this.#aborted.has(transaction.producerId))
        this.#aborted.set(transaction.producerId, { transaction, isSeen: false });
    }
  }

  #endsNothing(marker: Batch): boolean {
    const [record] = decodeRecords(marker);
    // One that was emptied before.
    if (record === undefined) return true;
    const type = record.key?.readInt16BE(2);
    if (type === COMMIT) return !this.#committed.delete(marker.producerId);
    if (type !== ABORT) return false;
    const aborted = this.#aborted.get(marker.producerId);
    this.#aborted.delete(marker.producerId);
    if (aborted?.isSeen !== true) return true;
    this.kept.push(aborted.transaction);
    return false;
  }
}
