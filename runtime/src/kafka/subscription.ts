/**
 * One subscriber's records: from the client's batches to the handler, at most `concurrency` at once, and back to the group as
 * commits of the lowest unfinished offset. Fetching goes on while handlers run, so that a slow one costs no membership.
 * Here are its phases, from rebalance to rebalance; where partitions go on, whose turn it is and what is committed are
 * positions.ts, dispatcher.ts and commits.ts.
 */
import { within } from "../abortable.ts";
import type { ActiveSubscription, DriverContext, Incoming, SubscribeRequest } from "../driver.ts";
import type { Assigned, Fetched } from "./client.ts";
import { Commits } from "./commits.ts";
import { Condition } from "./condition.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Member } from "./member.ts";
import { readMessage } from "./message.ts";
import type { KafkaSubscriberOptions } from "./options.ts";
import type { Entry, Partition } from "./partition.ts";
import { Positions } from "./positions.ts";
import { reasonOf } from "./failure.ts";
import type { Topics } from "./topics.ts";

/** A batch holds its fetcher up for so long; then its partition is paused, and others get on. */
const PATIENCE = 1000;

/** Joining takes no longer than this where all is well. */
const JOINING = 15_000;

export interface SubscriptionOptions {
  readonly request: SubscribeRequest;
  readonly context: DriverContext;
  readonly topics: Topics;
  /** The group as committed to; absent where nothing is. */
  readonly group: string | undefined;
  /** `topic/partition` of all that were there when it began: others are read from their first record. */
  readonly present: ReadonlySet<string>;
  respond(topic: string, request: Incoming, answer: Answer): Promise<void>;
}

export type Answer = Parameters<NonNullable<Incoming["respond"]>>[0];

type Phase = "joining" | "settling" | "active" | "revoking" | "ended";

export class Subscription implements ActiveSubscription {
  readonly redelivers = true;
  /** Set once, by who makes both. */
  member: Member | undefined;
  readonly #options: SubscriptionOptions;
  readonly #own: KafkaSubscriberOptions;
  /** Absent where nothing is committed. */
  readonly #commits: Commits | undefined;
  readonly #positions: Positions;
  readonly #dispatcher: Dispatcher;
  /** Those of now. */
  #assigned: Partition[] = [];
  #phase: Phase = "joining";
  #since = performance.now();
  #trouble: string | undefined = "it has not joined its group yet";
  #generation = 0;
  #draining = false;
  /** Woken whenever a record has ended or something begins or ends. */
  readonly #condition = new Condition();
  readonly #first: { resolve: () => void; promise: Promise<void> };

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#own = options.request.options as KafkaSubscriberOptions;
    const { topics, group, present } = options;
    this.#positions = new Positions({ topics, group, present, from: this.#own.from ?? "latest" });
    if (group !== undefined)
      this.#commits = new Commits({
        interval: this.#own.commitInterval ?? 500,
        assigned: () => this.#assigned,
        isActive: () => this.#phase === "active",
        consumer: () => this.member?.consumer,
        failed: (error) =>
          options.context.logger.warn(`${this.#name}: could not commit: ${reasonOf(error)}`),
      });
    const { concurrency } = options.request;
    const { batch } = this.#own as { batch?: unknown };
    this.#dispatcher = new Dispatcher({
      concurrency,
      // A batch takes records of one key together; alone, order is that of the partition anyway.
      order: batch === undefined && concurrency > 1 ? "key" : "strict",
      open: () => (this.#phase === "active" && !this.#draining ? this.#assigned : []),
      deliver: (partition, entry) => this.#deliver(partition, entry),
      ended: (partition) => this.#ended(partition),
    });
    let resolve = () => {};
    this.#first = { promise: new Promise((done) => (resolve = done)), resolve };
  }

  /** Resolves when the first assignment is in force: every position is known. */
  get inForce(): Promise<void> {
    return this.#first.promise;
  }

  problem(): string | undefined {
    if (this.#trouble !== undefined) return this.#trouble;
    const usual = this.#phase === "active" || this.#phase === "ended";
    if (usual || performance.now() - this.#since < JOINING) return undefined;
    return `it has been out of its group for ${Math.round((performance.now() - this.#since) / 1000)} s`;
  }

  /** A rebalance: handlers end first, within half of its time, and what is done is committed. */
  mayJoin(): boolean {
    if (this.#phase === "active" || this.#phase === "settling") {
      this.#enter("revoking");
      void this.#revoke();
    }
    return this.#phase !== "revoking";
  }

  /** Before its consumer is replaced: as in a rebalance. */
  async retire(): Promise<void> {
    this.mayJoin();
    await this.#condition.until(() => this.#phase !== "revoking");
  }

  /** Resolves when every position is told. */
  async assigned(assignment: Assigned): Promise<void> {
    const generation = ++this.#generation;
    this.#enter("settling");
    this.#trouble = undefined;
    await this.#settle(assignment, generation);
  }

  lost(error: Error): void {
    if (this.#phase === "ended") return;
    this.#generation++;
    this.#leavePartitions();
    this.#enter("joining");
    this.#trouble = `its consumer failed and joins again: ${reasonOf(error)}`;
    this.#options.context.logger.warn(`${this.#name}: ${this.#trouble}`);
  }

  /** One fetch's records of one partition. It is held as long as they wait, at most for a while. */
  async batch(payload: Fetched): Promise<void> {
    const { batch, heartbeat } = payload;
    const generation = this.#generation;
    await this.#beating(heartbeat, () => this.#phase !== "settling");
    const partition = this.#positions.get(batch.topic, batch.partition);
    const current = () => this.#generation === generation && this.#phase === "active";
    // A seek is under way: what was fetched before it is fetched again.
    if (partition === undefined || !current() || payload.isStale() || this.#draining) return;
    if (Number(batch.highWatermark) < partition.next) this.#cutBack(partition, batch);
    const { topic, partition: number } = batch;
    partition.accept(
      batch.messages.map((message) => Object.assign(message, { topic, partition: number })),
      Number(batch.lastOffset()) + 1,
    );
    this.#dispatcher.pump();
    const before = partition.waiting;
    const began = performance.now();
    let enough = 0;
    await this.#beating(heartbeat, () => {
      if (!current() || this.#draining || partition.waiting <= enough) return true;
      if (performance.now() - began < PATIENCE) return false;
      // What is left at this pace until the next fetch after `resume` can be back.
      enough = Math.floor((before - partition.waiting) / 2);
      if (partition.waiting <= enough) return true;
      this.#pause(partition, enough);
      return true;
    });
  }

  /** A fetch with nothing for us: records of transactions that were given up, and the marks of those that ended. */
  passed(topic: string, number: number, upTo: number): void {
    const partition = this.#positions.get(topic, number);
    if (this.#phase !== "active" || partition === undefined || partition.next >= upTo) return;
    partition.accept([], upTo);
    this.#commits?.soon();
  }

  async drain(): Promise<void> {
    this.#draining = true;
    this.#dispatcher.stop();
    this.#condition.wake();
    await this.#condition.until(() => this.#dispatcher.isIdle);
    await this.end();
  }

  /** Without waiting for handlers: what they have is delivered again. */
  async end(): Promise<void> {
    if (this.#phase === "ended") return;
    const inForce = this.#phase === "active";
    this.#draining = true;
    this.#dispatcher.stop();
    this.#commits?.stop();
    if (inForce) await this.#commits?.now().catch(() => undefined);
    this.#enter("ended");
    this.#first.resolve();
    await this.member?.leave();
  }

  get #name(): string {
    const { request, group } = this.#options;
    const { template } = request.address;
    return group === undefined ? `"${template}"` : `"${template}" in group "${group}"`;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#since = performance.now();
    this.#condition.wake();
  }

  /** Finds where each partition goes on, tells the client, and begins. */
  async #settle(assignment: Assigned, generation: number): Promise<void> {
    const { context } = this.#options;
    const stale = () => this.#generation !== generation || this.#phase !== "settling";
    for (let delay = 50; ; delay = Math.min(2000, delay * 2)) {
      try {
        const committed = await this.#positions.committed(assignment);
        if (stale()) return;
        const ours = await this.#positions.place(assignment, committed);
        if (stale()) return;
        this.#leavePartitions(ours);
        for (const partition of ours) {
          this.#seek(partition);
          if (partition.resumeAt !== undefined) this.#resume(partition);
        }
        this.#assigned = ours;
        this.#enter("active");
        if (ours.some(({ committed: known }) => known < 0)) await this.#commits?.begin();
        break;
      } catch (error) {
        if (stale() && this.#phase !== "active") return;
        context.logger.warn(
          `${this.#name}: could not find where to go on, tries again: ${reasonOf(error)}`,
        );
        if (this.#phase === "active") break;
        await new Promise((resolve) => setTimeout(resolve, delay));
        if (stale()) return;
      }
    }
    const count = this.#assigned.length;
    context.logger.info(
      `${this.#name} reads ${count === 0 ? "no partition: others of its group have them all" : `${count} ${count === 1 ? "partition" : "partitions"}`}`,
    );
    this.#first.resolve();
    this.#dispatcher.pump();
  }

  async #revoke(): Promise<void> {
    const { rebalanceTimeout = 60_000 } = this.#own;
    const generation = this.#generation;
    const ended = this.#condition.until(() => this.#dispatcher.isIdle || this.#phase === "ended");
    await within(ended, rebalanceTimeout / 2, () => new Error("handlers still run")).catch(
      () => undefined,
    );
    if (this.#generation !== generation || this.#phase !== "revoking") return;
    const committed = this.#commits?.now() ?? Promise.resolve();
    await within(committed, rebalanceTimeout / 4, () => new Error("not committed")).catch(
      () => undefined,
    );
    if (this.#generation === generation && this.#phase === "revoking") this.#enter("joining");
  }

  /** Those that are not ours any longer keep what is with the handler, so that it does not begin twice. */
  #leavePartitions(kept: readonly Partition[] = []): void {
    for (const partition of this.#assigned) if (!kept.includes(partition)) partition.forget();
    this.#assigned = [...kept];
  }

  async #deliver(partition: Partition, entry: Entry): Promise<void> {
    const incoming = readMessage(entry.message, entry.attempt);
    const replyTo = incoming.headers["reply_to"];
    const early = (this.#own as { ack?: string }).ack === "onReceive";
    await this.#options.request.deliver({
      ...incoming,
      ...(replyTo ? { respond: (answer) => this.#options.respond(replyTo, incoming, answer) } : {}),
      settle: {
        ack: async () => {
          partition.finish(entry);
          // At most once: gone before the handler begins.
          if (early) await this.#commits?.upTo(partition, entry.offset);
        },
        nack: async ({ delay = 0 } = {}) => partition.again(entry, performance.now() + delay),
        reject: async () => {
          this.#options.context.logger.warn(
            `${this.#name}: rejected, its offset passes: ${entry.offset} of partition ${partition.number} of "${partition.topic}"`,
          );
          partition.finish(entry);
        },
      },
    });
  }

  #ended(partition: Partition): void {
    const { resumeAt } = partition;
    if (resumeAt !== undefined && partition.waiting <= resumeAt) this.#resume(partition);
    this.#commits?.soon();
    this.#dispatcher.pump();
    this.#condition.wake();
  }

  #pause(partition: Partition, resumeAt: number): void {
    partition.resumeAt = resumeAt;
    this.#tell((consumer) => consumer.pause([whole(partition)]));
  }

  #resume(partition: Partition): void {
    partition.resumeAt = undefined;
    this.#tell((consumer) => consumer.resume([whole(partition)]));
  }

  #seek({ topic, number, next }: Partition): void {
    this.#tell((consumer) => consumer.seek({ topic, partition: number, offset: String(next) }));
  }

  /** Between two generations there is nobody to tell, and nothing to tell either. */
  #tell(what: (consumer: NonNullable<Member["consumer"]>) => void): void {
    const consumer = this.member?.consumer;
    if (consumer === undefined) return;
    try {
      what(consumer);
    } catch {
      // It crashed a moment ago: positions are found anew with the next one.
    }
  }

  /** The log ends before what was read: it was cut, and its offsets are given again to other records. */
  #cutBack(partition: Partition, batch: Fetched["batch"]): void {
    const first = Number(batch.firstOffset() ?? batch.highWatermark);
    this.#options.context.logger.warn(
      `${this.#name}: partition ${partition.number} of "${partition.topic}" was cut back by the broker from ${partition.next} to ${batch.highWatermark}; reading on from ${first}`,
    );
    partition.advance(first);
  }

  /** Waits, and tells the group meanwhile that we live. A rebalance ends the wait with an error, as clients want it. */
  async #beating(heartbeat: () => Promise<void>, holds: () => boolean): Promise<void> {
    if (holds()) return;
    const interval = intervalOf(this.#own) / 2;
    for (;;) {
      const held = await this.#condition.until(holds, Math.min(interval, PATIENCE));
      if (held) return;
      await heartbeat();
    }
  }
}

export const intervalOf = (options: KafkaSubscriberOptions): number =>
  options.heartbeatInterval ?? Math.min(3000, (options.sessionTimeout ?? 30_000) / 10);

const whole = ({ topic, number }: Partition) => ({ topic, partitions: [number] });
