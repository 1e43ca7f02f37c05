/**
 * The life of one message: acknowledge early, read, filter, depend, handle, publish, answer, settle.
 * A subscriber is compiled once into one function; what it does not use is not run. Every path settles.
 */
import type { Activity } from "./activity.ts";
import { createBatcher } from "./batch.ts";
import { isChannel } from "./channel.ts";
import { decode, encode } from "./codec.ts";
import type { Connection } from "./connection.ts";
import { currentChain, inChain, type BatchContext, type Chain, type Context } from "./context.ts";
import { buildProvided, type Provided } from "./provided.ts";
import type { Headers, Incoming } from "./driver.ts";
import { AckMessage, DeadlineError, NackMessage, RejectMessage } from "./errors.ts";
import { inKeyOrder } from "./key-order.ts";
import type { Logger } from "./logger.ts";
import type { AckPolicy, ReceivedMessage } from "./message.ts";
import { ERROR_HEADER, type PublishTo, type Sender } from "./publisher.ts";
import { validate } from "./schema.ts";
import type { Declaration } from "./scope.ts";
import { TEST_HEADER } from "./testing/header.ts";
import { receive, type Delivery } from "./delivery.ts";
import { continueTrace, newCorrelationId } from "./trace.ts";

/** How a delivery ended. */
export type Outcome =
  | { readonly kind: "handled"; readonly value: unknown; readonly result: unknown }
  | { readonly kind: "filtered" }
  /** `value` where the message could be read. */
  | { readonly kind: "rejected" | "failed"; readonly error: unknown; readonly value?: unknown };

/** A subscriber made ready to run. */
export interface Compiled {
  /** The one function that a driver calls with each message of a subscription. It never rejects. */
  readonly deliver: (incoming: Incoming) => Promise<void>;
  /** Present where messages wait for each other: they no longer do. */
  hurry?(): void;
}

/** A message that was read and is to be handled. */
interface Opened {
  readonly value: unknown;
  readonly incoming: Incoming;
  readonly delivery: Delivery;
  readonly chain: Chain;
}

/** Compiles a declaration for its broker's connection. */
export function compile(
  declaration: Declaration,
  connection: Connection,
  activity: Activity,
): Compiled {
  const { options, handler, scope } = declaration;
  const { logger, counts } = connection;
  const address = scope.address(declaration.on);
  const policy: AckPolicy = (options["ack"] as AckPolicy | undefined) ?? "onSuccess";
  const providers = Object.entries(
    Object.assign(
      {},
      ...scope.path.map((each) => each.ownProviders),
      overridden(),
    ) as typeof scope.ownProviders,
  );
  const middleware = scope.path.flatMap((each) => each.ownMiddleware);
  const targets = (
    Array.isArray(options.publish) ? options.publish : [options.publish ?? []].flat()
  ) as readonly Sender[];
  const plain = options.timeout === undefined && providers.length === 0 && middleware.length === 0;
  const publish: PublishTo = (target, message, given) =>
    typeof target === "string" || isChannel(target)
      ? connection.senderFor(target).publish(message, given)
      : (target as unknown as Sender).publish(message, given);

  const unsettled = (error: unknown, to: string) =>
    logger.warn(
      { err: error, address: to },
      "could not settle the message: the broker will decide",
    );

  const batcher =
    options.batch === undefined ? undefined : createBatcher(options.batch, handleBatch);

  const deliver = async (incoming: Incoming): Promise<void> => {
    counts.received++;
    activity.begin();
    const chain = new MessageChain(incoming, connection.observer?.testIdOf(declaration, incoming));
    const delivery = receive(incoming, chain, unsettled);
    const outcome = await inChain(chain, () => run(incoming, delivery, chain));
    if (outcome.kind === "handled") counts.handled++;
    else counts[outcome.kind]++;
    activity.end();
    connection.observer?.settled(declaration, incoming, outcome);
  };
  if (batcher !== undefined) return { deliver, hurry: () => batcher.hurry() };
  return { deliver: (options.concurrency ?? 1) > 1 ? inKeyOrder(deliver) : deliver };

  /** Tests replace dependencies by name; the declared order stays. */
  function overridden() {
    const declared = new Set(scope.path.flatMap((each) => Object.keys(each.ownProviders)));
    return Object.fromEntries(
      Object.entries(connection.observer?.providers ?? {}).filter(([name]) => declared.has(name)),
    );
  }

  async function run(incoming: Incoming, delivery: Delivery, chain: Chain): Promise<Outcome> {
    if (policy === "onReceive") await delivery.ack();
    let value: unknown;
    try {
      if (options.filter !== undefined && !options.filter(delivery.message)) {
        logger.debug({ address: incoming.address }, "not handled: the filter says no");
        await delivery.ack();
        return { kind: "filtered" };
      }
      value =
        incoming.tombstone === true
          ? null
          : decode(incoming.payload, incoming.headers["content-type"], options.codec);
      if (options.schema !== undefined) {
        value = validate(options.schema, value, `a message on "${incoming.address}"`);
        if (value instanceof Promise) value = await value;
      }
    } catch (error) {
      // What cannot be read today cannot be read tomorrow either: it is not sent back.
      logger.error(
        { address: incoming.address, messageId: delivery.message.id },
        "rejected: %s",
        text(error),
      );
      await answerFailure(incoming, error);
      await delivery.reject();
      return { kind: "rejected", error };
    }
    if (batcher !== undefined) return batcher.push({ value, incoming, delivery, chain });
    try {
      // Each step only where it has something to do: a turn of the event loop's queue is what a message costs most.
      const result = await handle(value, incoming, delivery);
      if (result !== undefined && targets.length > 0)
        await publishResult(result, address.match(incoming.address) ?? {});
      if (incoming.respond !== undefined) await answer(result, incoming);
      if (delivery.redelivers) await succeed(delivery, incoming);
      return { kind: "handled", value, result };
    } catch (error) {
      return fail(error, value, incoming, delivery);
    }
  }

  function handle(value: unknown, incoming: Incoming, delivery: Delivery): unknown {
    if (plain) return handler(value, contextOf(incoming, delivery, connection.signal) as never);
    return handleWithin(value, (signal) => contextOf(incoming, delivery, signal));
  }

  /** All of a batch succeed or fail together, but for those that the handler settled by itself. */
  async function handleBatch(batch: Opened[]): Promise<Outcome[]> {
    const [first] = batch as [Opened, ...Opened[]];
    const values = batch.map(({ value }) => value);
    return inChain(first.chain, async () => {
      try {
        const result = await handleWithin(values, (signal) => batchContextOf(batch, signal));
        if (result !== undefined && targets.length > 0) await publishResult(result, {});
        await Promise.all(batch.map(({ delivery, incoming }) => succeed(delivery, incoming)));
        return values.map((value) => ({ kind: "handled", value, result }) as const);
      } catch (error) {
        return Promise.all(
          batch.map(({ value, incoming, delivery }) => fail(error, value, incoming, delivery)),
        );
      }
    });
  }

  function batchContextOf(batch: Opened[], signal: AbortSignal): BatchContext & Context {
    const [first] = batch as [Opened, ...Opened[]];
    const params = batch.map(({ incoming }) => address.match(incoming.address) ?? {});
    // Middleware that was written for single messages finds the first one.
    const context = new HandlerContext(first.delivery.message, {}, connection, signal, publish);
    return Object.assign(context, {
      messages: batch.map(({ delivery }) => delivery.message),
      params: params as never,
    });
  }

  function contextOf(incoming: Incoming, delivery: Delivery, signal: AbortSignal): Context {
    const params = address.params.length > 0 ? address.match(incoming.address) : null;
    return new HandlerContext(delivery.message, params ?? {}, connection, signal, publish);
  }

  /** With a timeout, dependencies or middleware around the handler. */
  async function handleWithin(
    value: unknown,
    contextWith: (signal: AbortSignal) => Context,
  ): Promise<unknown> {
    const timer =
      options.timeout === undefined
        ? undefined
        : deadline(options.timeout, connection.signal, address.template);
    const context = contextWith(timer?.signal ?? connection.signal);
    let provided: Provided | undefined;
    try {
      if (providers.length > 0) provided = await buildProvided(providers, value, context);
      const call = async () => handler(value, context as never);
      const wrapped = middleware.reduceRight<() => Promise<unknown>>(
        (next, around) => () => around(context, next),
        call,
      );
      return await (timer === undefined ? wrapped() : Promise.race([wrapped(), timer.expired]));
    } finally {
      timer?.clear();
      await provided?.dispose();
    }
  }

  async function publishResult(result: unknown, inherited: Record<string, string>): Promise<void> {
    await Promise.all(
      targets.map((target) =>
        target.publish(result, { params: paramsFor(target, result, inherited) }),
      ),
    );
  }

  async function answer(result: unknown, incoming: Incoming): Promise<void> {
    if (incoming.respond === undefined) return;
    const checked =
      options.reply === undefined
        ? result
        : await validate(options.reply, result, `the answer of "${address.template}"`);
    const { payload, contentType } = encode(checked, options.codec);
    await incoming.respond({
      payload,
      headers: { ...answerHeaders(), "content-type": contentType },
    });
  }

  async function answerFailure(incoming: Incoming, error: unknown): Promise<void> {
    if (incoming.respond === undefined) return;
    const { payload } = encode(null);
    try {
      await incoming.respond({
        payload,
        headers: {
          ...answerHeaders(),
          "content-type": "application/json",
          [ERROR_HEADER]: text(error).replace(/[\r\n]+/g, " "),
        },
      });
    } catch (cause) {
      logger.warn(
        { err: cause, address: incoming.address },
        "could not tell the requester that its request failed",
      );
    }
  }

  function succeed(delivery: Delivery, incoming: Incoming): Promise<void> {
    if (policy !== "manual" || delivery.settled) return delivery.ack();
    logger.warn(
      { address: incoming.address },
      'the handler ended without ack, nack or reject (ack: "manual"): the message is sent back',
    );
    return delivery.nack();
  }

  async function fail(
    error: unknown,
    value: unknown,
    incoming: Incoming,
    delivery: Delivery,
  ): Promise<Outcome> {
    if (error instanceof AckMessage) {
      await answer(undefined, incoming).catch((cause: unknown) => answerFailure(incoming, cause));
      await delivery.ack();
      return { kind: "handled", value, result: undefined };
    }
    await answerFailure(incoming, error);
    if (error instanceof RejectMessage) {
      logger.warn(
        { address: incoming.address, messageId: delivery.message.id },
        "rejected: %s",
        error.message,
      );
      await delivery.reject();
      return { kind: "rejected", error, value };
    }
    const fields = { err: error, address: incoming.address, messageId: delivery.message.id };
    if (error instanceof NackMessage && !delivery.settled && delivery.redelivers) {
      logger.warn(fields, "sent back: %s", error.message);
      await delivery.nack(error.delay === undefined ? {} : { delay: error.delay });
    } else if (policy === "always" || delivery.settled) {
      logger.error(
        fields,
        "the handler failed; the message is already acknowledged: %s",
        text(error),
      );
      await delivery.ack();
    } else if (delivery.redelivers) {
      logger.error(fields, "the handler failed; the message is sent back: %s", text(error));
      await delivery.nack({ delay: redeliveryDelay(incoming.attempt) });
    } else {
      logger.error(
        fields,
        "the handler failed; the message is lost, because it was delivered at most once: %s",
        text(error),
      );
    }
    return { kind: "failed", error, value };
  }
}

/** ms before a failed message comes again: 100 ms doubled with each attempt, at most 30 s, so that a failing message does not spin. */
function redeliveryDelay(attempt: number): number {
  return Math.min(30_000, 100 * 2 ** Math.min(attempt - 1, 10));
}

/** Made of the message's headers when it is asked: a handler that publishes and logs nothing needs none of it. */
class MessageChain implements Chain {
  readonly baggage: Readonly<Record<string, string>>;
  readonly #headers: Headers;
  #correlationId: string | undefined;
  #traceparent: string | undefined;

  constructor({ headers }: Incoming, testId: string | undefined) {
    this.baggage = testId === undefined ? NOTHING : { [TEST_HEADER]: testId };
    this.#headers = headers;
  }

  get correlationId(): string {
    return (this.#correlationId ??= this.#headers["correlation_id"] ?? newCorrelationId());
  }

  get traceparent(): string {
    return (this.#traceparent ??= continueTrace(this.#headers["traceparent"]).traceparent);
  }
}

const NOTHING: Readonly<Record<string, string>> = {};

/** A handler's second argument; its logger is made when it is asked for. */
class HandlerContext implements Context {
  readonly message: ReceivedMessage;
  readonly params: Record<string, string>;
  readonly publish: PublishTo;
  readonly signal: AbortSignal;
  readonly app: Context["app"];
  readonly #logger: Logger;
  #line: Logger | undefined;

  constructor(
    message: ReceivedMessage,
    params: Record<string, string>,
    connection: Connection,
    signal: AbortSignal,
    publish: PublishTo,
  ) {
    this.message = message;
    this.params = params;
    this.publish = publish;
    this.signal = signal;
    this.app = connection.app;
    this.#logger = connection.logger;
  }

  get logger(): Logger {
    const { address, correlationId } = this.message;
    return (this.#line ??= this.#logger.child({ address, correlationId }));
  }
}

function answerHeaders(): Record<string, string> {
  const chain = currentChain();
  return chain === undefined
    ? {}
    : { correlation_id: chain.correlationId, traceparent: chain.traceparent };
}

/** A target's parameters: a text or number of that name in the returned value, else the subscriber's own. */
function paramsFor(
  target: Sender,
  result: unknown,
  inherited: Record<string, string>,
): Record<string, string> {
  const own =
    typeof result === "object" && result !== null ? (result as Record<string, unknown>) : {};
  const found: Record<string, string> = {};
  for (const name of target.params) {
    const value = own[name] ?? inherited[name];
    if (typeof value === "string" || typeof value === "number") found[name] = String(value);
  }
  return found;
}

/** Ends a handler that takes too long; its signal follows the app's. */
function deadline(ms: number, outer: AbortSignal, address: string) {
  const own = new AbortController();
  const follow = () => own.abort(outer.reason);
  outer.addEventListener("abort", follow, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new DeadlineError(
        `the handler of "${address}" took longer than its timeout of ${ms} ms`,
      );
      own.abort(error);
      reject(error);
    }, ms);
  });
  return {
    signal: own.signal,
    expired,
    clear() {
      clearTimeout(timer);
      outer.removeEventListener("abort", follow);
    },
  };
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
