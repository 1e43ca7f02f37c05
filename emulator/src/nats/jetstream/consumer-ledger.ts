/**
 * What a consumer has delivered and not heard of: pending acknowledgements with their deadlines, what is to be delivered
 * again, and the floors below which all is acknowledged. consumer.go of nats-server: processAckMsg, checkPending.
 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import type { ConsumerConfig } from "./consumer-config.ts";

/** A message that was delivered and waits for its acknowledgement. */
interface Pending {
  /** The consumer's number of its first delivery. */
  readonly consumerSeq: number;
  /** When it was delivered last, ms. */
  at: number;
}

/** A place in a consumer's numbers and in its stream's. */
export interface Reach {
  readonly consumer: number;
  readonly stream: number;
}

export interface LedgerSnapshot {
  readonly pending: readonly (readonly [streamSeq: number, consumerSeq: number, at: number])[];
  readonly redelivered: readonly (readonly [streamSeq: number, times: number])[];
  readonly floor: Reach;
}

interface LedgerSteps {
  /** A message has been delivered as often as it may be. */
  exceeded(streamSeq: number, deliveries: number): void;
  /** There is something to deliver again. */
  due(): void;
}

/** ms by which nats-server is late here: what runs out together goes out together, and nothing comes back too early. */
const ACK_WAIT_DELAY = 1;

export class Ledger {
  readonly #clock: Clock;
  readonly #steps: LedgerSteps;
  readonly #pending = new Map<number, Pending>();
  /** How often each was delivered again. */
  readonly #redelivered = new Map<number, number>();
  /** To be delivered again, in order. */
  readonly #queue = new Set<number>();
  readonly #deadlines: Deadlines<number>;
  #config: ConsumerConfig;
  #expired: number[] = [];
  /** Everything up to these is acknowledged. */
  #floor: Reach;

  constructor(
    clock: Clock,
    config: ConsumerConfig,
    steps: LedgerSteps,
    from: LedgerSnapshot | { readonly floor: Reach },
  ) {
    this.#clock = clock;
    this.#config = config;
    this.#steps = steps;
    this.#floor = from.floor;
    this.#deadlines = new Deadlines(clock, (seq) => this.#expire(seq));
    if (!("pending" in from)) return;
    for (const [seq, times] of from.redelivered) this.#redelivered.set(seq, times);
    for (const [seq, consumerSeq, at] of from.pending) {
      this.#pending.set(seq, { consumerSeq, at });
      this.#arm(seq, at);
    }
  }

  get floor(): Reach {
    return this.#floor;
  }

  get size(): number {
    return this.#pending.size;
  }

  get redelivered(): number {
    return this.#redelivered.size;
  }

  /** How many wait to be delivered again. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Whether max_ack_pending lets nothing new through. */
  get full(): boolean {
    const most = this.#config.max_ack_pending ?? 0;
    return most > 0 && this.#pending.size >= most;
  }

  get(seq: number): Pending | undefined {
    return this.#pending.get(seq);
  }

  /** As nats-server counts them where it gives up: the first delivery and the second are both one. */
  deliveries(seq: number): number {
    return Math.max(1, this.#redelivered.get(seq) ?? 1);
  }

  /** Whether it still may have to be delivered, or was delivered too often: then the stream keeps it. */
  holds(seq: number): boolean {
    return this.#pending.has(seq) || this.#redelivered.has(seq);
  }

  /** The next to be delivered again, counted as such; undefined where there is none. */
  takeAgain(): { readonly seq: number; readonly deliveries: number } | undefined {
    const most = this.#config.max_deliver ?? -1;
    for (const seq of this.#queue) {
      this.#queue.delete(seq);
      const times = (this.#redelivered.get(seq) ?? 0) + 1;
      this.#redelivered.set(seq, times);
      if (most <= 0 || times < most) return { seq, deliveries: times + 1 };
      this.#forget(seq);
      if (times === most) this.#steps.exceeded(seq, times);
    }
    return undefined;
  }

  /** What `takeAgain` gave was not delivered, and is the first again. */
  backAgain(seq: number): void {
    this.uncount(seq);
    const rest = [...this.#queue];
    this.#queue.clear();
    for (const one of [seq, ...rest]) this.#queue.add(one);
  }

  /** What `takeAgain` gave is not delivered. */
  uncount(seq: number): void {
    const times = (this.#redelivered.get(seq) ?? 1) - 1;
    if (times > 0) this.#redelivered.set(seq, times);
    else this.#redelivered.delete(seq);
  }

  /** It has been delivered. */
  track(seq: number, consumerSeq: number): void {
    const at = this.#clock.now();
    const known = this.#pending.get(seq);
    if (known === undefined) this.#pending.set(seq, { consumerSeq, at });
    else known.at = at;
    this.#arm(seq, at);
  }

  /** It is being worked on. */
  touch(seq: number): void {
    const known = this.#pending.get(seq);
    if (known === undefined || this.#queue.has(seq)) return;
    known.at = this.#clock.now();
    this.#arm(seq, known.at);
  }

  /** Is to be delivered again: after `delay` ms, or at once. */
  refuse(seq: number, delay: number | undefined): void {
    const known = this.#pending.get(seq);
    if (known === undefined) return;
    this.#deadlines.delete(seq);
    if (delay === undefined) {
      this.#queue.add(seq);
      return;
    }
    this.#queue.delete(seq);
    known.at = this.#clock.now() - (this.#config.ack_wait ?? 0) / 1e6 + delay;
    this.#arm(seq, known.at);
  }

  /** Everything pending is to be delivered again at once: the deliver subject has changed. */
  refuseAll(): void {
    for (const seq of [...this.#pending.keys()].sort(ascending)) this.#expire(seq);
    this.#flush();
  }

  /** With ack policy explicit. `reach`: how far the consumer has come. */
  settleOne(seq: number, reach: Reach): void {
    const known = this.#pending.get(seq);
    this.#redelivered.delete(seq);
    this.#queue.delete(seq);
    if (known === undefined) return;
    this.#pending.delete(seq);
    this.#deadlines.delete(seq);
    if (this.#pending.size === 0) {
      this.raise(reach.consumer, reach.stream);
    } else if (known.consumerSeq === this.#floor.consumer + 1) {
      this.raise(known.consumerSeq, seq);
      this.#climb(seq + 1, reach.stream);
    }
  }

  /** With ack policy all: everything up to this one. Returns what was pending, in order. */
  settleUpTo(seq: number, consumerSeq: number): number[] {
    const settled = [...this.#pending.keys()].filter((one) => one <= seq).sort(ascending);
    for (const one of settled) this.forget(one);
    this.raise(consumerSeq, seq);
    return settled;
  }

  /** It is not in the stream any more, or nobody is to have it. */
  forget(seq: number): void {
    this.#forget(seq);
    this.#redelivered.delete(seq);
    this.#queue.delete(seq);
  }

  raise(consumer: number, stream: number): void {
    this.#floor = { consumer, stream };
  }

  /**
   * A purge, after which the stream goes on at `start`: nats-server's consumer.purge. `kept`: whether a message is still
   * there. `reach`: how far the consumer has come then.
   */
  purge(start: number, kept: (seq: number) => boolean, reach: Reach): void {
    if (this.#floor.stream < start) {
      this.raise(this.#floor.consumer, start - 1);
      for (const [seq, { consumerSeq }] of this.#pending) {
        if (seq >= start && kept(seq)) continue;
        this.raise(Math.max(this.#floor.consumer, consumerSeq), this.#floor.stream);
        this.forget(seq);
      }
    }
    if (this.#pending.size === 0) {
      this.#redelivered.clear();
      this.raise(reach.consumer, reach.stream);
    }
    // What waited to be delivered again waits for its acknowledgement once more.
    for (const seq of this.#queue) {
      const known = this.#pending.get(seq);
      if (seq > reach.stream) continue;
      this.#queue.delete(seq);
      if (known !== undefined) this.#arm(seq, known.at);
    }
  }

  configure(config: ConsumerConfig): void {
    this.#config = config;
    for (const [seq, { at }] of this.#pending) if (!this.#queue.has(seq)) this.#arm(seq, at);
  }

  snapshot(): LedgerSnapshot {
    return {
      pending: [...this.#pending].map(([seq, { consumerSeq, at }]) => [seq, consumerSeq, at]),
      redelivered: [...this.#redelivered],
      floor: this.#floor,
    };
  }

  end(): void {
    this.#deadlines.clear();
  }

  #arm(seq: number, at: number): void {
    const { backoff, ack_wait: ackWait = 0 } = this.#config;
    const times = this.#redelivered.get(seq) ?? 0;
    const wait = backoff?.[Math.min(times, backoff.length - 1)] ?? ackWait;
    this.#deadlines.set(seq, at + wait / 1e6 + ACK_WAIT_DELAY);
  }

  /** Its time has come. Those of one moment are taken together, so that they go out in the stream's order. */
  #expire(seq: number): void {
    this.#expired.push(seq);
    if (this.#expired.length === 1) this.#clock.after(0, () => this.#flush());
  }

  #flush(): void {
    const most = this.#config.max_deliver ?? -1;
    for (const seq of this.#expired.splice(0).sort(ascending)) {
      if (!this.#pending.has(seq) || this.#queue.has(seq)) continue;
      // As nats-server counts here, this meets only a max_deliver of 1; more are met when it would be delivered again.
      const times = this.deliveries(seq);
      if (most > 0 && times >= most) {
        this.#redelivered.set(seq, times);
        this.#forget(seq);
        if (times === most) this.#steps.exceeded(seq, times);
      } else {
        this.#deadlines.delete(seq);
        this.#queue.add(seq);
      }
    }
    this.#steps.due();
  }

  #forget(seq: number): void {
    this.#pending.delete(seq);
    this.#deadlines.delete(seq);
  }

  /** Up to the next that is pending. */
  #climb(from: number, to: number): void {
    for (let seq = from; seq <= to; seq++) {
      const known = this.#pending.get(seq);
      if (known === undefined) continue;
      this.raise(known.consumerSeq - 1, seq - 1);
      return;
    }
  }
}

const ascending = (a: number, b: number) => a - b;
