/**
 * Publisher confirms of one channel: numbers of messages in the order of basic.publish, told to the client in as few
 * basic.ack as can be. https://www.rabbitmq.com/docs/confirms#publisher-confirms
 */

export interface Verdict {
  readonly tag: number;
  readonly multiple: boolean;
}

export class Confirms {
  #last = 0;
  #taken: number[] = [];
  #refused: number[] = [];
  /** Numbers that nothing is ever said of, since a fault took the message: what is said of all up to one must not cover them. */
  #lost = Number.POSITIVE_INFINITY;

  /** The number of the next message. */
  next(): number {
    return ++this.#last;
  }

  take(number: number): void {
    this.#taken.push(number);
  }

  refuse(number: number): void {
    this.#refused.push(number);
  }

  lose(number: number): void {
    this.#lost = Math.min(this.#lost, number);
  }

  get isEmpty(): boolean {
    return this.#taken.length === 0 && this.#refused.length === 0;
  }

  /** What is to be said now: rabbit_channel, `coalesce_and_send`. */
  flush(say: { ack(verdict: Verdict): void; nack(verdict: Verdict): void }): void {
    const [taken, refused] = [this.#taken, this.#refused];
    this.#taken = [];
    this.#refused = [];
    this.#coalesce(taken, refused, (verdict) => say.ack(verdict));
    this.#coalesce(refused, taken, (verdict) => say.nack(verdict));
  }

  #coalesce(own: number[], others: readonly number[], say: (verdict: Verdict) => void): void {
    const [first] = own;
    if (first === undefined) return;
    if (own.length === 1) return say({ tag: first, multiple: false });
    const ascending = isAscending(own) ? own : own.toSorted((a, b) => a - b);
    const cutoff = Math.min(this.#lost, ...others);
    const above = ascending.findIndex((number) => number >= cutoff);
    const covered = above < 0 ? ascending.length : above;
    const last = ascending[covered - 1];
    if (last !== undefined) say({ tag: last, multiple: true });
    for (const tag of ascending.slice(covered)) say({ tag, multiple: false });
  }
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}
