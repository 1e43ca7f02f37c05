/**
 * A stream: messages stay when they are read, and each consumer has a place of its own. An acknowledgement only lets the
 * next one come. https://www.rabbitmq.com/docs/streams
 *
 * RabbitMQ hands over what was written together at once, even beyond the prefetch count; here the count holds.
 * Filtering (x-stream-filter) came with 3.13: 3.10 ignores it, and so does this.
 */
import type { FieldValue } from "../wire/values.ts";
import type {
  Consumer,
  Delivery,
  Message,
  Queue,
  QueueDeclaration,
  QueueHost,
} from "./contract.ts";
import { type AmqpError, channelError, connectionError } from "./errors.ts";
import { restoreMessage, snapshotMessage } from "./message-snapshot.ts";
import { checkConsumeArguments } from "./queue-arguments.ts";
import { streamContent } from "./stream-content.ts";
import { type Retention, StreamLog } from "./stream-log.ts";
import { readAge, readStreamOffset } from "./stream-offset.ts";

const SEGMENT_BYTES = 500_000_000;
const MAX_SEGMENT_BYTES = 3_000_000_000;

/** @throws {AmqpError} 406 for a segment size beyond the maximum. */
export function createStreamQueue(host: QueueHost, declaration: QueueDeclaration): Queue {
  const size = declaration.arguments.get("x-stream-max-segment-size-bytes");
  if (size !== undefined && "value" in size && Number(size.value) > MAX_SEGMENT_BYTES)
    throw channelError(406, "Exceeded max value for x-stream-max-segment-size-bytes");
  return new StreamQueue(host, declaration);
}

/** How far a consumer has come. */
interface Reader {
  next: number;
}

class StreamQueue implements Queue {
  readonly name: string;
  readonly durable: boolean;
  readonly owner: QueueDeclaration["owner"];
  readonly autoDelete: boolean;
  readonly arguments: QueueDeclaration["arguments"];
  readonly type = "stream";
  /** RabbitMQ counts none for declare-ok. */
  readonly consumerCount = 0;
  readonly activeConsumer = null;
  readonly #host: QueueHost;
  readonly #log: StreamLog;
  readonly #readers = new Map<Consumer, Reader>();
  #retention: Retention;
  #unsettled = 0;

  constructor(host: QueueHost, declaration: QueueDeclaration) {
    this.#host = host;
    this.name = declaration.name;
    this.durable = declaration.durable;
    this.owner = declaration.owner;
    this.autoDelete = declaration.autoDelete;
    this.arguments = declaration.arguments;
    this.#retention = this.#readRetention();
    this.#log = new StreamLog(
      () => this.#retention,
      (entry, by) => host.record(by === "max-age" ? "expired" : "dropped", entry.message, this, by),
    );
  }

  get messageCount(): number {
    return this.#log.next - this.#log.first;
  }

  get messageBytes(): number {
    return this.#log.bodyBytes;
  }

  get unsettledCount(): number {
    return this.#unsettled;
  }

  /** They have never left the stream. */
  get unsettledBytes(): number {
    return 0;
  }

  get consumers(): readonly Consumer[] {
    return [...this.#readers.keys()];
  }

  push(message: Message): boolean {
    this.#log.append({ message, time: this.#host.clock.now() });
    for (const consumer of this.#readers.keys()) this.wake(consumer);
    return true;
  }

  get(): never {
    throw this.#notSupported("basic.get");
  }

  touch(): void {}

  consume(consumer: Consumer): void {
    checkConsumeArguments(consumer.arguments, this, this.#host.vhost.name);
    if (consumer.prefetch === 0)
      throw channelError(406, `consumer prefetch count is not set for '${this.#name}'`);
    if (consumer.noAck)
      throw connectionError(
        540,
        `automatic acknowledgement not supported by stream queues ${this.#name}`,
      );
    if (consumer.channel.globalPrefetch > 0)
      throw connectionError(540, `${this.#name} does not support global qos`);
    this.#readers.set(consumer, { next: this.#start(consumer.arguments.get("x-stream-offset")) });
    this.wake(consumer);
  }

  cancel(consumer: Consumer): void {
    this.#readers.delete(consumer);
  }

  wake(consumer: Consumer): void {
    const reader = this.#readers.get(consumer);
    if (reader === undefined) return;
    // Whoever has fallen behind goes on with the oldest that is there.
    if (reader.next < this.#log.first) reader.next = this.#log.first;
    while (reader.next < this.#log.next && consumer.ready()) {
      const offset = reader.next++;
      const message = this.#log.at(offset)?.message;
      if (message === undefined) continue;
      this.#unsettled++;
      const content = streamContent(message.content, offset);
      consumer.deliver({ queue: this, message, content, redelivered: false, consumer });
      if (!this.#readers.has(consumer)) return;
    }
  }

  acknowledge(deliveries: readonly Delivery[]): void {
    this.#unsettled -= deliveries.length;
  }

  release(deliveries: readonly Delivery[]): void {
    this.#unsettled -= deliveries.length;
  }

  requeue(): never {
    throw this.#notSupported("basic.nack and basic.reject");
  }

  reject(): never {
    throw this.#notSupported("basic.nack and basic.reject");
  }

  purge(): never {
    throw this.#notSupported("queue.purge");
  }

  peek(): never {
    throw this.#notSupported("basic.get");
  }

  applyPolicy(): void {
    this.#retention = this.#readRetention();
    this.#log.retain(this.#host.clock.now());
  }

  close(): void {
    const consumers = this.consumers;
    this.#readers.clear();
    for (const consumer of consumers) consumer.cancelled();
  }

  snapshot(): unknown {
    const entries = [...this.#log].map(({ message, time }) => [time, snapshotMessage(message)]);
    return { first: this.#log.first, entries };
  }

  restore(snapshot: unknown, time: number): void {
    const { first, entries } = (snapshot ?? {}) as { first?: unknown; entries?: unknown };
    if (typeof first !== "number" || !Array.isArray(entries))
      throw new TypeError("this is no snapshot of a stream");
    const shift = this.#host.clock.now() - time;
    const restored = entries.map((entry: unknown) => {
      const [written, message] = Array.isArray(entry) ? (entry as unknown[]) : [];
      if (typeof written !== "number") throw new TypeError("this is no snapshot of a stream");
      return { time: written + shift, message: restoreMessage(message) };
    });
    this.#log.reset(first);
    for (const entry of restored) this.#log.append(entry);
  }

  get #name(): string {
    return `queue '${this.name}' in vhost '${this.#host.vhost.name}'`;
  }

  #notSupported(what: string): AmqpError {
    return connectionError(540, `${what} not supported by stream queues ${this.#name}`);
  }

  #start(argument: FieldValue | undefined): number {
    const offset = readStreamOffset(argument, this.#host.clock.now()) ?? "next";
    const { first, next } = this.#log;
    if (offset === "first") return first;
    if (offset === "last") return Math.max(first, next - 1);
    if (offset === "next") return next;
    // A number that is not reached yet is waited for.
    return "time" in offset ? this.#log.since(offset.time) : offset.number;
  }

  /** Of both, the policy counts, not the argument. */
  #readRetention(): Retention {
    const { definition } = this.#host.vhost.policies.ofQueue(this.name, "stream");
    const setting = (name: string): unknown => {
      if (definition[name] !== undefined) return definition[name];
      const argument = this.arguments.get(`x-${name}`);
      if (argument === undefined || !("value" in argument)) return undefined;
      return argument.type === "longstr" ? argument.value.toString() : argument.value;
    };
    const age = setting("max-age");
    const bytes = setting("max-length-bytes");
    return {
      maxAge: typeof age === "string" ? readAge(age) : null,
      maxBytes: bytes === undefined ? null : Number(bytes),
      segmentBytes: Number(setting("stream-max-segment-size-bytes") ?? SEGMENT_BYTES),
    };
  }
}
