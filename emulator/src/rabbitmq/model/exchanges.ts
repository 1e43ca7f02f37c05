/**
 * The exchanges of one virtual host and what binds them: declared, bound, unbound and deleted without asking who does it.
 */
import { NO_FIELDS } from "../wire/values.ts";
import { identityOf } from "./binding-identity.ts";
import type { Binding, ExchangeDeclaration } from "./contract.ts";
import { BoundExchange } from "./exchange.ts";
import type { ExchangeHost } from "./exchange-types.ts";

const PREDECLARED: readonly (readonly [name: string, type: string, internal?: boolean])[] = [
  ["", "direct"],
  ["amq.direct", "direct"],
  ["amq.fanout", "fanout"],
  ["amq.topic", "topic"],
  ["amq.headers", "headers"],
  ["amq.match", "headers"],
  ["amq.rabbitmq.trace", "topic", true],
];

export class Exchanges {
  readonly byName: Map<string, BoundExchange> = new Map();
  readonly #host: ExchangeHost;
  readonly #changed: () => void;
  /** By the queue or exchange that they end at. */
  readonly #ending = new Map<string, Map<string, Binding>>();

  /** `creator`: whose those are that are always there. `changed` is called when messages may go other ways. */
  constructor(host: ExchangeHost, creator: string, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
    for (const [name, type, internal = false] of PREDECLARED)
      this.#put(
        { name, type, durable: true, autoDelete: false, internal, arguments: NO_FIELDS },
        creator,
      );
  }

  /** @throws {AmqpError} for a type that there is not. */
  add(declaration: ExchangeDeclaration, creator: string): void {
    this.#put(declaration, creator);
    this.#changed();
  }

  /** Its bindings go with it, and with the last of them other exchanges that delete themselves. */
  remove(exchange: BoundExchange): void {
    this.byName.delete(exchange.name);
    for (const binding of exchange.bindings) this.#endingAt(binding)?.delete(keyOf(binding));
    this.forget("exchange", exchange.name);
    this.#changed();
  }

  bind(exchange: BoundExchange, binding: Binding): void {
    if (exchange.find(binding) !== undefined) return;
    exchange.bind(binding);
    const place = placeOf(binding.destinationType, binding.destination);
    const ending = this.#ending.get(place) ?? new Map<string, Binding>();
    this.#ending.set(place, ending.set(keyOf(binding), binding));
    this.#changed();
  }

  unbind(exchange: BoundExchange, binding: Binding): void {
    const held = exchange.find(binding);
    if (held === undefined) return;
    this.#endingAt(held)?.delete(keyOf(held));
    this.#leave(exchange, held);
    this.#changed();
  }

  /** Those that end at a queue or an exchange. */
  endingAt(type: Binding["destinationType"], name: string): readonly Binding[] {
    return [...(this.#ending.get(placeOf(type, name))?.values() ?? [])];
  }

  /** Nothing ends there any more: it is being deleted. */
  forget(type: Binding["destinationType"], name: string): void {
    const bindings = this.endingAt(type, name);
    this.#ending.delete(placeOf(type, name));
    for (const binding of bindings) {
      const exchange = this.byName.get(binding.source);
      if (exchange !== undefined) this.#leave(exchange, binding);
    }
    if (bindings.length > 0) this.#changed();
  }

  #put(declaration: ExchangeDeclaration, creator: string): void {
    this.byName.set(declaration.name, new BoundExchange(declaration, creator, this.#host));
  }

  #leave(exchange: BoundExchange, binding: Binding): void {
    exchange.unbind(binding);
    if (exchange.autoDelete && !exchange.isBound) this.remove(exchange);
  }

  #endingAt(binding: Binding): Map<string, Binding> | undefined {
    return this.#ending.get(placeOf(binding.destinationType, binding.destination));
  }
}

function placeOf(type: Binding["destinationType"], name: string): string {
  return `${type} ${name}`;
}

function keyOf(binding: Binding): string {
  return JSON.stringify([binding.source, identityOf(binding)]);
}
