/** Hands records over to the handler: partitions take turns, and at most `concurrency` records are with it at once. */
import { AHEAD, type Entry, type Order, type Partition } from "./partition.ts";

export interface DispatcherTerms {
  readonly concurrency: number;
  readonly order: Order;
  /** Those whose records may begin now. */
  open(): readonly Partition[];
  /** Resolves when the handler has ended. Never rejects. */
  deliver(partition: Partition, entry: Entry): Promise<void>;
  /** Told after each: another may begin. */
  ended(partition: Partition): void;
}

export class Dispatcher {
  readonly #terms: DispatcherTerms;
  #running = 0;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  constructor(terms: DispatcherTerms) {
    this.#terms = terms;
  }

  /** Whether nothing is with the handler. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** Hands over what may begin; what is to wait for its next attempt follows by itself. */
  pump(): void {
    const { concurrency, order } = this.#terms;
    const open = this.#terms.open();
    const now = performance.now();
    let due = Infinity;
    let idle = 0;
    while (this.#running < concurrency && idle < open.length) {
      const partition = open[this.#turn++ % open.length] as Partition;
      const taken = partition.take(order, now, Math.max(AHEAD, 2 * concurrency));
      if (typeof taken === "object") {
        idle = 0;
        void this.#hand(partition, taken);
      } else {
        idle++;
        due = Math.min(due, taken ?? Infinity);
      }
    }
    if (due < this.#timerAt) this.#pumpAt(due, now);
  }

  /** Nothing follows by itself any longer. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  async #hand(partition: Partition, entry: Entry): Promise<void> {
    this.#running++;
    await this.#terms.deliver(partition, entry);
    this.#running--;
    this.#terms.ended(partition);
  }

  #pumpAt(due: number, now: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = due;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        this.pump();
      },
      Math.max(1, Math.ceil(due - now)),
    );
  }
}
