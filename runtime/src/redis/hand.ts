/**
 * The messages that a subscriber has taken and not settled: with the handler, or waiting for it. Redis keeps them
 * meanwhile; what a handler sends back is delivered again from here, so that its attempts are counted.
 */
import type { DriverContext, Incoming, SubscribeRequest } from "../driver.ts";
import { messageOf } from "../errors.ts";
import { Slots } from "./slots.ts";

/** What the kinds of subscription do differently. */
export interface Keeping<Item> {
  /** One that is sent back for the last time is rejected. */
  readonly maxDeliveries?: number | undefined;
  read(item: Item): Incoming;
  ack(item: Item): Promise<void>;
  reject(item: Item): Promise<void>;
  /** Told before an item that was sent back is delivered again. */
  repeat?(item: Item, attempt: number): Promise<void>;
  /** Gives back what was not handled, in the order it was taken, to whoever takes it next. */
  release(items: readonly Item[]): Promise<void>;
}

/** So many may wait to be delivered again before nothing further is taken. */
const MOST_DELAYED = 1000;

interface Held<Item> {
  readonly item: Item;
  attempt: number;
  sentBack: boolean;
  /** While it waits for its time. */
  timer?: NodeJS.Timeout;
}

export class Hand<Item> {
  readonly slots: Slots;
  readonly #request: SubscribeRequest;
  readonly #keeping: Keeping<Item>;
  readonly #logger: DriverContext["logger"];
  /** In the order they were taken. */
  readonly #held = new Set<Held<Item>>();
  /** Their time has come; the handler is busy. */
  readonly #due: Held<Item>[] = [];
  #delayed = 0;
  #closed = false;

  constructor(request: SubscribeRequest, keeping: Keeping<Item>, logger: DriverContext["logger"]) {
    this.#request = request;
    this.#keeping = keeping;
    this.#logger = logger;
    this.slots = new Slots(request.concurrency);
  }

  /** How many may be taken now. */
  get room(): number {
    return this.#delayed >= MOST_DELAYED ? 0 : this.slots.room - this.#due.length;
  }

  get items(): Item[] {
    return [...this.#held].map(({ item }) => item);
  }

  /** To the handler, when it is free; where the subscriber is stopping, back to where it came from. */
  take(item: Item, attempt: number): void {
    const held = { item, attempt, sentBack: false };
    this.#held.add(held);
    this.#due.push(held);
    this.#next();
  }

  /** From now on nothing goes to the handler. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#held) clearTimeout(timer);
  }

  /** Resolves when what is with the handler has settled and the rest is given back. */
  async drain(): Promise<void> {
    this.close();
    await this.slots.until(() => this.slots.room === this.#request.concurrency);
    const left = this.items;
    this.#held.clear();
    this.#due.length = 0;
    if (left.length === 0) return;
    await this.#keeping
      .release(left)
      .catch((error: unknown) =>
        this.#logger.warn(
          `could not give back ${left.length} messages of "${this.#request.address.template}" (${messageOf(error)}): they come again when this consumer does, or counts as lost`,
        ),
      );
  }

  #next(): void {
    while (!this.#closed && this.#due.length > 0 && this.slots.room > 0) {
      this.slots.take();
      void this.#run(this.#due.shift() as Held<Item>);
    }
  }

  async #run(held: Held<Item>): Promise<void> {
    const { item, attempt } = held;
    try {
      if (held.sentBack) await this.#repeat(held);
      if (this.#closed) return;
      await this.#request.deliver({
        ...this.#keeping.read(item),
        attempt,
        settle: {
          ack: () => this.#settle(held, this.#keeping.ack(item)),
          reject: () => this.#settle(held, this.#keeping.reject(item)),
          nack: ({ delay = 0 } = {}) => this.#later(held, delay),
        },
      });
    } finally {
      this.slots.free();
      this.#next();
    }
  }

  /** Held until Redis was told; where it could not be told, it is Redis' again. */
  async #settle(held: Held<Item>, told: Promise<void>): Promise<void> {
    try {
      await told;
    } finally {
      this.#held.delete(held);
    }
  }

  async #later(held: Held<Item>, delay: number): Promise<void> {
    const { maxDeliveries } = this.#keeping;
    if (maxDeliveries !== undefined && held.attempt >= maxDeliveries) {
      this.#logger.error(
        `a message of "${this.#request.address.template}" failed ${held.attempt} times (maxDeliveries)`,
      );
      return this.#settle(held, this.#keeping.reject(held.item));
    }
    held.attempt++;
    held.sentBack = true;
    if (this.#closed) return;
    this.#delayed++;
    held.timer = setTimeout(() => {
      this.#delayed--;
      this.#due.push(held);
      this.#next();
      this.slots.touch();
    }, delay);
  }

  async #repeat({ item, attempt }: Held<Item>): Promise<void> {
    try {
      await this.#keeping.repeat?.(item, attempt);
    } catch (error) {
      // Then the count in Redis is behind by one, and nothing else.
      this.#logger.warn(
        `could not tell Redis that a message is delivered again: ${messageOf(error)}`,
      );
    }
  }
}
