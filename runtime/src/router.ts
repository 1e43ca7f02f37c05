/** Where subscribers and publishers are declared: a broker, its routers, and what `provide` gives back. */
import type { Context } from "./context.ts";
import { DeclarationError } from "./errors.ts";
import type { KindTypes } from "./kind.ts";
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
  Scope,
  scopeOf,
  type Declaration,
  type Middleware,
  type Provider,
} from "./scope.ts";
import type {
  ContextOf,
  Handler,
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
   * Declares a receive operation. The handler's message type comes from `schema`, or from its annotated parameter;
   * the returned value must fit `publish` and `reply`.
   * @throws {DeclarationError} for an address that cannot be parsed.
   */
  subscriber<
    const Address extends string,
    Schema extends AnySchema,
    const Publish extends Targets = undefined,
    Reply extends AnySchema | undefined = undefined,
    const Mode extends Kind["mode"]["values"] = Kind["mode"]["default"],
    // oxlint-disable-next-line typescript/no-explicit-any -- inferred from the handler; `any` is what an absent handler type defaults to
    Result extends Returned<Publish, Reply> = any,
  >(
    address: Address,
    options: SubscriberOptionsOf<Kind, Mode, Schema, Publish, Reply>,
    handler: Handler<SchemaOutput<Schema>, ContextOf<Kind, Mode, Address, Provided>, Result>,
  ): Subscriber<SchemaOutput<Schema>, Result, ContextOf<Kind, Mode, Address, Provided>> {
    const scope = scopeOf(this);
    scope.address(address);
    const declaration: Declaration = {
      name: address,
      options: options as unknown as Declaration["options"],
      handler: handler as Declaration["handler"],
      scope,
      calls: [],
      results: [],
    };
    scope.declarations.push(declaration);
    const call = (message: unknown, context?: object) => callHandler(declaration, message, context);
    return Object.defineProperties(call, {
      address: { get: () => scope.address(address).template },
      group: { value: options.group },
      calls: { value: declaration.calls },
      results: { value: declaration.results },
      start: { value: () => connectionOf(scope, address).subscribe(declaration) },
      stop: { value: () => connectionOf(scope, address).unsubscribe(declaration) },
      [DECLARATION]: { value: declaration },
    }) as unknown as Subscriber<
      SchemaOutput<Schema>,
      Result,
      ContextOf<Kind, Mode, Address, Provided>
    >;
  }

  /**
   * Declares a send operation. With a `reply` schema it has `request` besides `publish`.
   * @throws {DeclarationError} for an address that cannot be parsed.
   */
  publisher<
    const Address extends string,
    Schema extends AnySchema,
    Reply extends AnySchema | undefined = undefined,
  >(
    address: Address,
    options?: PublisherOptions<Schema, Reply> & Kind["publisher"],
  ): PublisherOf<Kind, Address, Schema, Reply> {
    const scope = scopeOf(this);
    scope.address(address);
    const sender = createPublisher(() => scope.outlet, address, { ...options } as PublisherOptions<
      AnySchema,
      AnySchema
    > &
      Record<string, unknown>);
    scope.senders.push(sender);
    return sender as unknown as PublisherOf<Kind, Address, Schema, Reply>;
  }

  /** Sends a message to an address without declaring a publisher; nothing is validated. */
  publish<const Address extends string>(
    address: Address,
    message: unknown,
    ...rest: PublishArguments<Address, Kind["publish"]>
  ): Promise<void> {
    return connectionOf(scopeOf(this), address)
      .senderFor(scopeOf(this).prefix + address)
      .publish(message, rest[0] as SendOptions | undefined);
  }

  /** Sends a message to an address and waits for the answer; nothing is validated. */
  request<const Address extends string>(
    address: Address,
    message: unknown,
    ...rest: RequestArguments<Address, Kind["publish"]>
  ): Promise<unknown> {
    return connectionOf(scopeOf(this), address)
      .senderFor(scopeOf(this).prefix + address)
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

/** The key under which a subscriber keeps its declaration. */
const DECLARATION: unique symbol = Symbol("millrace.declaration");

/** A publisher or subscriber's broker. */
function connectionOf(scope: Scope, address: string) {
  const { root } = scope;
  if (root === undefined)
    throw new DeclarationError(
      `"${address}" belongs to a router that no broker includes: call \`broker.include(router)\``,
    );
  return root;
}
