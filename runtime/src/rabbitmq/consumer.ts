/**
 * One subscription: a channel of its own, so that what breaks it breaks no other. Puts itself back after a lost connection
 * or channel, a deleted queue, a lost node.
 */
import { abortable, within } from "../abortable.ts";
import { createBackoff } from "../backoff.ts";
import type { ActiveSubscription } from "../driver.ts";
import { MillraceError } from "../errors.ts";
import { declareQueue } from "./declaring.ts";
import type { AmqpChannel, ConsumeMessage, RabbitmqClient } from "./driver.ts";
import { consumeArguments, streamOffset } from "./consuming.ts";
import { Hand, type HandFacts } from "./hand.ts";
import type { ConsumerOptions, StreamSubscriberOptions } from "./options.ts";
import { refusal, textOf } from "./refusals.ts";
import { bindSteps } from "./topology.ts";

/** What a consumer needs of its driver. */
export interface ConsumerFacts extends Omit<HandFacts, "channel" | "queue"> {
  readonly prefetch: number;
  /** Does one thing after the other for a queue. */
  inTurn(queue: string, work: () => Promise<void>): Promise<void>;
}

/** A channel that has held for so many ms is no accident. */
const CALM = 2000;
/** A quorum queue without a majority, or whose data is lost, answers nothing at all. ms. */
const PATIENCE = 30_000;
const SILENT = `RabbitMQ did not answer within ${PATIENCE} ms: has the queue a leader?`;

export class Consumer implements ActiveSubscription {
  readonly redelivers = true;
  readonly #facts: ConsumerFacts;
  readonly #hand: Hand;
  readonly #backoff = createBackoff();
  #channel: AmqpChannel | undefined;
  #tag = "";
  #queue = "";
  #problem: string | undefined = "not consuming yet";
  #retry: NodeJS.Timeout | undefined;
  #calm: NodeJS.Timeout | undefined;
  /** Under way: a channel that is being opened is not left behind. */
  #opening: Promise<void> = Promise.resolve();
  readonly #leaving = new AbortController();
  /** Of a stream: where to go on. */
  #offset: number | undefined;

  constructor(facts: ConsumerFacts) {
    this.#facts = facts;
    this.#hand = new Hand({
      ...facts,
      channel: () => this.#channel,
      queue: () => this.#queue,
    });
  }

  get #draining(): boolean {
    return this.#leaving.signal.aborted;
  }

  get consuming(): boolean {
    return this.#channel !== undefined;
  }

  problem(): string | undefined {
    return this.#problem;
  }

  /** Declares what it needs and consumes. @throws what `refusal` makes of the broker's answer. */
  async open(client: RabbitmqClient): Promise<void> {
    const channel = await client.createChannel();
    let cause: Error | undefined;
    channel.on("error", (error) => (cause = error));
    channel.on("close", () => this.#lost(channel, cause));
    try {
      const consuming = () =>
        within(this.#consume(channel), PATIENCE, () => new MillraceError(SILENT));
      const opened = this.#facts.inTurn(this.#facts.wanted.queue.name, consuming);
      await abortable(opened, this.#leaving.signal);
    } catch (error) {
      if (this.#channel === channel) this.#channel = undefined;
      // A queue that does not answer may hold up its channel, too: nothing waits for it.
      void channel.close().catch(() => undefined);
      throw refusal(
        error,
        `the consumer of queue "${this.#queue || this.#facts.wanted.queue.name}"`,
      );
    }
    this.#problem = undefined;
  }

  async #consume(channel: AmqpChannel): Promise<void> {
    const { wanted, prefetch, request } = this.#facts;
    const options = request.options as ConsumerOptions & StreamSubscriberOptions;
    this.#queue = await declareQueue(channel, wanted);
    await channel.prefetch(prefetch);
    const offset = streamOffset(wanted.kind, this.#offset ?? options.offset);
    // Messages may come before the broker's answer has been read here.
    this.#channel = channel;
    const { consumerTag } = await channel.consume(
      this.#queue,
      (message) => this.#receive(channel, message),
      consumeArguments(options, offset),
    );
    // Given up meanwhile, it is not this consumer's any more.
    if (this.#channel === channel) this.#tag = consumerTag;
  }

  /** The same once more, after a lost connection. What the broker refuses now is tried again later. Never rejects. */
  reopen(client: RabbitmqClient): Promise<void> {
    clearTimeout(this.#retry);
    this.#opening = this.#opening.then(() => this.#reopen(client));
    return this.#opening;
  }

  async #reopen(client: RabbitmqClient): Promise<void> {
    if (this.#draining || this.consuming) return;
    this.#problem = "waiting for RabbitMQ to give the queue";
    try {
      await this.open(client);
      // A message that costs the channel each time must not do so without a pause.
      this.#calm = setTimeout(() => this.#backoff.reset(), CALM).unref();
    } catch (error) {
      // The whole connection is gone: it brings this back with it.
      if (this.#facts.client() !== client) return;
      this.#fail(textOf(error));
    }
  }

  async drain(): Promise<void> {
    this.#leaving.abort(new MillraceError("the subscriber stops"));
    clearTimeout(this.#retry);
    clearTimeout(this.#calm);
    await this.#opening;
    const { kind } = this.#facts.wanted;
    const channel = this.#channel;
    this.#hand.hurry();
    if (kind === "own" && channel !== undefined) await this.#empty(channel);
    if (channel !== undefined) await channel.cancel(this.#tag).catch(() => undefined);
    // Whatever the broker keeps it delivers to somebody else as soon as the channel is closed.
    await this.#hand.drain();
    this.#channel = undefined;
    await channel?.close().catch(() => undefined);
  }

  #receive(channel: AmqpChannel, message: ConsumeMessage | null): void {
    if (message === null) {
      this.#cancelled(channel);
      return;
    }
    const { kind } = this.#facts.wanted;
    if (kind === "stream")
      this.#offset = Number(message.properties.headers?.["x-stream-offset"]) + 1;
    this.#hand.take(message, channel);
  }

  /** Handles what has arrived in a queue of its own, which goes with this consumer, and takes nothing new. */
  async #empty(channel: AmqpChannel): Promise<void> {
    try {
      for (const step of bindSteps(this.#facts.wanted.bindings, this.#queue)) {
        if (step.does === "bind queue")
          await channel.unbindQueue(this.#queue, step.from, step.key, step.arguments);
      }
      // The broker may say that the queue is empty before what left it last has come: it has with the next answer.
      for (let empty = 0; empty < 2;) {
        await this.#hand.idle();
        const { messageCount } = await channel.checkQueue(this.#queue);
        empty = messageCount === 0 && this.#hand.isEmpty ? empty + 1 : 0;
      }
    } catch {
      // The channel is lost, and the queue with it.
    }
  }

  /** The queue was deleted, or the node that had it is gone. */
  #cancelled(channel: AmqpChannel): void {
    if (channel !== this.#channel) return;
    this.#channel = undefined;
    void channel.close().catch(() => undefined);
    this.#fail("the broker cancelled the consumer: its queue was deleted, or lost with its node");
  }

  /** `cause` where only the channel was lost; a connection brings its consumers back itself. */
  #lost(channel: AmqpChannel, cause: Error | undefined): void {
    if (channel !== this.#channel) return;
    this.#channel = undefined;
    if (cause === undefined) this.#problem = "the connection is lost";
    else if (!this.#draining) this.#fail(textOf(cause));
  }

  #fail(why: string): void {
    this.#problem = why;
    clearTimeout(this.#calm);
    if (this.#draining) return;
    const { delay } = this.#backoff;
    this.#backoff.failed();
    this.#facts.logger.error(
      `nothing is received from queue "${this.#queue}": ${why}. Trying again in ${delay} ms`,
    );
    this.#retry = setTimeout(() => {
      const client = this.#facts.client();
      if (client !== undefined) void this.reopen(client);
    }, delay);
  }
}
