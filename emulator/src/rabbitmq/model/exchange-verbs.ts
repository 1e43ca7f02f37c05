/** exchange.* and the bindings: what a client may do with them, in RabbitMQ's order of checks. */
import type { Access } from "./access.ts";
import type { Actor, Binding, Exchange, ExchangeDeclaration } from "./contract.ts";
import { assertSameArguments, assertSameField } from "./equivalence.ts";
import { erlangAtom } from "./erlang-term.ts";
import { channelError } from "./errors.ts";
import type { BoundExchange } from "./exchange.ts";
import { exchangeType } from "./exchange-types.ts";
import type { Exchanges } from "./exchanges.ts";
import { described, withoutLineEnds } from "./names.ts";
import type { QueueTable } from "./queue-table.ts";

export class ExchangeVerbs {
  readonly #vhost: string;
  readonly #access: Access;
  readonly #exchanges: Exchanges;
  readonly #queues: QueueTable;

  constructor(vhost: string, access: Access, exchanges: Exchanges, queues: QueueTable) {
    this.#vhost = vhost;
    this.#access = access;
    this.#exchanges = exchanges;
    this.#queues = queues;
  }

  /** @throws {AmqpError} */
  declare(asked: ExchangeDeclaration, actor: Actor): void {
    const type = exchangeType(asked.type);
    const name = withoutLineEnds(asked.name);
    assertNotDefault(name);
    this.#access.require(actor, "configure", "exchange", name);
    const existing = this.#exchanges.byName.get(name);
    if (existing !== undefined) return this.#assertSame(existing, asked);
    if (name.startsWith("amq."))
      throw channelError(403, `exchange name '${name}' contains reserved prefix 'amq.*'`);
    this.#checkAlternate(name, asked, actor);
    const declaration = { ...asked, name };
    type.check?.(declaration);
    this.#exchanges.add(declaration, actor.user.name);
  }

  /** @throws {AmqpError} */
  find(asked: string): Exchange {
    const name = withoutLineEnds(asked);
    assertNotDefault(name);
    return this.#exchanges.byName.get(name) ?? this.#missing("exchange", name);
  }

  /** @throws {AmqpError} */
  delete(asked: string, ifUnused: boolean, actor: Actor): void {
    const name = withoutLineEnds(asked);
    const what = described("exchange", name, this.#vhost);
    assertNotDefault(name);
    if (name.startsWith("amq.")) throw channelError(403, `deletion of system ${what} not allowed`);
    this.#access.require(actor, "configure", "exchange", name);
    const exchange = this.#exchanges.byName.get(name);
    if (exchange === undefined) return;
    if (ifUnused && exchange.isBound) throw channelError(406, `${what} in use`);
    this.#exchanges.remove(exchange);
  }

  /** @throws {AmqpError} */
  bind(asked: Binding, actor: Actor): void {
    const binding = this.#checkBinding(asked, actor);
    const exchange =
      this.#exchanges.byName.get(binding.source) ?? this.#missing("exchange", binding.source);
    if (!this.#hasDestination(binding)) this.#missing(binding.destinationType, binding.destination);
    const wrong = exchangeType(exchange.type).checkBinding?.(binding, exchange) ?? null;
    if (wrong !== null) throw channelError(406, wrong);
    this.#assertMayUse(binding, actor);
    this.#exchanges.bind(exchange, binding);
  }

  /** What is not bound, or not there, is no error. @throws {AmqpError} */
  unbind(asked: Binding, actor: Actor): void {
    const binding = this.#checkBinding(asked, actor);
    const exchange = this.#exchanges.byName.get(binding.source);
    if (exchange?.find(binding) === undefined) return;
    this.#assertMayUse(binding, actor);
    this.#exchanges.unbind(exchange, binding);
  }

  #checkBinding(asked: Binding, actor: Actor): Binding {
    const { destinationType: type, routingKey } = asked;
    const source = withoutLineEnds(asked.source);
    const destination = withoutLineEnds(asked.destination);
    this.#access.require(actor, "write", type, destination);
    if (type === "exchange") assertNotDefault(destination);
    assertNotDefault(source);
    this.#access.require(actor, "read", "exchange", source);
    if (this.#exchanges.byName.get(source)?.type === "topic")
      this.#access.requireTopic(actor, "read", source, routingKey);
    return { ...asked, source, destination };
  }

  #hasDestination({ destination, destinationType }: Binding): boolean {
    return destinationType === "queue"
      ? this.#queues.byName.has(destination)
      : this.#exchanges.byName.has(destination);
  }

  #assertMayUse({ destination, destinationType }: Binding, actor: Actor): void {
    if (destinationType === "queue") this.#queues.find(destination, actor);
  }

  #checkAlternate(name: string, declaration: ExchangeDeclaration, actor: Actor): void {
    const alternate = declaration.arguments.get("alternate-exchange");
    if (alternate === undefined) return;
    if (alternate.type !== "longstr")
      throw channelError(
        406,
        `invalid type '${alternate.type}' for arg 'alternate-exchange' in ${described("exchange", name, this.#vhost)}`,
      );
    this.#access.require(actor, "read", "exchange", name);
    this.#access.require(actor, "write", "exchange", alternate.value.toString());
  }

  #assertSame(exchange: BoundExchange, declaration: ExchangeDeclaration): void {
    const what = described("exchange", exchange.name, this.#vhost);
    assertSameField(what, "type", erlangAtom(declaration.type), erlangAtom(exchange.type));
    assertSameField(what, "durable", declaration.durable, exchange.durable);
    assertSameField(what, "auto_delete", declaration.autoDelete, exchange.autoDelete);
    assertSameField(what, "internal", declaration.internal, exchange.internal);
    const names = ["alternate-exchange"];
    assertSameArguments(what, names, declaration.arguments, exchange.arguments);
  }

  #missing(kind: "queue" | "exchange", name: string): never {
    throw channelError(404, `no ${described(kind, name, this.#vhost)}`);
  }
}

function assertNotDefault(exchange: string): void {
  if (exchange === "") throw channelError(403, "operation not permitted on the default exchange");
}
