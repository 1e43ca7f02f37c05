/** The transactions of a partition that were aborted: consumers that read only what is committed are told of them (KIP-98). */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** The marker's. */
  readonly lastOffset: number;
}

export class AbortedTransactions {
  /** In the order in which they ended. */
  #all: AbortedTransaction[] = [];

  get all(): readonly AbortedTransaction[] {
    return this.#all;
  }

  add(transaction: AbortedTransaction): void {
    this.#all.push(transaction);
  }

  /** Those that have something from one offset on and before the other. */
  among(offset: number, before: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let index = this.#firstEndedFrom(offset); index < this.#all.length; index++) {
      const transaction = this.#all[index];
      if (transaction !== undefined && transaction.firstOffset < before) found.push(transaction);
    }
    return found;
  }

  deleteBefore(offset: number): void {
    this.#all = this.#all.slice(this.#firstEndedFrom(offset));
  }

  restore(all: readonly AbortedTransaction[]): void {
    this.#all = [...all];
  }

  #firstEndedFrom(offset: number): number {
    let from = 0;
    let to = this.#all.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#all[middle]?.lastOffset ?? 0) >= offset) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
