/** A classic queue: rabbit_amqqueue_process. What is put back stands where it stood; x-max-priority; x-overflow in three ways. */
import type { Content } from "../wire/content.ts";
import { BaseQueue } from "./base-queue.ts";
import type { Consumer, Message, Queue, QueueDeclaration, QueueHost } from "./contract.ts";
import { channelError } from "./errors.ts";
import { timeToLive } from "./queue-settings.ts";
import { OrderedMessages, type Entry } from "./ready-messages.ts";

export function createClassicQueue(host: QueueHost, declaration: QueueDeclaration): Queue {
  return new ClassicQueue(host, declaration);
}

class ClassicQueue extends BaseQueue {
  readonly type = "classic";
  readonly #maxPriority: number;

  constructor(host: QueueHost, declaration: QueueDeclaration) {
    super(host, declaration, "classic", new OrderedMessages());
    const max = declaration.arguments.get("x-max-priority");
    this.#maxPriority = max !== undefined && "value" in max ? Number(max.value) : 0;
  }

  push(message: Message): boolean {
    const { overflow, messageTtl } = this.settings;
    if (overflow !== "drop-head" && this.isOver(1, message.content.body.length)) {
      if (overflow === "reject-publish-dlx") this.deaths.bury(message, "maxlen");
      else this.host.record("dropped", message, this, overflow);
      return false;
    }
    const entry = this.enter(
      message,
      timeToLive(this.settings, message),
      this.#priorityOf(message),
    );
    const consumer = this.ready.size === 0 ? this.line.next() : null;
    if (consumer !== null) {
      this.deliver(entry, consumer);
    } else if (messageTtl === 0 && this.settings.deadLetterExchange === null) {
      this.host.record("expired", message, this, "expired");
    } else {
      this.ready.push(entry);
      // As in RabbitMQ: what comes to the head by its priority is not looked at yet.
      if (this.trim() || this.ready.size === 1) this.expiry.look();
    }
    return true;
  }

  protected override admit(consumer: Consumer): void {
    const alone = this.line.all.some((other) => other.exclusive);
    if (alone || (consumer.exclusive && (this.line.single || this.line.all.length > 0)))
      throw channelError(
        403,
        `queue '${this.name}' in vhost '${this.host.vhost.name}' in exclusive use`,
      );
  }

  protected takeBack(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.redelivered = true;
      this.ready.putBack(entry);
    }
    this.trim();
    this.expiry.look();
    this.run();
  }

  protected inOrder(held: readonly Entry[]): Entry[] {
    return [...this.ready, ...held].sort((a, b) => a.position - b.position);
  }

  /** By x-priority, then by age. */
  protected succeed(candidates: readonly Consumer[]): Consumer | null {
    return candidates.reduce<Consumer | null>(
      (best, one) => (best === null || one.priority > best.priority ? one : best),
      null,
    );
  }

  protected contentOf({ message }: Entry): Content {
    return message.content;
  }

  #priorityOf({ content }: Message): number {
    if (this.#maxPriority === 0 || !content.has("priority")) return 0;
    return Math.min(content.properties.priority ?? 0, this.#maxPriority);
  }
}
