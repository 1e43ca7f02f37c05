/**
 * What classic and quorum queues have in common: messages wait in order, go to the consumers in turn, come back, expire at
 * the head and die.
 */
import type { Content } from "../wire/content.ts";
import type { FieldTable } from "../wire/values.ts";
import { ConsumerLine } from "./consumer-line.ts";
import type {
  Consumer,
  Delivery,
  Message,
  Owner,
  Queue,
  QueueDeclaration,
  QueueHost,
} from "./contract.ts";
import { Expiry, UnusedTimer } from "./queue-timers.ts";
import { checkConsumeArguments } from "./queue-arguments.ts";
import { QueueDeaths } from "./queue-deaths.ts";
import { readSettings, type QueueSettings } from "./queue-settings.ts";
import { restoreQueue, snapshotEntry, type QueueSnapshot } from "./queue-snapshot.ts";
import type { Entry, ReadyMessages } from "./ready-messages.ts";

/** A message that somebody holds. */
interface Held extends Delivery {
  readonly entry: Entry;
}

export abstract class BaseQueue implements Queue {
  abstract readonly type: "classic" | "quorum";
  readonly name: string;
  readonly durable: boolean;
  readonly owner: Owner | null;
  readonly autoDelete: boolean;
  readonly arguments: FieldTable;

  protected readonly host: QueueHost;
  protected readonly ready: ReadyMessages;
  protected readonly line: ConsumerLine;
  protected readonly held: Set<Held> = new Set();
  protected readonly deaths: QueueDeaths;
  protected settings: QueueSettings;
  protected readonly expiry: Expiry;
  readonly #unusedTimer: UnusedTimer;
  #positions = 0;

  constructor(
    host: QueueHost,
    declaration: QueueDeclaration,
    type: "classic" | "quorum",
    ready: ReadyMessages,
  ) {
    this.name = declaration.name;
    this.durable = declaration.durable;
    this.owner = declaration.owner;
    this.autoDelete = declaration.autoDelete;
    this.arguments = declaration.arguments;
    this.host = host;
    this.ready = ready;
    const single = declaration.arguments.get("x-single-active-consumer");
    this.line = new ConsumerLine(single?.type === "bool" && single.value);
    this.settings = readSettings(this.arguments, { name: this.name, type }, host.vhost.policies);
    this.deaths = new QueueDeaths(host, this, this.settings);
    this.expiry = new Expiry(host, ready, this.deaths);
    this.#unusedTimer = new UnusedTimer(host, () => host.vhost.dropQueue(this));
    this.#unusedTimer.start(this.settings.expires);
  }

  get messageCount(): number {
    return this.ready.size;
  }

  get messageBytes(): number {
    return this.ready.bytes;
  }

  get unsettledCount(): number {
    return this.held.size;
  }

  get unsettledBytes(): number {
    let bytes = 0;
    for (const { message } of this.held) bytes += message.content.body.length;
    return bytes;
  }

  get consumers(): readonly Consumer[] {
    return this.line.all;
  }

  get consumerCount(): number {
    return this.line.all.length;
  }

  get activeConsumer(): Consumer | null {
    return this.line.active;
  }

  abstract push(message: Message): boolean;

  get(noAck: boolean): { readonly delivery: Delivery; readonly remaining: number } | null {
    this.#used();
    const entry = this.ready.shift();
    if (entry === undefined) return null;
    const delivery = handOut(this, entry, this.contentOf(entry, null), null);
    if (!noAck) this.held.add(delivery);
    this.expiry.look();
    return { delivery, remaining: this.ready.size };
  }

  touch(): void {
    this.#used();
  }

  consume(consumer: Consumer): void {
    checkConsumeArguments(consumer.arguments, this, this.host.vhost.name);
    this.admit(consumer);
    this.#unusedTimer.stop();
    this.line.add(consumer);
    this.run();
  }

  /** @throws {AmqpError} where the consumer cannot be, or is not to be, alone. */
  protected admit(_consumer: Consumer): void {}

  cancel(consumer: Consumer): void {
    const before = this.line.all.length;
    this.line.remove(consumer, (candidates) => this.succeed(candidates));
    if (this.line.all.length === before) return;
    if (this.line.all.length === 0) {
      if (this.autoDelete) return this.host.vhost.dropQueue(this);
      this.#used();
    }
    this.run();
  }

  wake(consumer: Consumer): void {
    if (this.line.wake(consumer)) this.run();
  }

  acknowledge(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.held.delete(delivery as Held);
    this.#wakeHolder(deliveries);
  }

  requeue(deliveries: readonly Delivery[]): void {
    // Who gives back stands in line again before anybody gets it.
    if (deliveries[0]?.consumer) this.line.wake(deliveries[0].consumer);
    this.takeBack(this.#take(deliveries), false);
  }

  release(deliveries: readonly Delivery[]): void {
    this.takeBack(this.#take(deliveries), true);
  }

  reject(deliveries: readonly Delivery[]): void {
    for (const { message } of this.#take(deliveries)) this.deaths.bury(message, "rejected");
    this.#wakeHolder(deliveries);
  }

  purge(): number {
    const { size } = this.ready;
    this.ready.clear();
    return size;
  }

  peek(count: number): readonly Delivery[] {
    const deliveries: Delivery[] = [];
    while (deliveries.length < count) {
      const got = this.get(false);
      if (got === null) break;
      deliveries.push(got.delivery);
    }
    this.requeue(deliveries);
    return deliveries;
  }

  applyPolicy(): void {
    this.settings = readSettings(this.arguments, this, this.host.vhost.policies);
    this.deaths.change(this.settings);
    this.#used();
    this.trim();
    this.expiry.look();
  }

  close(): void {
    this.expiry.stop();
    this.#unusedTimer.stop();
    this.deaths.close();
    const consumers = [...this.line.all];
    this.line.clear();
    this.held.clear();
    this.ready.clear();
    for (const consumer of consumers) consumer.cancelled();
  }

  snapshot(): QueueSnapshot {
    const entries = this.inOrder([...this.held].map(({ entry }) => entry));
    return {
      messages: entries.map(snapshotEntry),
      letters: this.deaths.snapshot(),
      unusedUntil: this.#unusedTimer.until,
    };
  }

  restore(snapshot: unknown, time: number): void {
    const { entries, letters, unusedUntil } = restoreQueue(snapshot, this.host.clock.now() - time);
    for (const entry of entries) this.ready.push({ ...entry, position: this.#positions++ });
    this.deaths.restore(letters);
    if (unusedUntil !== null) this.#unusedTimer.startUntil(unusedUntil);
    this.expiry.look();
  }

  /** What somebody had is ready again; `ended`: because its channel has. */
  protected abstract takeBack(entries: readonly Entry[], ended: boolean): void;

  /** All messages as they would be ready if those that are held came back now. */
  protected abstract inOrder(held: readonly Entry[]): Entry[];

  /** Who follows the single active consumer. */
  protected abstract succeed(candidates: readonly Consumer[]): Consumer | null;

  /** What a client gets to see. */
  protected abstract contentOf(entry: Entry, consumer: Consumer | null): Content;

  protected enter(message: Message, ttl: number | null, priority: number): Entry {
    return {
      message,
      position: this.#positions++,
      expires: ttl === null ? 0 : this.host.clock.now() + ttl,
      priority,
      redelivered: false,
      returns: 0,
    };
  }

  /** Gives what is ready to who is ready. */
  protected run(): void {
    while (this.ready.size > 0) {
      const consumer = this.line.next();
      const entry = consumer && this.ready.shift();
      if (!consumer || !entry) return;
      this.deliver(entry, consumer);
      this.expiry.look();
    }
  }

  protected deliver(entry: Entry, consumer: Consumer): void {
    const delivery = handOut(this, entry, this.contentOf(entry, consumer), consumer);
    if (!consumer.noAck) this.held.add(delivery);
    consumer.deliver(delivery);
  }

  /** x-max-length and -bytes by drop-head. Returns whether any had to go. */
  protected trim(): boolean {
    if (this.settings.overflow !== "drop-head") return false;
    const gone: Message[] = [];
    while (this.isOver(0, 0)) {
      const head = this.ready.shift();
      if (head === undefined) break;
      gone.push(head.message);
    }
    // A quorum queue's log machine tells of what it drops at once from the last to the first.
    if (this.type === "quorum") gone.reverse();
    for (const message of gone) this.deaths.bury(message, "maxlen");
    return gone.length > 0;
  }

  /** Whether what is ready is over a limit, with so much more. */
  protected isOver(messages: number, bytes: number): boolean {
    const { maxLength, maxBytes } = this.settings;
    return (
      (maxLength !== null && this.ready.size + this.deaths.size + messages > maxLength) ||
      (maxBytes !== null && this.ready.bytes + this.deaths.bytes + bytes > maxBytes)
    );
  }

  /** Out of the hands of those who held them; what was settled before is not among them. */
  #take(deliveries: readonly Delivery[]): Entry[] {
    return (deliveries as readonly Held[])
      .filter((delivery) => this.held.delete(delivery))
      .map(({ entry }) => entry);
  }

  #wakeHolder([delivery]: readonly Delivery[]): void {
    if (delivery?.consumer) this.wake(delivery.consumer);
  }

  #used(): void {
    if (this.line.all.length === 0) this.#unusedTimer.start(this.settings.expires);
  }
}

function handOut(queue: Queue, entry: Entry, content: Content, consumer: Consumer | null): Held {
  const { message, redelivered } = entry;
  return { queue, message, content, redelivered, consumer, entry };
}
