/** Where subscribers and publishers are declared: a broker, its routers, and what `provide` gives back. */
import type { Params } from "./address.ts";
import { nameOf, type AddressOf, type Channel } from "./channel.ts";
import { createIntray, type Consumer } from "./consumer.ts";
import type { Context } from "./context.ts";
import type { Complain } from "./driver.ts";
import { DeclarationError } from "./errors.ts";
import type {
  Destination,
  KindTypes,
  MessageOf,
  PublisherOwn,
  PublishOwn,
  Source,
} from "./kind.ts";
import type { AckPolicy } from "./message.ts";
import { callHandler } from "./plain-call.ts";
import {
  createPublisher,
  type PublishArguments,
  type PublisherOf,
  type PublisherOptions,
  type RequestArguments,
  type SendOptions,
} from "./publisher.ts";
import type { AnySchema, SchemaOutput } from "./schema.ts";
import {
  keepScope,
  routingOf,
  Scope,
  scopeOf,
  type Declaration,
  type Middleware,
  type Provider,
} from "./scope.ts";
import type {
  BatchOptions,
  ContextOf,
  Handler,
  Received,
  Returned,
  Subscriber,
  SubscriberOptionsOf,
  Targets,
} from "./subscriber.ts";

/** What `provide` adds to the context: each provider's value, awaited. */
export type ProvidedBy<Providers> = {
  readonly [Name in keyof Providers]: Providers[Name] extends (...given: never[]) => infer Value
    ? Awaited<Value>
    : never;
};

/**
 * Declarations under a prefix. `Provided` is what its handlers' contexts have besides.
 * Make one with `broker.router("admin.")`, or with `new NatsRouter({ prefix: "admin." })` and `broker.include(router)`.
 */
export class Router<Kind extends KindTypes, Provided extends object = object> {
  /** Brokers give their own; users make a `NatsRouter` or the like. */
  constructor(scope: Scope) {
    keepScope(this, scope);
  }

  /**
   * Declares a receive operation, of an address or of a channel that the broker has besides. The handler's message type
   * comes from `schema`, or from its annotated parameter; the returned value must fit `publish` and `reply`.
   * @throws {DeclarationError} for an address that cannot be parsed, or options that cannot go together.
   */
  subscriber<
    const On extends Source<Kind>,
    Schema extends AnySchema,
    const Publish extends Targets = undefined,
    Reply extends AnySchema | undefined = undefined,
    const Mode extends Kind["mode"]["values"] = Kind["mode"]["default"],
    const Batch extends BatchOptions | undefined = undefined,
    // oxlint-disable-next-line typescript/no-explicit-any -- inferred from the handler; `any` is what an absent handler type defaults to
    Result extends Returned<Publish, Reply> = any,
  >(
    on: On,
    options: SubscriberOptionsOf<Kind, On, Mode, Schema, Publish, Reply, Batch>,
    handler: Handler<Received<Schema, Batch>, ContextOf<Kind, On, Mode, Batch, Provided>, Result>,
  ): Subscriber<Received<Schema, Batch>, Result, ContextOf<Kind, On, Mode, Batch, Provided>> {
    const scope = scopeOf(this);
    const declaration: Declaration = {
      on,
      options: options as unknown as Declaration["options"],
      handler: handler as Declaration["handler"],
      scope,
      calls: [],
      results: [],
    };
    checkDeclaration(declaration);
    scope.declarations.push(declaration);
    const call = (message: unknown, context?: object) => callHandler(declaration, message, context);
    return Object.defineProperties(call, {
      ...subscriptionProperties(declaration),
      calls: { value: declaration.calls },
      results: { value: declaration.results },
    }) as unknown as Subscriber<
      Received<Schema, Batch>,
      Result,
      ContextOf<Kind, On, Mode, Batch, Provided>
    >;
  }

  /**
   * Declares a receive operation without a handler: its messages are taken by `getOne` or a loop.
   * @throws {DeclarationError} as `subscriber` does.
   */
  consumer<
    const On extends Source<Kind>,
    Schema extends AnySchema,
    const Mode extends Kind["mode"]["values"] = Kind["mode"]["default"],
  >(
    on: On,
    options: SubscriberOptionsOf<Kind, On, Mode, Schema, undefined, undefined, undefined>,
  ): Consumer<SchemaOutput<Schema>, MessageOf<Kind, On, Mode>, Params<AddressOf<On>>> {
    const scope = scopeOf(this);
    const intray = createIntray((options as { ack?: AckPolicy }).ack === "manual");
    const declaration: Declaration = {
      on,
      options: options as unknown as Declaration["options"],
      handler: intray.handler as Declaration["handler"],
      scope,
      calls: [],
      results: [],
      life: intray,
    };
    checkDeclaration(declaration);
    scope.declarations.push(declaration);
    return Object.defineProperties(
      { getOne: intray.getOne, [Symbol.asyncIterator]: () => intray.iterate() },
      subscriptionProperties(declaration),
    ) as unknown as Consumer<
      SchemaOutput<Schema>,
      MessageOf<Kind, On, Mode>,
      Params<AddressOf<On>>
    >;
  }

  /**
   * Declares a send operation. With a `reply` schema it has `request` besides `publish`.
   * @throws {DeclarationError} for an address that cannot be parsed.
   */
  publisher<
    const To extends Destination<Kind>,
    Schema extends AnySchema,
    Reply extends AnySchema | undefined = undefined,
  >(
    to: To,
    options?: PublisherOptions<Schema, Reply> & PublisherOwn<Kind, To>,
  ): PublisherOf<Kind, To, Schema, Reply> {
    const scope = scopeOf(this);
    scope.address(to);
    const sender = createPublisher(() => scope.outlet, to, { ...options } as PublisherOptions<
      AnySchema,
      AnySchema
    > &
      Record<string, unknown>);
    scope.senders.push(sender);
    return sender as unknown as PublisherOf<Kind, To, Schema, Reply>;
  }

  /** Sends a message to an address without declaring a publisher; nothing is validated. */
  publish<const To extends Destination<Kind>>(
    to: To,
    message: unknown,
    ...rest: PublishArguments<AddressOf<To>, PublishOwn<Kind, To>>
  ): Promise<void> {
    return connectionOf(scopeOf(this), to)
      .senderFor(to, scopeOf(this))
      .publish(message, rest[0] as SendOptions | undefined);
  }

  /** Sends a message to an address and waits for the answer; nothing is validated. */
  request<const To extends Destination<Kind>>(
    to: To,
    message: unknown,
    ...rest: RequestArguments<AddressOf<To>, PublishOwn<Kind, To>>
  ): Promise<unknown> {
    return connectionOf(scopeOf(this), to)
      .senderFor(to, scopeOf(this))
      .request(message, rest[0] as SendOptions | undefined);
  }

  /** A router whose addresses start with `prefix`, written with the broker's separator: `router("admin.")`. */
  router(prefix: string): Router<Kind, Provided> {
    return this.#child({ prefix });
  }

  /** Takes in a router that was made elsewhere, below this one's prefix. */
  include(router: Router<Kind>): void {
    if (scopeOf(router).kind.protocol !== scopeOf(this).kind.protocol) {
      throw new DeclarationError(
        `a ${scopeOf(router).kind.protocol} router cannot be included in a ${scopeOf(this).kind.protocol} broker`,
      );
    }
    scopeOf(this).adopt(scopeOf(router));
  }

  /**
   * Dependencies for the handlers declared on what it returns: each is made once a message, in order, with those before
   * it in its context, and disposed (`Symbol.asyncDispose`, `Symbol.dispose`) after the handler. Dependencies that need
   * each other chain: `broker.provide({ db }).provide({ user: (message, { db }) => … })`.
   */
  provide<
    Providers extends Record<string, (message: unknown, context: Context & Provided) => unknown>,
  >(providers: Providers): Router<Kind, Provided & ProvidedBy<Providers>> {
    return this.#child({ providers: providers as Readonly<Record<string, Provider>> });
  }

  /** Wraps every handler declared here and below, the first added outermost. */
  use(middleware: Middleware): this {
    scopeOf(this).ownMiddleware.push(middleware);
    return this;
  }

  #child<More extends object>(own: ConstructorParameters<typeof Scope>[1]): Router<Kind, More> {
    const child = new Scope(scopeOf(this).kind, own);
    scopeOf(this).adopt(child);
    return new Router<Kind, More>(child);
  }
}

/** What subscribers and consumers have of their subscription. */
function subscriptionProperties(declaration: Declaration): PropertyDescriptorMap {
  const { scope, on } = declaration;
  return {
    address: { get: () => scope.address(on).template },
    group: { get: () => routingOf(scope.kind).groupOf(scope.subscribable(declaration)) },
    start: { value: () => connectionOf(scope, on).subscribe(declaration) },
    stop: { value: () => connectionOf(scope, on).unsubscribe(declaration) },
  };
}

/** Complains about what no type can tell. */
function checkDeclaration(declaration: Declaration): void {
  const { options, scope } = declaration;
  const subscribable = scope.subscribable(declaration);
  const complain: Complain = (text) => {
    throw new DeclarationError(`the subscriber of "${subscribable.address.template}" has ${text}`);
  };
  const { concurrency = 1, batch } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    complain(`concurrency ${concurrency}: give a whole number from 1`);
  if (batch !== undefined) {
    if (!Number.isInteger(batch.size) || batch.size < 1)
      complain(`batch.size ${batch.size}: give a whole number from 1`);
    if (concurrency > 1)
      complain(`batch and concurrency: a batch is handled by itself; raise batch.size instead`);
    if (options.reply !== undefined)
      complain(`batch and reply: an answer belongs to one request; leave one of them out`);
  }
  scope.kind.check?.(subscribable, complain);
}

/** A publisher or subscriber's broker. */
function connectionOf(scope: Scope, on: string | Channel) {
  const { root } = scope;
  if (root === undefined)
    throw new DeclarationError(
      `"${nameOf(on)}" belongs to a router that no broker includes: call \`broker.include(router)\``,
    );
  return root;
}
