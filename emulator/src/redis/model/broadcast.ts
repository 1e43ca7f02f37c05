/** Messages on their way to who is subscribed, and what the journal is told of them. */
import type { ContentSource, JournalClient } from "../../journal.ts";
import type { ProtocolContext } from "../../protocol.ts";
import { Sealed } from "../envelope.ts";
import { type Bytes, Push, text } from "../values.ts";
import type { Client } from "./client.ts";
import type { PubSub } from "./pubsub.ts";

/** A message as all its events have it. */
interface Message {
  readonly channel: string;
  readonly number: number;
  readonly content: ContentSource;
}

export class Broadcast {
  readonly #context: ProtocolContext;
  readonly #pubsub: PubSub;

  constructor(context: ProtocolContext, pubsub: PubSub) {
    this.#context = context;
    this.#pubsub = pubsub;
  }

  /** Returns how many get it. */
  publish(from: JournalClient, channel: Bytes, payload: Bytes): number {
    const message = this.#message(channel, payload);
    this.#published(message, from);
    const receivers = this.#toSubscribers(message, channel, payload);
    if (receivers === 0) this.#dropped(message, null, "no subscribers");
    return receivers;
  }

  /** To a shard channel: its subscribers only, no patterns. */
  publishToShard(from: JournalClient, channel: Bytes, payload: Bytes): number {
    const message = this.#message(channel, payload);
    this.#published(message, from);
    const clients = [...(this.#pubsub.shardChannels.get(channel) ?? [])];
    for (const client of clients)
      this.#deliver(client, message, null, channel, ["smessage", channel, payload]);
    if (clients.length === 0) this.#dropped(message, null, "no subscribers");
    return clients.length;
  }

  /** What the server says itself. Where nobody listens it is no event: there would be one for every write. */
  notify(channel: Bytes, payload: Bytes): void {
    if (this.#pubsub.receivers(channel).length === 0) return;
    const message = this.#message(channel, payload);
    this.#published(message, null);
    this.#toSubscribers(message, channel, payload);
  }

  /** A fault took it before anybody got it. */
  lost(from: JournalClient, channel: Bytes, payload: Bytes, reason: string): void {
    const message = this.#message(channel, payload);
    this.#published(message, from);
    this.#dropped(message, from, reason);
  }

  #toSubscribers(message: Message, channel: Bytes, payload: Bytes): number {
    const receivers = this.#pubsub.receivers(channel);
    for (const { client, pattern } of receivers)
      this.#deliver(
        client,
        message,
        pattern,
        channel,
        pattern === null ? ["message", channel, payload] : ["pmessage", pattern, channel, payload],
      );
    return receivers.length;
  }

  #deliver(
    client: Client,
    message: Message,
    pattern: Bytes | null,
    channel: Bytes,
    items: readonly Bytes[],
  ): void {
    const { journal } = this.#context;
    const { channel: name, number, content } = message;
    const subscription = { pattern: text(pattern ?? channel) };
    client.line.deliver(new Push(items), channel, {
      sent: (again) =>
        journal.record({
          kind: again ? "redelivered" : "delivered",
          protocol: "redis",
          channel: name,
          message: number,
          client: client.journal,
          content,
          subscription,
        }),
      lost: (reason) =>
        journal.record({
          kind: "dropped",
          protocol: "redis",
          channel: name,
          message: number,
          client: client.journal,
          content,
          subscription,
          reason,
        }),
    });
  }

  #message(channel: Bytes, payload: Bytes): Message {
    return {
      channel: text(channel),
      number: this.#context.journal.nextMessage(),
      content: new Sealed(payload),
    };
  }

  // Literals, as copying an object's parts into another one costs more than all else that PUBLISH does.
  #published({ channel, number, content }: Message, client: JournalClient | null): void {
    this.#context.journal.record({
      kind: "published",
      protocol: "redis",
      channel,
      message: number,
      client,
      content,
    });
  }

  #dropped(
    { channel, number, content }: Message,
    client: JournalClient | null,
    reason: string,
  ): void {
    this.#context.journal.record({
      kind: "dropped",
      protocol: "redis",
      channel,
      message: number,
      client,
      content,
      reason,
    });
  }
}
