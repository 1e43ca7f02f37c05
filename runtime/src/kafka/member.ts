/**
 * One consumer in its group, for as long as a subscription lives: joins, comes back after whatever happens, leaves.
 * A crash ends the client's consumer; then a new one is made here, with our backoff.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createBackoff } from "../backoff.ts";
import { within } from "../abortable.ts";
import { ConnectError } from "../errors.ts";
import type { Clients, Consumer, ConsumerEvents, ConsumerOptions, Lease } from "./client.ts";
import { passes } from "./failure.ts";
import type { Link } from "./link.ts";

/** `retire` is also called before the consumer is replaced. */
export interface MemberOptions extends Omit<ConsumerEvents, "crashed"> {
  readonly reading: ConsumerOptions;
  topics(): readonly string[];
  /** Nothing is ours any longer; it joins again by itself. */
  lost(error: Error): void;
}

/** For so long a first attempt is made again. */
const BEGINNING = 15_000;

/** How long a client may take to end in order. */
const ENDING = 5000;

export class Member {
  readonly #clients: Clients;
  readonly #link: Link;
  readonly #options: MemberOptions;
  readonly #backoff = createBackoff();
  #current: { consumer: Consumer; lease: Lease } | undefined;
  #returning: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(clients: Clients, link: Link, options: MemberOptions) {
    this.#clients = clients;
    this.#link = link;
    this.#options = options;
  }

  /** Present while there is a consumer that has begun. */
  get consumer(): Consumer | undefined {
    return this.#current?.consumer;
  }

  /** Joins for the first time. A broker that has just started needs a moment. @throws what kept it from that. */
  async begin(): Promise<void> {
    const late = performance.now() + BEGINNING;
    for (;;) {
      try {
        return await this.#join();
      } catch (error) {
        if (!passes(error as Error) || this.#stopped || performance.now() > late) throw error;
        await pause(this.#backoff.delay);
        this.#backoff.failed();
      }
    }
  }

  async #join(): Promise<void> {
    if (this.#stopped) return;
    const options = this.#options;
    // Long enough to outlive a session: until then the group knows us, and we come back as who we were.
    const lease = this.#clients.open({ initialRetryTime: 50, maxRetryTime: 1000, retries: 45 });
    const isCurrent = () => this.#current !== undefined && this.#current === current;
    let current: { consumer: Consumer; lease: Lease } | undefined;
    try {
      const consumer = lease.consumer(options.reading, {
        mayJoin: () => options.mayJoin(),
        retire: async () => void (isCurrent() && (await options.retire())),
        assigned: async (assignment) => void (isCurrent() && (await options.assigned(assignment))),
        batch: async (fetched) => void (isCurrent() && (await options.batch(fetched))),
        passed: (topic, partition, upTo) => {
          if (isCurrent()) options.passed(topic, partition, upTo);
        },
        crashed: (error) => {
          if (isCurrent()) this.#crashed(error);
        },
      });
      current = { consumer, lease };
      this.#current = current;
      await consumer.start(options.topics());
      this.#backoff.reset();
    } catch (error) {
      if (isCurrent()) this.#current = undefined;
      if (current === undefined) lease.release();
      else await end(current);
      throw error;
    }
  }

  /** Leaves, and joins again with the topics of now. */
  async renew(): Promise<void> {
    await this.#options.retire();
    const current = this.#current;
    // Without one it is about to join anyway.
    if (current === undefined || this.#stopped) return;
    this.#current = undefined;
    await end(current);
    await this.#joinAgain();
  }

  /** Leaves for good. */
  async leave(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#returning);
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) await end(current);
  }

  #crashed(error: Error): void {
    const { lease } = this.#current ?? {};
    this.#current = undefined;
    lease?.release();
    if (this.#stopped) return;
    this.#options.lost(error);
    this.#joinLater();
  }

  #joinLater(): void {
    this.#returning = setTimeout(() => void this.#joinAgain(), this.#backoff.delay);
  }

  async #joinAgain(): Promise<void> {
    await this.#link.back;
    if (this.#stopped) return;
    try {
      await this.#join();
    } catch (error) {
      this.#backoff.failed();
      this.#options.lost(error as Error);
      if (!this.#stopped) this.#joinLater();
    }
  }
}

/** Where Kafka is away, a client would wait for it. */
async function end({ consumer, lease }: { consumer: Consumer; lease: Lease }): Promise<void> {
  const ending = consumer.disconnect();
  await within(ending, ENDING, () => new ConnectError("the consumer does not end")).catch(
    () => undefined,
  );
  lease.release();
}
