/**
 * The messages of one subscription that are in this process: waiting for the handler, with it, or sent back and waiting to
 * go. Whatever becomes of the channel that brought them, each is handled once for each time the broker delivers it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { DriverContext, Incoming, SubscribeRequest } from "../driver.ts";
import { MillraceError } from "../errors.ts";
import { createIntake, type Intake } from "../intake.ts";
import { Attempts } from "./attempts.ts";
import type { AmqpChannel, ConsumeMessage, RabbitmqClient } from "./driver.ts";
import { readMessage } from "./message.ts";
import type { Subscribed } from "./topology.ts";

/** What is to be known of the subscription. */
export interface HandFacts {
  readonly request: SubscribeRequest;
  readonly wanted: Subscribed;
  readonly logger: DriverContext["logger"];
  /** The connection, while there is one. */
  client(): RabbitmqClient | undefined;
  /** The channel that consumes at present. */
  channel(): AmqpChannel | undefined;
  /** The queue's name. */
  queue(): string;
  /** Sends an answer to where a message asks for it. */
  respond(message: ConsumeMessage): Incoming["respond"];
}

/** A message in hand, on the channel that brought it. */
interface Delivery {
  readonly message: ConsumeMessage;
  readonly channel: AmqpChannel;
  readonly attempt: number;
  /** Of a stream: sent back, to be handled again after so many ms. */
  again?: number;
}

export class Hand {
  readonly #facts: HandFacts;
  readonly #intake: Intake<Delivery>;
  readonly #attempts: Attempts;
  /** Sent back, and waiting for it. */
  readonly #later = new Map<NodeJS.Timeout, Delivery>();
  readonly #whenIdle = new Set<() => void>();
  readonly #hurry = new AbortController();
  #count = 0;

  constructor(facts: HandFacts) {
    this.#facts = facts;
    this.#attempts = new Attempts(() => facts.queue());
    this.#intake = createIntake(facts.request.concurrency, (delivery) => this.#handle(delivery));
  }

  /** Whether no message waits for the handler or is with it. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  take(message: ConsumeMessage, channel: AmqpChannel): void {
    this.#push({ message, channel, attempt: this.#attempts.of(message) });
  }

  /** From now on what is sent back goes at once. */
  hurry(): void {
    this.#hurry.abort();
    for (const [timer, delivery] of this.#later) {
      clearTimeout(timer);
      this.#leave(delivery);
    }
    this.#later.clear();
  }

  /** Takes no further messages. What the broker keeps and the handler has not begun is left to it. */
  async drain(): Promise<void> {
    await this.#intake.drain(() => this.#facts.wanted.kind === "own");
  }

  /** Resolves when no message waits for the handler or is with it. */
  async idle(): Promise<void> {
    while (!this.isEmpty) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#whenIdle.delete(wake);
          resolve();
        };
        this.#whenIdle.add(wake);
      });
    }
  }

  get #draining(): boolean {
    return this.#hurry.signal.aborted;
  }

  #push(delivery: Delivery): void {
    this.#count++;
    this.#intake.push(delivery);
  }

  async #handle(delivery: Delivery): Promise<void> {
    try {
      // Lost while it waited: the broker delivers it again, so this one would be one too many.
      if (this.#stale(delivery) && !this.#forgotten(delivery)) return;
      await this.#facts.request.deliver(this.#incoming(delivery));
      for (let last = delivery; last.again !== undefined;) last = await this.#repeat(last);
    } finally {
      this.#count--;
      if (this.isEmpty) for (const wake of this.#whenIdle) wake();
    }
  }

  /** A stream takes nothing back: what is sent back is handled again here, before those behind it. */
  async #repeat({ message, channel, attempt, again }: Delivery): Promise<Delivery> {
    const next: Delivery = { message, channel, attempt: attempt + 1 };
    await pause(again, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
    if (this.#draining) this.#leave(next);
    else await this.#facts.request.deliver(this.#incoming(next));
    return next;
  }

  #incoming(delivery: Delivery): Incoming {
    const { message, channel, attempt } = delivery;
    const respond = this.#facts.respond(message);
    return {
      ...readMessage(message, attempt),
      ...(respond === undefined ? {} : { respond }),
      settle: {
        ack: async () => {
          this.#attempts.forget(message);
          if (this.#holds(delivery)) channel.ack(message);
        },
        reject: async () => {
          this.#attempts.forget(message);
          if (this.#holds(delivery)) channel.reject(message, false);
        },
        nack: async ({ delay = 0 } = {}) => this.#sendBack(delivery, delay),
      },
    };
  }

  /** Whether the broker waits to hear of it. @throws where it will deliver it again whatever is said. */
  #holds(delivery: Delivery): boolean {
    if (!this.#stale(delivery)) return true;
    if (this.#forgotten(delivery)) return false;
    throw new MillraceError(
      `the channel of queue "${this.#facts.queue()}" was lost while the message was handled: RabbitMQ delivers it again`,
    );
  }

  /** AMQP can only send back at once: until then the message stays unacknowledged here. */
  #sendBack(delivery: Delivery, delay: number): void {
    const { kind } = this.#facts.wanted;
    if (kind === "stream") delivery.again = delay;
    else if (!this.#holds(delivery) && this.#draining) this.#leave(delivery);
    else if (this.#draining || delay === 0) this.#return(delivery);
    else {
      const timer = setTimeout(() => {
        this.#later.delete(timer);
        this.#return(delivery);
      }, delay);
      this.#later.set(timer, delivery);
    }
  }

  #return(delivery: Delivery): void {
    const { message, channel, attempt } = delivery;
    const { kind } = this.#facts.wanted;
    if (this.#draining && kind !== "shared") this.#leave(delivery);
    // A queue that is gone takes nothing back: it comes again from here.
    else if (this.#stale(delivery) && this.#forgotten(delivery))
      this.#push({ ...delivery, attempt: attempt + 1 });
    else if (!this.#stale(delivery)) {
      this.#attempts.remember(message);
      channel.nack(message, false, true);
    }
  }

  /** At the end: what the broker keeps comes again; what it does not keep is gone, and that is said. */
  #leave({ message }: Delivery): void {
    const { wanted, logger } = this.#facts;
    if (wanted.kind === "own")
      logger.warn(
        `a message on "${message.fields.routingKey}" was sent back, and nobody keeps it without a group: it is lost`,
      );
    else if (wanted.kind === "stream")
      logger.warn(
        `the message at ${message.properties.headers?.["x-stream-offset"]} of stream "${this.#facts.queue()}" was not handled: begin there next time`,
      );
  }

  #stale({ channel }: Delivery): boolean {
    return channel !== this.#facts.channel();
  }

  /** Whether the broker will not deliver a message of a lost channel again. */
  #forgotten({ channel }: Delivery): boolean {
    const { kind, queue } = this.#facts.wanted;
    if (kind !== "shared") return true;
    return queue.exclusive && channel.connection !== this.#facts.client()?.connection;
  }
}
