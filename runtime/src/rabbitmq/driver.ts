/**
 * RabbitMQ (AMQP 0-9-1) by the package "amqplib": the only file that imports it.
 *
 * Two connections: the broker stops reading from those that publish when it is short of memory or disk, and what is
 * consumed must still be acknowledged then. Each subscriber has a channel of its own, and each exchange one to publish on,
 * since an error costs its channel. Publishing resolves at the broker's confirmation; what was not confirmed when the
 * connection was lost rejects: it may or may not have arrived.
 */
import { setTimeout as pause } from "node:timers/promises";
import type {
  Channel as AmqplibChannel,
  ChannelModel,
  ConfirmChannel,
  ConsumeMessage,
  Options,
} from "amqplib";
import { within } from "../abortable.ts";
import type {
  ActiveSubscription,
  Connect,
  Driver,
  DriverContext,
  Incoming,
  Outgoing,
  SubscribeRequest,
} from "../driver.ts";
import { ClientMissingError, ConnectError, PublishError } from "../errors.ts";
import { Consumer } from "./consumer.ts";
import { prefetchFor } from "./consuming.ts";
import { Declared } from "./declared.ts";
import type { Exchange } from "./exchanges.ts";
import { Link } from "./link.ts";
import { writeProperties } from "./message.ts";
import type { ConsumerOptions, RabbitmqOptions } from "./options.ts";
import { Outbox, type Letter } from "./outbox.ts";
import { isFinal, isPassing, isRefusal, refusal } from "./refusals.ts";
import { Requests } from "./requests.ts";
import { routeOf } from "./routing.ts";
import { serversOf } from "./servers.ts";
import { subscribed } from "./topology.ts";

/** A connection of the package "amqplib". */
export type RabbitmqClient = ChannelModel;
export type AmqpChannel = AmqplibChannel;
export type ConnectOptions = Options.Connect;
export type ConsumeOptions = Options.Consume;
/** What a message carries beside its payload; the id is always there. */
export type PublishProperties = Options.Publish & { readonly messageId: string };
export type { ConfirmChannel, ConsumeMessage };

/** Connects with these options; see {@link RabbitmqOptions}. `url` gives the address when it is needed. */
export function connectRabbitmq(
  options: RabbitmqOptions,
  exchange: Exchange,
  url: () => string,
): Connect {
  return async (context) => {
    if (options.client !== undefined) {
      const link = Link.adopt(options.client, context);
      return new RabbitmqDriver(context, options, exchange, link, link);
    }
    const amqplib = await import("amqplib").catch((cause: unknown) => {
      throw new ClientMissingError("amqplib", { cause });
    });
    const opening = {
      context,
      servers: serversOf(context.url ?? url(), options),
      timeout: options.connectTimeout ?? 5000,
      connect: (server: { options: ConnectOptions }) =>
        amqplib.connect(server.options, {
          ...options.tls,
          noDelay: true,
          clientProperties: { connection_name: options.name ?? context.clientName },
          ...(options.mechanism === "external"
            ? { credentials: amqplib.credentials.external() }
            : {}),
        }),
    };
    const [receiving, sending] = await Promise.allSettled([Link.open(opening), Link.open(opening)]);
    if (receiving.status === "fulfilled" && sending.status === "fulfilled")
      return new RabbitmqDriver(context, options, exchange, receiving.value, sending.value);
    const opened = [receiving, sending].flatMap((each) =>
      each.status === "fulfilled" ? each.value : [],
    );
    await Promise.all(opened.map((link) => link.end()));
    throw receiving.status === "rejected"
      ? receiving.reason
      : (sending as PromiseRejectedResult).reason;
  };
}

/** How long everything waits for subscribers to be back after a lost connection, in ms. */
const RESTORING = 5000;

/** How long a stream may have no leader when a subscriber starts, in ms. */
const ELECTING = 10_000;

class RabbitmqDriver implements Driver {
  readonly #context: DriverContext;
  readonly #options: RabbitmqOptions;
  readonly #exchange: Exchange;
  readonly #receiving: Link;
  readonly #sending: Link;
  readonly #outbox: Outbox;
  readonly #requests: Requests;
  readonly #consumers = new Set<Consumer>();
  /** The last subscriber to be put in force, by its queue. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #declared: Declared;
  #closing = false;

  constructor(
    context: DriverContext,
    options: RabbitmqOptions,
    exchange: Exchange,
    receiving: Link,
    sending: Link,
  ) {
    this.#context = context;
    this.#options = options;
    this.#exchange = exchange;
    this.#receiving = receiving;
    this.#sending = sending;
    this.#outbox = new Outbox(sending, () => this.#ready(), options.publishTimeout ?? 10_000);
    this.#requests = new Requests(this.#outbox);
    this.#declared = new Declared(exchange, () => receiving.client);
    this.#outbox.onRefusal = () => this.#declared.forget();
    receiving.restore = async (client) => {
      this.#declared.forget();
      const reopened = [...this.#consumers].map((consumer) => consumer.reopen(client));
      // One queue that does not answer must not keep all others waiting.
      const late = () => new ConnectError("some subscribers are not back yet");
      await within(Promise.all(reopened), RESTORING, late).catch((error: Error) =>
        context.logger.warn(`${error.message}: RabbitMQ does not answer for their queues`),
      );
    };
    for (const link of [receiving, sending]) link.onChange = () => this.#report();
    this.#report();
  }

  async subscribe(request: SubscribeRequest): Promise<ActiveSubscription> {
    const { prefetch } = request.options as ConsumerOptions;
    const consumer = new Consumer({
      request,
      wanted: subscribed(request, this.#exchange),
      prefetch: prefetchFor(prefetch ?? this.#options.prefetch, request.concurrency),
      logger: this.#context.logger,
      client: () => this.#receiving.client,
      inTurn: (queue, work) => this.#inTurn(queue, work),
      respond: (message) => this.#responder(message),
    });
    this.#consumers.add(consumer);
    try {
      await this.#open(consumer, request.address.template);
    } catch (error) {
      this.#consumers.delete(consumer);
      throw error;
    }
    return {
      redelivers: true,
      problem: () => consumer.problem(),
      drain: async () => {
        this.#consumers.delete(consumer);
        await consumer.drain();
      },
    };
  }

  async publish(message: Outgoing): Promise<void> {
    const { returned } = await this.#outbox.send(this.#letter(message));
    if (returned === undefined) return;
    this.#declared.forget();
    throw new PublishError(
      message.channel === undefined
        ? `the message to "${message.address}" is unroutable (${returned}): no queue takes it, and it is mandatory`
        : `the message to "${message.address}" is unroutable (${returned}): that queue is gone`,
    );
  }

  request(message: Outgoing, { timeout }: { timeout: number }): Promise<Incoming> {
    return this.#requests.ask(this.#letter(message), timeout);
  }

  flush(): Promise<void> {
    return this.#outbox.flush();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.#receiving.end(), this.#sending.end()]);
    this.#context.onState("closed");
  }

  /** Until it consumes, however often the connection is lost meanwhile. @throws where the broker refuses it. */
  async #open(consumer: Consumer, address: string): Promise<void> {
    const latest = performance.now() + ELECTING;
    while (!consumer.consuming) {
      await this.#receiving.back;
      const { client } = this.#receiving;
      // The connection that came back has brought it along.
      if (consumer.consuming) return;
      if (client === undefined || this.#closing)
        throw new ConnectError(`the connection closed before "${address}" was subscribed`);
      try {
        await consumer.open(client);
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        if (isPassing(cause) && performance.now() < latest) {
          await pause(100);
          continue;
        }
        if (isRefusal(cause)) throw error;
        const { cause: lost } = this.#receiving;
        if (isFinal(lost)) throw refusal(lost, `the subscriber of "${address}"`);
        if (this.#receiving.client === client && !this.#receiving.lost) throw error;
      }
    }
  }

  /** RabbitMQ (3.10) closes the connection where two declare one new stream at the same time. */
  #inTurn(queue: string, work: () => Promise<void>): Promise<void> {
    if (queue === "") return work();
    const turn = (this.#turns.get(queue) ?? Promise.resolve()).then(work);
    this.#turns.set(
      queue,
      turn.catch(() => undefined),
    );
    return turn;
  }

  #letter(message: Outgoing): Letter {
    const { address, channel, payload, signal, options } = message;
    const { exchange, key } = routeOf(message, this.#exchange);
    return {
      address,
      exchange: exchange?.name ?? "",
      key,
      payload,
      // To a queue by its name: where it is gone, nobody else would miss the message.
      properties: writeProperties(message, {
        ...(channel === undefined ? {} : { mandatory: true }),
        ...(options as object),
      }),
      signal,
      prepare: () => this.#declared.declare(message, exchange),
    };
  }

  #responder({ properties }: ConsumeMessage): Incoming["respond"] {
    const replyTo = properties.replyTo as string | undefined;
    if (replyTo === undefined || replyTo === "") return undefined;
    const asked = properties.correlationId as string | undefined;
    return async ({ payload, headers }) => {
      const written = writeProperties({ headers }, { persistent: false });
      // The asker knows its request by the id that it sent, whatever the chain is called here.
      const { correlationId: chain } = written;
      const apart = asked !== undefined && chain !== undefined && chain !== asked;
      await this.#outbox.send({
        address: replyTo,
        exchange: "",
        key: replyTo,
        payload,
        properties: {
          ...written,
          ...(asked === undefined ? {} : { correlationId: asked }),
          headers: apart ? { ...written.headers, correlation_id: chain } : written.headers,
        },
      });
    };
  }

  /** Resolves when both connections are there and all subscribers are back. */
  async #ready(): Promise<void> {
    while (this.#receiving.lost || this.#sending.lost) {
      await this.#receiving.back;
      await this.#sending.back;
    }
  }

  #report(): void {
    if (this.#closing) return;
    const links = [this.#receiving, this.#sending];
    const { cause } = links.find((link) => link.ended || link.lost) ?? {};
    if (links.some((link) => link.ended)) this.#context.onState("closed", cause);
    else if (links.some((link) => link.lost)) this.#context.onState("reconnecting", cause);
    else this.#context.onState("connected");
  }
}
