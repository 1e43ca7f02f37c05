/** The channels of one connection, by number: opened, fed with frames, closed. */
import { MAX_MESSAGE_SIZE } from "../model/message-checks.ts";
import { AmqpError, connectionError } from "../model/errors.ts";
import { Assembler } from "../wire/assembler.ts";
import type { Frame } from "../wire/frames.ts";
import type { MethodName } from "../wire/methods.ts";
import { Channel, type ChannelHost } from "./channel.ts";
import { reasonFor } from "./closing.ts";
import type { Command } from "./command.ts";
import { handlerOf } from "./methods.ts";

interface Entry {
  readonly channel: Channel;
  readonly assembler: Assembler;
}

export class Channels {
  readonly #host: ChannelHost;
  readonly #channelMax: number;
  readonly #entries = new Map<number, Entry>();

  constructor(host: ChannelHost, channelMax: number) {
    this.#host = host;
    this.#channelMax = channelMax;
  }

  get all(): readonly Channel[] {
    return [...this.#entries.values()].map(({ channel }) => channel);
  }

  get(number: number): Channel | undefined {
    return this.#entries.get(number)?.channel;
  }

  /** What a frame completes, or null. @throws {AmqpError} @throws {MalformedError} */
  take(frame: Frame): Command | null {
    const { channel, assembler } = this.#entries.get(frame.channel) ?? this.#create(frame.channel);
    const method = assembler.take(frame);
    if (method === null) return null;
    const isMessage = method.name === "basic.publish";
    return {
      channel: frame.channel,
      method,
      content: isMessage ? assembler.content : null,
      size: isMessage ? assembler.size : 0,
      confirm: isMessage ? (channel.confirm?.next() ?? 0) : 0,
    };
  }

  /** The method whose message is still to come. */
  unfinished(number: number): MethodName | undefined {
    return this.#entries.get(number)?.assembler.unfinished?.name;
  }

  /** @throws {AmqpError} what costs the connection. */
  run(command: Command): void {
    const channel = this.get(command.channel);
    // It has been closed while a fault held this back.
    if (channel === undefined) return;
    if (channel.state === "closing") return this.#runClosing(channel, command.method.name);
    try {
      if (channel.state === "new") open(channel, command.method.name);
      else this.#runOpen(channel, command);
    } catch (error) {
      if (!(error instanceof AmqpError)) throw error;
      if (error.closes === "channel") return this.fail(channel, error, command.method.name);
      // It ends before those beside it, which may still take what it gives back.
      if (channel.state === "open") end(channel);
      throw error;
    }
  }

  /** Closes a channel, with what is wrong. */
  fail(channel: Channel, error: AmqpError, name?: MethodName): void {
    end(channel);
    channel.send({ name: "channel.close", ...reasonFor(error, name) });
  }

  stop(): void {
    const open = this.all.filter(({ state }) => state === "open");
    this.#entries.clear();
    // What one gives back does not go to another that ends as well.
    for (const channel of open) channel.leave();
    for (const channel of open) channel.stop();
  }

  wake(): void {
    for (const { channel } of this.#entries.values()) channel.wake();
  }

  #create(number: number): Entry {
    const { size } = this.#entries;
    if (size >= this.#channelMax)
      throw connectionError(
        530,
        `number of channels opened (${size}) has reached the negotiated channel_max (${this.#channelMax})`,
      );
    const channel = new Channel(number, this.#host);
    const entry = { channel, assembler: new Assembler(MAX_MESSAGE_SIZE) };
    this.#entries.set(number, entry);
    return entry;
  }

  #runOpen(channel: Channel, command: Command): void {
    const { method } = command;
    if (method.name === "channel.open") throw connectionError(504, "second 'channel.open' seen");
    if (method.name === "channel.close") return this.#close(channel);
    const handler = handlerOf(method.name);
    if (handler === undefined) throw connectionError(503, "unimplemented method");
    channel.begin();
    try {
      const answer = handler(channel, method, command);
      if (answer !== null) channel.send(answer);
    } finally {
      channel.end();
    }
  }

  #close(channel: Channel): void {
    end(channel);
    this.#entries.delete(channel.number);
    channel.send({ name: "channel.close-ok" });
  }

  /** What was sent before the client knew is not heard. */
  #runClosing(channel: Channel, name: MethodName): void {
    if (name === "channel.close-ok") this.#entries.delete(channel.number);
    else if (name === "channel.close") channel.send({ name: "channel.close-ok" });
  }
}

function end(channel: Channel): void {
  channel.flushConfirms();
  channel.stop();
}

function open(channel: Channel, name: MethodName): void {
  if (name !== "channel.open") throw connectionError(504, "expected 'channel.open'");
  channel.state = "open";
  channel.send({ name: "channel.open-ok" });
}
