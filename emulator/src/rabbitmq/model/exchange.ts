/** One exchange with the bindings that start at it. */
import type { FieldTable } from "../wire/values.ts";
import { identityOf } from "./binding-identity.ts";
import type { Binding, Exchange, ExchangeDeclaration, Queue } from "./contract.ts";
import { type ExchangeHost, exchangeType } from "./exchange-types.ts";
import type { Routing } from "./routing.ts";

export class BoundExchange implements Exchange {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
  readonly creator: string;
  readonly routing: Routing;
  /** The router's: where keys have led so far, and at which state of the bindings. */
  readonly ways: Map<string, readonly Queue[]> = new Map();
  waysAsOf = 0;
  readonly #bindings = new Map<string, Binding>();

  /** @throws {AmqpError} for a type that there is not. */
  constructor(declaration: ExchangeDeclaration, creator: string, host: ExchangeHost) {
    this.name = declaration.name;
    this.type = declaration.type;
    this.durable = declaration.durable;
    this.autoDelete = declaration.autoDelete;
    this.internal = declaration.internal;
    this.arguments = declaration.arguments;
    this.creator = creator;
    this.routing = exchangeType(declaration.type).create(declaration, host);
  }

  get bindings(): readonly Binding[] {
    return [...this.#bindings.values()];
  }

  get isBound(): boolean {
    return this.#bindings.size > 0;
  }

  find(binding: Binding): Binding | undefined {
    return this.#bindings.get(identityOf(binding));
  }

  /** One that is not there yet. */
  bind(binding: Binding): void {
    this.#bindings.set(identityOf(binding), binding);
    this.routing.add(binding);
  }

  /** One that is there. */
  unbind(binding: Binding): void {
    this.#bindings.delete(identityOf(binding));
    this.routing.remove(binding);
  }
}
