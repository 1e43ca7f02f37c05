/** Receiving: a declaration is one call, and what it gives back is still the plain function. */
import type { Codec } from "./codec.ts";
import type { AddressOf } from "./channel.ts";
import type { BatchContext, Context } from "./context.ts";
import type { AckOption, KindTypes, MessageOf, SubscriberOwn } from "./kind.ts";
import type { ReceivedMessage } from "./message.ts";
import type { Accepted, Target } from "./publisher.ts";
import type { AnySchema, SchemaInput, SchemaOutput } from "./schema.ts";

/** Where a returned value goes: one publisher, or several that all take it. */
export type Targets = Target<never> | readonly Target<never>[] | undefined;

/** Options of `broker.subscriber` that every broker has. */
export interface SubscriberOptions<Schema, Publish, Reply> {
  /** What a message must fit; the handler is given its output. Any Standard Schema, or `type<T>()`. */
  readonly schema?: Schema;
  /**
   * Where the returned value goes; `undefined` publishes nothing. A `{param}` of the target's address is taken from
   * the property of that name in the returned value, else from this subscriber's parameters.
   */
  readonly publish?: Publish;
  /** The answer's schema: the returned value answers a request. */
  readonly reply?: Reply;
  /** Default `json`; a message's own content type comes first. */
  readonly codec?: Codec;
  /** How many messages may be handled at once; those of one key stay in order. Default 1; a batch is handled by itself. */
  readonly concurrency?: number;
  /** How long the handler may take, in ms; then it failed, and its `signal` aborts. Default: no limit. */
  readonly timeout?: number;
  /** Messages for which this is false are acknowledged, counted and not handled. */
  readonly filter?: (message: ReceivedMessage) => boolean;
  /** For documents. */
  readonly description?: string;
}

/** Hands messages to the handler several at a time. */
export interface BatchOptions {
  /** At most so many messages, from 1. */
  readonly size: number;
  /** How long the first message waits for others, in ms. Default 100. */
  readonly within?: number;
}

/** All options of a subscriber of one broker. */
export type SubscriberOptionsOf<
  Kind extends KindTypes,
  On,
  Mode,
  Schema,
  Publish,
  Reply,
  Batch,
> = SubscriberOptions<Schema, Publish, Reply> &
  SubscriberOwn<Kind, On, Mode> &
  AckOption<Kind, On, Mode> & {
    /**
     * The handler is given arrays of messages, in order. What cannot be read is rejected by itself; when the handler fails
     * all of its messages failed, but those that it settled through `messages`.
     */
    readonly batch?: Batch;
  };

/** What a handler is given first. */
export type Received<Schema, Batch> = Batch extends BatchOptions
  ? SchemaOutput<Schema>[]
  : SchemaOutput<Schema>;

/** What a handler must return, by its `publish` and `reply`. */
export type Returned<Publish, Reply> = (Publish extends undefined
  ? unknown
  : Accepted<Publish> | undefined | void) &
  (Reply extends AnySchema ? SchemaInput<Reply> : unknown);

/** The context of one subscriber's handler. */
export type ContextOf<
  Kind extends KindTypes,
  On,
  Mode,
  Batch,
  Provided,
> = (Batch extends BatchOptions
  ? BatchContext<AddressOf<On>, MessageOf<Kind, On, Mode>>
  : Context<AddressOf<On>, MessageOf<Kind, On, Mode>>) &
  Provided;

/** A declared receive operation: the handler as a function, and what is known of its subscription. */
export interface Subscriber<in Message, out Result, in HandlerContext = never> {
  /**
   * Runs the business code with no broker: validates nothing, publishes nothing. What the context is given here is
   * taken as it is; the rest of it is made (a quiet logger, an empty message, the dependencies).
   */
  (message: Message, context?: Partial<HandlerContext>): Promise<Result>;
  /** With prefix and `{param}`s. */
  readonly address: string;
  readonly group: string | undefined;
  /** Messages handled so far; recorded only under `testBroker`. */
  readonly calls: readonly unknown[];
  /** What the handler returned for them; recorded only under `testBroker`. */
  readonly results: readonly unknown[];
  /** Starts a subscriber that was declared after its broker had started, or that was stopped. */
  start(): Promise<void>;
  /** Takes no further messages and waits for those being handled. */
  stop(): Promise<void>;
}

/** A handler before its types are forgotten. */
export type Handler<Message, HandlerContext, Result> = (
  message: Message,
  context: HandlerContext,
) => Result | Promise<Result>;
