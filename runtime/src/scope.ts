/**
 * What a broker, its routers and the results of `provide` share: a tree of scopes. Each adds a prefix, dependencies or
 * middleware to the declarations below it; the tree is read once, when its broker starts.
 */
import { parseAddress, type Address } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { channelOf, nameOf, type Channel } from "./channel.ts";
import type { BrokerKind, Routing, Subscribable } from "./driver.ts";
import { DeclarationError } from "./errors.ts";
import { notConnected, type Outlet, type Sender } from "./publisher.ts";
import type { AnySchema } from "./schema.ts";
import type { BatchOptions, SubscriberOptions } from "./subscriber.ts";

/** Makes one dependency of a message, given the dependencies before it. */
export type Provider = (message: unknown, context: never) => unknown;

/** Wraps every handler below it: calls `next`, or does not. */
export type Middleware = (context: Context, next: () => Promise<unknown>) => Promise<unknown>;

/** A subscriber as declared, its types forgotten. */
export interface Declaration {
  /** As declared, without prefix. */
  readonly on: string | Channel;
  readonly options: SubscriberOptions<AnySchema, unknown, AnySchema> & {
    readonly batch?: BatchOptions;
  } & Readonly<Record<string, unknown>>;
  readonly handler: (message: unknown, context: never) => unknown;
  readonly scope: Scope;
  readonly calls: unknown[];
  readonly results: unknown[];
  /** Told when its subscription begins and ends. */
  readonly life?: { open(): void; close(): void };
}

/** The scope of each router: kept beside it, out of the way of users. */
const scopes = new WeakMap<object, Scope>();

export const keepScope = (router: object, scope: Scope): void => void scopes.set(router, scope);

export function scopeOf(router: object): Scope {
  const scope = scopes.get(router);
  // Two copies of millrace in node_modules do not know each other's routers.
  if (scope === undefined)
    throw new DeclarationError(
      "not a broker or router of this copy of millrace: `npm ls millrace` shows whether there are two",
    );
  return scope;
}

export class Scope {
  readonly kind: BrokerKind;
  readonly ownPrefix: string;
  readonly ownProviders: Readonly<Record<string, Provider>>;
  readonly ownMiddleware: Middleware[] = [];
  readonly declarations: Declaration[] = [];
  readonly senders: Sender[] = [];
  readonly children: Scope[] = [];
  /** Set on a broker's own scope. */
  connection: Connection | undefined;
  #parent: Scope | undefined;

  constructor(
    kind: BrokerKind,
    own: { prefix?: string; providers?: Readonly<Record<string, Provider>> } = {},
  ) {
    this.kind = kind;
    this.ownPrefix = own.prefix ?? "";
    this.ownProviders = own.providers ?? {};
    if (/[{}]/.test(this.ownPrefix))
      throw new DeclarationError(
        `the prefix "${this.ownPrefix}" has a {param}: put it into the addresses`,
      );
  }

  adopt(child: Scope): void {
    if (child.#parent !== undefined)
      throw new DeclarationError(
        `the router with prefix "${child.ownPrefix}" is already included: make one router for each place`,
      );
    if (child.connection !== undefined)
      throw new DeclarationError(
        "a broker cannot be included in a router: include the router in the broker",
      );
    child.#parent = this;
    this.children.push(child);
  }

  /** From the broker's scope down to this one. */
  get path(): readonly Scope[] {
    return [...(this.#parent?.path ?? []), this];
  }

  get prefix(): string {
    return this.path.map((scope) => scope.ownPrefix).join("");
  }

  /** The connection of the broker that this scope belongs to, if it was included in one. */
  get root(): Connection | undefined {
    return this.path[0]?.connection;
  }

  address(on: string | Channel): Address {
    const channel = channelOf(on);
    if (channel !== undefined && this.kind.address !== undefined)
      return this.kind.address(channel, this.prefix);
    return parseAddress(this.prefix + nameOf(on), this.kind.dialect);
  }

  /** What is known of a declaration's subscription before it is in force. */
  subscribable({ on, options }: Declaration): Subscribable {
    const channel = channelOf(on);
    return { address: this.address(on), ...(channel === undefined ? {} : { channel }), options };
  }

  /** This scope's declarations and those of all below it. */
  *all(): Iterable<Declaration> {
    for (const scope of this.tree()) yield* scope.declarations;
  }

  /** This scope and all below it. */
  *tree(): Iterable<Scope> {
    yield this;
    for (const child of this.children) yield* child.tree();
  }

  /** How publishers of this scope reach the broker. */
  get outlet(): Outlet {
    const { root } = this;
    return {
      kind: this.kind,
      address: (to) => this.address(to),
      driver: (what) => {
        if (root?.driver === undefined) throw notConnected(what);
        return root.driver;
      },
      sent: (sender: Sender, message) => root?.observer?.sent(sender, message),
    };
  }
}

/** How a kind's messages find subscribers where no broker decides it. */
export const routingOf = (kind: Pick<BrokerKind, "routing">): Routing => kind.routing ?? BY_ADDRESS;

const BY_ADDRESS: Routing = {
  matches: ({ address }, message) => address.match(message.address) !== null,
  groupOf: ({ options }) => (options as { group?: string }).group,
};
