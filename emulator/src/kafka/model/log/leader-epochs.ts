export interface LeaderEpoch {
  readonly epoch: number;
  /** The offset of the first record that was written in it. */
  readonly start: number;
}

/** Where each leader epoch of a partition began: clients that see a new leader ask whether their place still holds (KIP-101, KIP-320). */
export class LeaderEpochs {
  #entries: LeaderEpoch[] = [];

  get entries(): readonly LeaderEpoch[] {
    return this.#entries;
  }

  /** An epoch in which nothing was written leaves no trace. */
  begin(epoch: number, start: number): void {
    const last = this.#entries.at(-1);
    if (last !== undefined && last.epoch >= epoch) return;
    this.#entries = this.#entries.filter((entry) => entry.start < start);
    this.#entries.push({ epoch, start });
  }

  /** The last epoch that is not newer than this one, and where the next one began; -1 and -1 where it is not known. */
  endOf(epoch: number, logEnd: number): { readonly epoch: number; readonly offset: number } {
    if (this.#entries.at(-1)?.epoch === epoch) return { epoch, offset: logEnd };
    const next = this.#entries.findIndex((entry) => entry.epoch > epoch);
    const following = this.#entries[next];
    if (following === undefined) return { epoch: -1, offset: -1 };
    return { epoch: this.#entries[next - 1]?.epoch ?? epoch, offset: following.start };
  }

  /** What was written before this offset is gone. */
  deleteBefore(offset: number): void {
    const first = this.#entries.findLastIndex((entry) => entry.start <= offset);
    const entry = this.#entries[first];
    if (entry === undefined) return;
    this.#entries = [{ epoch: entry.epoch, start: offset }, ...this.#entries.slice(first + 1)];
  }

  restore(entries: readonly LeaderEpoch[]): void {
    this.#entries = [...entries];
  }
}
