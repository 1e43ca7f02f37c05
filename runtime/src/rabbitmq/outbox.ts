/** Publishes over a link: many unconfirmed at once, each until the broker confirms it or its time is over. */
import { abortable } from "../abortable.ts";
import { MillraceError, PublishError } from "../errors.ts";
import type { ConfirmChannel, PublishProperties, RabbitmqClient } from "./driver.ts";
import type { Link } from "./link.ts";
import { textOf } from "./refusals.ts";

/** A message ready to go. */
export interface Letter {
  /** As errors name it. */
  readonly address: string;
  /** Empty: the default exchange. */
  readonly exchange: string;
  readonly key: string;
  readonly payload: Uint8Array;
  readonly properties: PublishProperties;
  readonly signal?: AbortSignal | undefined;
  /** Declares what the message needs. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** The channel to send it on. Default: one for each exchange, since a wrong exchange costs its channel. */
  readonly counter?: CounterKind;
}

/** A channel with a purpose, opened when it is first used. */
export interface CounterKind {
  readonly name: string;
  /** Called with each new channel before it is used. */
  furnish(channel: ConfirmChannel): Promise<void>;
}

/** What became of a message: `returned` where it was mandatory and no queue took it. */
export interface Confirmed {
  returned?: string;
}

interface Counter {
  readonly channel: ConfirmChannel;
  /** Mandatory messages that are not confirmed yet, by their id. */
  readonly mandatory: Map<string, Confirmed[]>;
  /** Why the broker closed it. */
  cause?: Error;
  /** While the client's buffers are full. */
  full?: Promise<void> | undefined;
}

export class Outbox {
  /** Told when the broker closed a channel: what it needs may be gone. */
  onRefusal: () => void = () => {};
  readonly #link: Link;
  /** Resolves when everything is in force at the broker. */
  readonly #ready: () => Promise<void>;
  readonly #timeout: number;
  readonly #counters = new Map<string, { client: RabbitmqClient; opening: Promise<Counter> }>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(link: Link, ready: () => Promise<void>, timeout: number) {
    this.#link = link;
    this.#ready = ready;
    this.#timeout = timeout;
  }

  /** Resolves when the broker has the message. @throws {PublishError} where it has not, or may not have. */
  async send(letter: Letter, timeout: number = this.#timeout): Promise<Confirmed> {
    letter.signal?.throwIfAborted();
    const attempt = new Attempt(letter, timeout, this.#link);
    const sending = this.#send(letter, attempt);
    this.#underWay.add(sending);
    try {
      return await abortable(sending, attempt.signal);
    } finally {
      attempt.end();
      this.#underWay.delete(sending);
    }
  }

  /** Resolves when nothing is under way. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #send(letter: Letter, attempt: Attempt): Promise<Confirmed> {
    for (;;) {
      await this.#ready();
      await this.#link.blocked?.over;
      // Nothing goes out after its sender was told that it did not.
      attempt.signal.throwIfAborted();
      const { client } = this.#link;
      if (client === undefined) {
        if (this.#link.ended) throw new PublishError("the connection to RabbitMQ is closed");
        continue;
      }
      try {
        await letter.prepare?.();
        const counter = await this.#counter(letter, client);
        while (counter.full !== undefined) await counter.full;
        attempt.signal.throwIfAborted();
        if (client === this.#link.client && this.#link.blocked === undefined) {
          attempt.sent = true;
          return await publish(counter, letter);
        }
      } catch (error) {
        // Lost before anything was sent: once more, when it is back.
        if (attempt.sent || client === this.#link.client || attempt.signal.aborted) throw error;
      }
    }
  }

  #counter({ exchange, counter }: Letter, client: RabbitmqClient): Promise<Counter> {
    const name = counter === undefined ? `exchange ${exchange}` : counter.name;
    const known = this.#counters.get(name);
    if (known?.client === client) return known.opening;
    const forget = () => {
      if (this.#counters.get(name) === entry) this.#counters.delete(name);
      this.onRefusal();
    };
    const entry = { client, opening: open(client, counter, forget) };
    entry.opening.catch(forget);
    this.#counters.set(name, entry);
    return entry.opening;
  }
}

async function open(
  client: RabbitmqClient,
  kind: CounterKind | undefined,
  onClose: () => void,
): Promise<Counter> {
  const channel = await client.createConfirmChannel();
  const counter: Counter = { channel, mandatory: new Map() };
  channel.on("error", (error) => (counter.cause = error));
  channel.on("close", onClose);
  // RabbitMQ returns a message before it confirms it.
  channel.on("return", ({ properties, fields }) => {
    const waiting = counter.mandatory.get(properties.messageId as string);
    const first = waiting?.find(({ returned }) => returned === undefined);
    const { replyText } = fields as { replyText?: string };
    if (first !== undefined) first.returned = replyText ?? "NO_ROUTE";
  });
  await kind?.furnish(channel);
  return counter;
}

function publish(counter: Counter, letter: Letter): Promise<Confirmed> {
  const { channel, mandatory } = counter;
  const { address, exchange, key, payload, properties } = letter;
  const id = properties.messageId;
  return new Promise((resolve, reject) => {
    const confirmed: Confirmed = {};
    const waiting = mandatory.get(id);
    if (properties.mandatory === true) mandatory.set(id, [...(waiting ?? []), confirmed]);
    const settle = (error: unknown) => {
      const left = mandatory.get(id)?.filter((each) => each !== confirmed) ?? [];
      if (left.length > 0) mandatory.set(id, left);
      else mandatory.delete(id);
      if (error === null) resolve(confirmed);
      else reject(failure(address, error, counter.cause));
    };
    const content = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    try {
      const room = channel.publish(exchange, key, content, properties, settle);
      if (!room) counter.full ??= drained(counter);
    } catch (cause) {
      // A header that is too long, a property of the wrong kind: nothing was sent.
      const text = textOf(cause);
      reject(new PublishError(`the message to "${address}" cannot be sent: ${text}`, { cause }));
    }
  });
}

async function drained(counter: Counter): Promise<void> {
  await new Promise<void>((resolve) => {
    counter.channel.once("drain", resolve);
    counter.channel.once("close", resolve);
  });
  counter.full = undefined;
}

function failure(address: string, error: unknown, closed: Error | undefined): PublishError {
  if (closed !== undefined)
    return new PublishError(
      `RabbitMQ closed the channel before it confirmed the message to "${address}", because of this message or one beside it: ${textOf(closed)}`,
      { cause: closed },
    );
  if (textOf(error) === "message nacked")
    return new PublishError(
      `RabbitMQ refused the message to "${address}": its queue is full (overflow "reject-publish"), or the broker failed to keep it`,
      { cause: error },
    );
  return new PublishError(
    `the connection to RabbitMQ was lost before it confirmed the message to "${address}": it may or may not have arrived`,
    { cause: error },
  );
}

/** One message on its way, until its time is over or its signal aborts. */
class Attempt {
  sent = false;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #follow = (): void => this.#controller.abort(this.#outer?.reason);

  constructor({ address, signal }: Letter, timeout: number, link: Link) {
    this.#outer = signal;
    signal?.addEventListener("abort", this.#follow, { once: true });
    this.#timer = setTimeout(
      () => this.#controller.abort(late(address, timeout, this.sent, link)),
      timeout,
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#follow);
  }
}

function late(address: string, timeout: number, sent: boolean, link: Link): MillraceError {
  const to = `cannot publish to "${address}"`;
  const options = { cause: link.cause };
  if (sent)
    return new PublishError(
      `RabbitMQ did not confirm the message to "${address}" within ${timeout} ms${link.blocked === undefined ? "" : ` (it takes none at present: ${link.blocked.reason})`}: it may or may not have arrived`,
      options,
    );
  if (link.blocked !== undefined)
    return new PublishError(
      `${to}: RabbitMQ has taken no messages for ${timeout} ms: ${link.blocked.reason}`,
      options,
    );
  return new PublishError(`${to}: RabbitMQ has been out of reach for ${timeout} ms`, options);
}
