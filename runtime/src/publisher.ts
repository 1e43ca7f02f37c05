/** Sending: a declared publisher is a typed value; `publish` and `request` on a broker are the undeclared form. */
import { randomUUID } from "node:crypto";
import type { Address, ParamNames, Params } from "./address.ts";
import { channelOf, type AddressOf, type Channel } from "./channel.ts";
import { decode, encode, type Codec } from "./codec.ts";
import { currentChain } from "./context.ts";
import type { BrokerKind, Driver, Headers, Incoming, Outgoing } from "./driver.ts";
import { PublishError, RequestError } from "./errors.ts";
import type { KindTypes, PublishOwn } from "./kind.ts";
import { validate, type AnySchema, type SchemaInput, type SchemaOutput } from "./schema.ts";
import { continueTrace } from "./trace.ts";

/** Options of one publish that every broker has. */
export interface PublishOptions {
  readonly headers?: Headers;
  /** Messages of one key keep their order where the broker has partitions. */
  readonly key?: string;
  /** Default: that of the message being handled, else a new one. */
  readonly correlationId?: string;
  /** Ends the attempt. */
  readonly signal?: AbortSignal;
}

/** The last arguments of a publish: parameters are asked for where the address has some. */
export type PublishArguments<Name extends string, Options> = [ParamNames<Name>] extends [never]
  ? [options?: PublishOptions & Options]
  : [options: PublishOptions & Options & { readonly params: Params<Name> }];

/** The last arguments of a request. */
export type RequestArguments<Name extends string, Options> = PublishArguments<
  Name,
  Options & {
    /** How long to wait for the answer, in ms. Default 5000. */
    readonly timeout?: number;
  }
>;

/** Options of `broker.publisher` that every broker has. */
export interface PublisherOptions<Schema, Reply> {
  /** What is sent is validated against it, and its output is sent. */
  readonly schema?: Schema;
  /** The answer's schema: the publisher then has `request`. */
  readonly reply?: Reply;
  /** Default `json`. */
  readonly codec?: Codec;
  /** Sent with each message. */
  readonly headers?: Headers;
  /** For documents. */
  readonly description?: string;
}

/** Whatever takes messages of a type: a publisher as the target of a subscriber's returned value. */
export interface Target<in Message> {
  /** For the type checker only. */
  readonly accepts?: (message: Message) => void;
  readonly address: string;
}

/** What several targets accept together. */
export type Accepted<Targets> = Targets extends readonly (infer Each)[]
  ? (Each extends Target<infer Message> ? (message: Message) => void : never) extends (
      message: infer All,
    ) => void
    ? All
    : never
  : Targets extends Target<infer Message>
    ? Message
    : unknown;

/** A declared send operation. */
export interface Publisher<
  in Message,
  Name extends string = string,
  Options = object,
> extends Target<Message> {
  /** With prefix and `{param}`s. */
  readonly address: string;
  /** Messages published so far; recorded only under `testBroker`. */
  readonly published: readonly unknown[];
  /**
   * Sends one message. Resolves when the broker has it, as surely as the protocol can tell.
   * @throws {ValidationError} where it does not fit the schema; {AddressError} for a missing parameter; {PublishError} when the broker did not take it.
   */
  publish(message: Message, ...rest: PublishArguments<Name, Options>): Promise<void>;
}

/** What a publisher with a `reply` schema has besides. */
export interface Requester<in Message, Name extends string, Options, out Reply> {
  /**
   * Sends one message and waits for its answer.
   * @throws {RequestError} where nobody listens, no answer comes in time or the other side failed.
   */
  request(message: Message, ...rest: RequestArguments<Name, Options>): Promise<Reply>;
}

/** A publisher as `broker.publisher` gives it. */
export type PublisherOf<Kind extends KindTypes, To, Schema, Reply> = Publisher<
  SchemaInput<Schema>,
  AddressOf<To>,
  PublishOwn<Kind, To>
> &
  (Reply extends AnySchema
    ? Requester<SchemaInput<Schema>, AddressOf<To>, PublishOwn<Kind, To>, SchemaOutput<Reply>>
    : unknown);

/** `context.publish`: to an address or channel, or through a declared publisher. */
export type PublishTo = <Message>(
  target: string | Channel | Target<Message>,
  message: Message,
  options?: PublishOptions & { readonly params?: Readonly<Record<string, string>> },
) => Promise<void>;

/** What a publisher needs of the broker it was declared on. */
export interface Outlet {
  readonly kind: BrokerKind;
  address(to: string | Channel): Address;
  /** The connected driver; throws PublishError, with the remedy, where there is none. */
  driver(what: string): Driver;
  /** Tests take note of what is about to be sent. */
  sent(sender: Sender, message: unknown): void;
}

/** All options of one publish, as the implementation sees them. */
export interface SendOptions extends PublishOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

/** The untyped publisher behind every declaration. */
export interface Sender {
  readonly address: string;
  /** The names of the address' parameters. */
  readonly params: readonly string[];
  readonly published: unknown[];
  publish(message: unknown, options?: SendOptions): Promise<void>;
  request(message: unknown, options?: SendOptions): Promise<unknown>;
}

const CORE_OPTIONS = new Set(["headers", "key", "correlationId", "signal", "params", "timeout"]);

/** Makes a publisher for an address of an outlet (a broker or router, asked when it is used: routers may be included later). */
export function createPublisher(
  outlet: () => Outlet,
  to: string | Channel,
  options: PublisherOptions<AnySchema, AnySchema> & Record<string, unknown>,
): Sender {
  const { schema, reply, codec, headers: fixed, description: _, ...declared } = options;
  let parsed: Address | undefined;
  const address = () => (parsed ??= outlet().address(to));
  const channel = channelOf(to);

  async function outgoing(message: unknown, given: SendOptions): Promise<Outgoing> {
    const checked =
      schema === undefined
        ? message
        : await validate(schema, message, `the message for "${address().template}"`);
    const tombstone = checked === null && hasTombstones(outlet().kind, channel);
    const { payload, contentType } = tombstone ? NO_PAYLOAD : encode(checked, codec);
    const chain = currentChain();
    const own = Object.fromEntries(
      Object.entries(given).filter(([option]) => !CORE_OPTIONS.has(option)),
    );
    return {
      address: address().fill(given.params ?? {}),
      ...(channel === undefined ? {} : { channel }),
      payload,
      ...(tombstone ? { tombstone } : {}),
      headers: {
        ...(contentType === undefined ? {} : { "content-type": contentType }),
        correlation_id: given.correlationId ?? chain?.correlationId ?? randomUUID(),
        traceparent: continueTrace(chain?.traceparent).traceparent,
        ...chain?.baggage,
        ...fixed,
        ...given.headers,
      },
      ...(given.key === undefined ? {} : { key: given.key }),
      ...(given.signal === undefined ? {} : { signal: given.signal }),
      options: { ...declared, ...own },
    };
  }

  const sender: Sender = {
    get address() {
      return address().template;
    },
    get params() {
      return address().params;
    },
    published: [],
    async publish(message, given = {}) {
      const { driver, message: ready } = await prepare(message, given);
      await driver.publish(ready);
    },
    async request(message, given = {}) {
      const { driver, message: ready } = await prepare(message, given);
      const answer = await driver.request(ready, { timeout: given.timeout ?? 5000 });
      return readAnswer(answer, ready.address, reply, codec);
    },
  };
  return sender;

  async function prepare(
    message: unknown,
    given: SendOptions,
  ): Promise<{ driver: Driver; message: Outgoing }> {
    const ready = await outgoing(message, given);
    const driver = outlet().driver(`"${ready.address}"`);
    outlet().sent(sender, message);
    return { driver, message: ready };
  }
}

const hasTombstones = ({ tombstones = false }: BrokerKind, channel: Channel | undefined): boolean =>
  typeof tombstones === "function" ? tombstones(channel) : tombstones;

/** What a tombstone carries; no content type describes it. */
const NO_PAYLOAD = { payload: new Uint8Array(), contentType: undefined };

/** Header of an answer that says why the other side failed. */
export const ERROR_HEADER = "millrace-error";

async function readAnswer(
  answer: Incoming,
  address: string,
  reply: AnySchema | undefined,
  codec: Codec | undefined,
): Promise<unknown> {
  const failure = answer.headers[ERROR_HEADER];
  if (failure !== undefined)
    throw new RequestError("failed", `the service that answers "${address}" failed: ${failure}`);
  const value = decode(answer.payload, answer.headers["content-type"], codec);
  return reply === undefined ? value : validate(reply, value, `the answer from "${address}"`);
}

/** Fails with the remedy: nothing is connected. */
export function notConnected(what: string): PublishError {
  return new PublishError(
    `cannot publish to ${what}: the broker is not connected; call \`await app.start()\` first, or run the file with \`npx millrace run\``,
  );
}
