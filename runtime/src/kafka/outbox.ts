/**
 * Messages on their way out. Each topic has a lane with one request at a time, so that their order holds through
 * retries; what is published meanwhile goes together in the next. A message waits through an outage until its time is over.
 */
import { setImmediate as turn } from "node:timers/promises";
import { PublishError } from "../errors.ts";
import type { Clients, Lease, Producer } from "./client.ts";
import type { Message } from "./driver.ts";
import { passes, reasonOf, typeOf } from "./failure.ts";
import type { Link } from "./link.ts";
import { sizeOf } from "./message.ts";
import type { KafkaAcks, KafkaCompression, KafkaOptions } from "./options.ts";
import { NoSuchPartition } from "./partitioner.ts";
import { missing, type Topics } from "./topics.ts";

/** Below the broker's usual limit for one batch (`message.max.bytes`, 1 MiB), so that a large message spoils no others. */
const BATCH_BYTES = 900_000;

export interface Sending {
  readonly acks: KafkaAcks;
  readonly compression: KafkaCompression;
  readonly signal: AbortSignal | undefined;
}

interface Letter extends Sending {
  readonly message: Message;
  readonly size: number;
  /** Whether a request with it was ever sent. */
  tried: boolean;
  ended: boolean;
  end(error?: Error): void;
}

interface Lane {
  readonly topic: string;
  queue: Letter[];
  busy: boolean;
  /** Why the last request failed, for those whose time ends. */
  trouble: Error | undefined;
}

export type OutboxOptions = Pick<KafkaOptions, "idempotent" | "publishTimeout">;

export class Outbox {
  readonly #clients: Clients;
  readonly #topics: Topics;
  readonly #link: Link;
  readonly #options: OutboxOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #idle = new Set<() => void>();
  #producer: Promise<{ producer: Producer; lease: Lease }> | undefined;
  #closed = false;

  constructor(clients: Clients, topics: Topics, link: Link, options: OutboxOptions) {
    this.#clients = clients;
    this.#topics = topics;
    this.#link = link;
    this.#options = options;
  }

  /** Resolves when the broker has it, as `acks` says. @throws {PublishError} */
  send(topic: string, message: Message, sending: Sending): Promise<void> {
    const lane = this.#lane(topic);
    return new Promise((resolve, reject) => {
      const { publishTimeout = 10_000 } = this.#options;
      const { signal } = sending;
      const abort = () => letter.end(signal?.reason as Error);
      const timer = setTimeout(
        () => letter.end(this.#late(lane, letter, publishTimeout)),
        publishTimeout,
      );
      const letter: Letter = {
        ...sending,
        message,
        size: sizeOf(message),
        tried: false,
        ended: false,
        end(error) {
          if (letter.ended) return;
          letter.ended = true;
          clearTimeout(timer);
          signal?.removeEventListener("abort", abort);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      if (this.#closed) return letter.end(closing(topic));
      signal?.addEventListener("abort", abort, { once: true });
      lane.queue.push(letter);
      if (!lane.busy) void this.#run(lane);
    });
  }

  /** Resolves when nothing is under way. */
  async flush(): Promise<void> {
    while ([...this.#lanes.values()].some(({ busy }) => busy))
      await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const lane of this.#lanes.values())
      for (const letter of lane.queue) letter.end(closing(lane.topic));
    await this.#dismiss();
  }

  #lane(topic: string): Lane {
    let lane = this.#lanes.get(topic);
    if (lane === undefined) {
      lane = { topic, queue: [], busy: false, trouble: undefined };
      this.#lanes.set(topic, lane);
    }
    return lane;
  }

  async #run(lane: Lane): Promise<void> {
    lane.busy = true;
    // Everything published in this turn of the event loop goes together.
    await turn();
    while (!this.#closed) {
      lane.queue = lane.queue.filter(({ ended }) => !ended);
      if (lane.queue.length === 0) break;
      if (this.#link.back !== undefined) {
        await this.#link.back;
        continue;
      }
      await this.#sendSome(lane, take(lane.queue));
    }
    // Concrete topics without end must not fill the memory.
    this.#lanes.delete(lane.topic);
    lane.busy = false;
    for (const wake of this.#idle) wake();
    this.#idle.clear();
  }

  async #sendSome(lane: Lane, batch: Letter[]): Promise<void> {
    const [{ acks, compression }] = batch as [Letter];
    try {
      await this.#topics.prepare(lane.topic);
      const { producer } = await this.#open();
      for (const letter of batch) letter.tried = true;
      const messages = batch.map(({ message }) => message);
      const failed = await producer.send(lane.topic, messages, { acks, compression });
      lane.trouble = undefined;
      const left = batch.filter(({ message }) => failed.has(message));
      for (const letter of batch) if (!failed.has(letter.message)) letter.end();
      const [first] = failed.values();
      if (first !== undefined) await this.#failed(lane, left, first);
    } catch (error) {
      await this.#failed(lane, batch, error as Error);
    }
  }

  async #failed(lane: Lane, batch: Letter[], error: Error): Promise<void> {
    const again = () => lane.queue.unshift(...batch.filter(({ ended }) => !ended));
    const type = typeOf(error);
    lane.trouble = error;
    if (error instanceof NoSuchPartition) {
      batch.find(({ message }) => message === error.of)?.end(error);
      again();
    } else if (type === "MESSAGE_TOO_LARGE" && batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      await this.#sendSome(lane, batch.slice(0, half));
      await this.#sendSome(lane, batch.slice(half));
    } else if (type === "UNKNOWN_TOPIC_OR_PARTITION") {
      // kafkajs asks for every topic it ever sent to, and fails for all when one of them is gone.
      await this.#dismiss();
      if (await this.#isThere(lane.topic)) again();
      else
        for (const letter of batch)
          letter.end(new PublishError(missing(lane.topic), { cause: error }));
    } else if (type !== undefined && LOST_SEQUENCE.test(type)) {
      await this.#dismiss();
      again();
    } else if (passes(error)) {
      if (type === undefined) this.#link.lost(error);
      again();
    } else {
      for (const letter of batch)
        letter.end(
          error instanceof PublishError
            ? error
            : new PublishError(whatFailed(lane, letter, error), { cause: error }),
        );
    }
  }

  /** Where nobody can say, it may be. */
  async #isThere(topic: string): Promise<boolean> {
    return this.#topics.partitions(topic).then(
      (found) => found.length > 0,
      () => true,
    );
  }

  #open(): Promise<{ producer: Producer; lease: Lease }> {
    this.#producer ??= this.#connect().catch((error: unknown) => {
      this.#producer = undefined;
      throw error;
    });
    return this.#producer;
  }

  async #connect(): Promise<{ producer: Producer; lease: Lease }> {
    const { idempotent = false, publishTimeout: timeout = 10_000 } = this.#options;
    // A request that was given up may have arrived: one with new messages and its sequence numbers would be taken for it.
    const retries = idempotent ? Number.MAX_SAFE_INTEGER : 4;
    const lease = this.#clients.open({ initialRetryTime: 50, maxRetryTime: 1000, retries });
    const producer = lease.producer({ idempotent, auto: this.#topics.auto, timeout });
    try {
      await producer.connect();
    } catch (error) {
      lease.release();
      throw error;
    }
    return { producer, lease };
  }

  async #dismiss(): Promise<void> {
    const open = await this.#producer?.catch(() => undefined);
    this.#producer = undefined;
    if (open === undefined) return;
    // Waits for requests under way, which may never be answered.
    const gone = open.producer.disconnect().catch(() => undefined);
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    open.lease.release();
  }

  #late(lane: Lane, letter: Letter, timeout: number): PublishError {
    const text = letter.tried
      ? `Kafka did not confirm the message to "${lane.topic}" within ${timeout} ms: it may or may not have arrived`
      : `cannot publish to "${lane.topic}": Kafka has been out of reach for ${timeout} ms`;
    const why = lane.trouble === undefined ? "" : ` (${reasonOf(lane.trouble)})`;
    return new PublishError(text + why, { cause: lane.trouble });
  }
}

/** What a producer cannot come back from but with a new identity. */
const LOST_SEQUENCE = /OUT_OF_ORDER_SEQUENCE|UNKNOWN_PRODUCER_ID|INVALID_PRODUCER/;

/** As many from the front as go in one request. */
function take(queue: Letter[]): Letter[] {
  const [first] = queue as [Letter];
  let bytes = 0;
  let count = 0;
  for (const { size, acks, compression } of queue) {
    if (acks !== first.acks || compression !== first.compression) break;
    bytes += size;
    if (count > 0 && bytes > BATCH_BYTES) break;
    count++;
  }
  return queue.splice(0, count);
}

function whatFailed({ topic }: Lane, { size }: Letter, error: Error): string {
  const type = typeOf(error);
  if (type === "MESSAGE_TOO_LARGE")
    return `the message to "${topic}" is too large: about ${size} bytes, more than the topic's max.message.bytes`;
  if (type === "TOPIC_AUTHORIZATION_FAILED")
    return `Kafka refuses messages to "${topic}": give the user WRITE on it`;
  return `cannot publish to "${topic}": ${reasonOf(error)}`;
}

const closing = (topic: string): PublishError =>
  new PublishError(`cannot publish to "${topic}": the app is stopping`);
