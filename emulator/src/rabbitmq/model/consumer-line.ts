/** Whose turn it is: the consumers of a queue by x-priority, among equals in turn. */
import type { Consumer } from "./contract.ts";
import { Fifo } from "./fifo.ts";

export class ConsumerLine {
  /** In the order in which they came. */
  readonly all: Consumer[] = [];
  /** With x-single-active-consumer the one that alone gets messages. */
  active: Consumer | null = null;
  /** x-single-active-consumer. */
  readonly single: boolean;
  /** The highest priority first. */
  readonly #turns: { readonly priority: number; readonly line: Fifo<Consumer> }[] = [];
  /** Those that could take no more when it was their turn; they come back at the end of the line. */
  readonly #blocked = new Set<Consumer>();

  constructor(single: boolean) {
    this.single = single;
  }

  add(consumer: Consumer): void {
    this.all.push(consumer);
    this.active ??= this.single ? consumer : null;
    this.#lineOf(consumer.priority).push(consumer);
  }

  /** The one that succeeds the active one is chosen by `succeed`. */
  remove(consumer: Consumer, succeed: (candidates: readonly Consumer[]) => Consumer | null): void {
    const index = this.all.indexOf(consumer);
    if (index === -1) return;
    this.all.splice(index, 1);
    if (!this.#blocked.delete(consumer)) this.#lineOf(consumer.priority).delete(consumer);
    if (this.active === consumer) this.active = succeed(this.all);
  }

  clear(): void {
    this.all.length = 0;
    this.#turns.length = 0;
    this.#blocked.clear();
    this.active = null;
  }

  /** The next that takes a message, who then goes to the end. */
  next(): Consumer | null {
    if (this.single) return this.active?.ready() ? this.active : null;
    for (const { line } of this.#turns) {
      for (let first = line.peek(); first !== undefined; first = line.peek()) {
        if (!first.ready()) {
          line.shift();
          this.#blocked.add(first);
          continue;
        }
        if (line.size > 1) {
          line.shift();
          line.push(first);
        }
        return first;
      }
    }
    return null;
  }

  /** Where it takes no more it leaves the line at once, and loses its place. */
  rest(consumer: Consumer): void {
    if (this.single || consumer.ready()) return;
    if (this.#lineOf(consumer.priority).delete(consumer)) this.#blocked.add(consumer);
  }

  /** It may take more again. Returns whether it was waited for. */
  wake(consumer: Consumer): boolean {
    if (this.single) return consumer === this.active;
    // Asked of all consumers of a channel (basic.qos, flow): who still takes nothing has no place in the line.
    if (!consumer.ready() || !this.#blocked.delete(consumer)) return false;
    this.#lineOf(consumer.priority).push(consumer);
    return true;
  }

  #lineOf(priority: number): Fifo<Consumer> {
    const found = this.#turns.find((turn) => turn.priority === priority);
    if (found !== undefined) return found.line;
    const line = new Fifo<Consumer>();
    this.#turns.push({ priority, line });
    this.#turns.sort((a, b) => b.priority - a.priority);
    return line;
  }
}
