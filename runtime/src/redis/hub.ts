/** All subscriptions to channels and patterns of one broker, over one connection: Redis sends nothing else over it. */
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../abortable.ts";
import type { RedisClient } from "./driver.ts";
import type { Link } from "./link.ts";
import type { RedisChannelMessage } from "./options.ts";

type Receive = (message: RedisChannelMessage) => void;

/** What is subscribed to: a channel's name, or a pattern. */
export interface Topic {
  readonly name: string;
  readonly glob: boolean;
}

/** A connection that stays silent for so long, in ms, is asked whether it is still there. */
const SILENCE = 20_000;

export class Hub {
  readonly #channels = new Map<string, Set<Receive>>();
  readonly #patterns = new Map<string, Set<Receive>>();
  readonly #open: (prepare: (client: RedisClient) => Promise<unknown>) => Promise<Link>;
  #link: Promise<Link> | undefined;
  #pulse: NodeJS.Timeout | undefined;

  /** `open` makes the connection, when it is first needed. */
  constructor(open: (prepare: (client: RedisClient) => Promise<unknown>) => Promise<Link>) {
    this.#open = open;
  }

  /** Resolves when the subscription is in force, with how to end it. */
  async subscribe(topic: Topic, receive: Receive): Promise<() => Promise<void>> {
    const link = await this.#connected();
    const topics = this.#topics(topic);
    const known = topics.get(topic.name);
    const receivers = known ?? new Set();
    receivers.add(receive);
    topics.set(topic.name, receivers);
    try {
      // Asked for by each: whoever comes second must not begin before the first one's is confirmed.
      if (link.lost) await link.back;
      else await change(link.client, topic, true);
    } catch (error) {
      if (!link.lost) {
        this.#forget(topic, receive);
        throw error;
      }
      // Subscribed again with the new connection.
      await link.back;
    }
    return async () => {
      if (receivers.size === 1 && !link.lost && topics.get(topic.name) === receivers) {
        // Confirmed after everything that was sent before it.
        await change(link.client, topic, false).catch(() => undefined);
      }
      this.#forget(topic, receive);
    };
  }

  end(): void {
    clearInterval(this.#pulse);
    void this.#link?.then((link) => link.end()).catch(() => undefined);
    this.#link = undefined;
  }

  #topics({ glob }: Topic): Map<string, Set<Receive>> {
    return glob ? this.#patterns : this.#channels;
  }

  #forget(topic: Topic, receive: Receive): void {
    const topics = this.#topics(topic);
    const receivers = topics.get(topic.name);
    receivers?.delete(receive);
    if (receivers?.size === 0) topics.delete(topic.name);
  }

  #connected(): Promise<Link> {
    this.#link ??= this.#connect().catch((error: unknown) => {
      this.#link = undefined;
      throw error;
    });
    return this.#link;
  }

  async #connect(): Promise<Link> {
    const link = await this.#open((client) => this.#restore(client));
    let heard = performance.now();
    // The client's events, once: it keeps them over its reconnections.
    const { client } = link;
    client.on("messageBuffer", (channel: Buffer, data: Buffer) => {
      heard = performance.now();
      const name = channel.toString();
      for (const receive of this.#channels.get(name) ?? []) receive({ channel: name, data });
    });
    client.on("pmessageBuffer", (pattern: string, channel: Buffer, data: Buffer) => {
      heard = performance.now();
      const message = { channel: channel.toString(), pattern: String(pattern), data };
      for (const receive of this.#patterns.get(message.pattern) ?? []) receive(message);
    });
    this.#pulse = setInterval(() => {
      if (link.lost || performance.now() - heard < SILENCE) return;
      heard = performance.now();
      void within(client.ping(), SILENCE / 2, () => new Error("silent")).catch(() => link.reset());
    }, SILENCE).unref();
    return link;
  }

  async #restore(client: RedisClient): Promise<void> {
    const names = [...this.#channels.keys()];
    const globs = [...this.#patterns.keys()];
    if (names.length > 0) await client.subscribe(...names);
    if (globs.length > 0) await client.psubscribe(...globs);
    // Between the last confirmation and the state that follows it nothing else is to be heard.
    if (names.length + globs.length > 0) await pause(0);
  }
}

function change(client: RedisClient, { name, glob }: Topic, on: boolean): Promise<unknown> {
  if (on) return glob ? client.psubscribe(name) : client.subscribe(name);
  return glob ? client.punsubscribe(name) : client.unsubscribe(name);
}
