/**
 * What becomes of messages that a queue gives up. With x-dead-letter-strategy at-least-once, which a quorum queue with
 * reject-publish may have, a dead letter that no queue takes is kept and tried again.
 * https://www.rabbitmq.com/docs/quorum-queues#dead-lettering
 */
import type { FieldValue } from "../wire/values.ts";
import { deadLetterOf, deathsOf, isCycle } from "./death-header.ts";
import type { DeathReason, Message, Queue, QueueHost, QueueTimer } from "./contract.ts";
import { restoreMessage, snapshotMessage } from "./message-snapshot.ts";
import type { QueueSettings } from "./queue-settings.ts";

/** dead_letter_worker_publisher_confirm_timeout, ms. */
const RETRY_AFTER = 180_000;

interface Letter {
  readonly message: Message;
  readonly reason: DeathReason;
}

export interface LetterSnapshot {
  readonly message: unknown;
  readonly reason: DeathReason;
}

export class QueueDeaths implements QueueTimer {
  readonly #host: QueueHost;
  readonly #queue: Queue;
  #settings: QueueSettings;
  /** Those that must not be lost, in the order of their deaths. */
  #kept = new Set<Letter>();
  bytes = 0;

  constructor(host: QueueHost, queue: Queue, settings: QueueSettings) {
    this.#host = host;
    this.#queue = queue;
    this.#settings = settings;
  }

  /** How many wait to be taken; they count as long as they do. */
  get size(): number {
    return this.#kept.size;
  }

  /** Of a message that is off the queue already. */
  bury(message: Message, reason: DeathReason): void {
    const { deadLetterExchange, deadLetterRoutingKey, atLeastOnce } = this.#settings;
    if (deadLetterExchange === null || (!atLeastOnce && !this.#hasExchange)) {
      // That it was rejected the session has said.
      if (reason === "rejected") return;
      const kind = reason === "expired" ? "expired" : "dropped";
      this.#host.record(kind, message, this.#queue, reason);
      return;
    }
    this.#host.record("dead-lettered", message, this.#queue, reason);
    const letter = {
      reason,
      message: deadLetterOf(message, {
        reason,
        queue: this.#queue.name,
        time: this.#host.clock.now(),
        deadLetterExchange,
        deadLetterRoutingKey,
      }),
    };
    if (atLeastOnce) this.#keep(letter);
    this.#send(letter);
  }

  /** Other exchanges may be meant from now on, by a policy. */
  change(settings: QueueSettings): void {
    if (this.#settings.atLeastOnce && !settings.atLeastOnce) this.close();
    this.#settings = settings;
    this.due();
  }

  due(): void {
    for (const letter of this.#kept) this.#send(letter);
    if (this.#kept.size > 0) this.#host.timers.set(this, this.#host.clock.now() + RETRY_AFTER);
  }

  close(): void {
    this.#kept.clear();
    this.bytes = 0;
    this.#host.timers.delete(this);
  }

  snapshot(): LetterSnapshot[] {
    return [...this.#kept].map(({ message, reason }) => ({
      message: snapshotMessage(message),
      reason,
    }));
  }

  /** @throws {TypeError} */
  restore(letters: readonly LetterSnapshot[]): void {
    for (const { message, reason } of letters)
      this.#keep({ message: restoreMessage(message), reason });
  }

  get #hasExchange(): boolean {
    const { deadLetterExchange } = this.#settings;
    return deadLetterExchange !== null && this.#host.vhost.exchanges.has(deadLetterExchange);
  }

  #keep(letter: Letter): void {
    this.#kept.add(letter);
    this.bytes += letter.message.content.body.length;
    if (this.#kept.size === 1) this.#host.timers.set(this, this.#host.clock.now() + RETRY_AFTER);
  }

  #send(letter: Letter): void {
    if (!this.#hasExchange) return;
    const { message, reason } = letter;
    let deaths: readonly FieldValue[] | null = null;
    let cycle = false;
    this.#host.deadLetters.publish({
      message,
      except: (queue) => {
        // Somebody who rejects a message has looked at it: it may come again.
        if (reason === "rejected") return false;
        deaths ??= deathsOf(message);
        const again = isCycle(deaths, queue.name);
        cycle ||= again;
        return again;
      },
      published: (queues, refused) => {
        const kept = this.#kept.has(letter);
        if (queues === 0 && !kept)
          this.#host.record("dropped", message, this.#queue, cycle ? "cycle" : "no route");
        if (queues === 0 || refused || !kept) return;
        this.#kept.delete(letter);
        this.bytes -= message.content.body.length;
      },
    });
  }
}
