/** RabbitMQ: from an exchange by its bindings to queues, and to subscribers of routing keys. */
import type { Channel } from "../topology.ts";
import { overlap } from "./dialects.ts";
import { AMQ_TOPIC } from "./exchanges.ts";
import type { ExchangeFound } from "./found.ts";

/** What is bound to an exchange: a channel to receive on, or another exchange. */
interface Bound {
  readonly key: string;
  readonly to: { readonly channel: string } | { readonly exchange: string };
}

/** RabbitMQ brings one of each type, and headers under a second name. */
const OWN_ROUTING: Readonly<Record<string, ExchangeFound["routing"]>> = {
  [AMQ_TOPIC.name]: "topic",
  "amq.direct": "direct",
};

export class Routing {
  /** By exchange; what was said twice is there once. */
  readonly #bound = new Map<string, Map<string, Bound>>();
  readonly #queues = new Map<string, string>();
  readonly #routings = new Map(Object.entries(OWN_ROUTING));

  constructor(received: readonly Channel[], exchanges: readonly ExchangeFound[]) {
    for (const exchange of exchanges) this.#add(exchange);
    for (const { id, kind, address, pattern, exchange, bindings = [] } of received) {
      if (address === null || pattern === null) continue;
      if (exchange !== undefined) this.#bind(exchange.name, { key: pattern, to: { channel: id } });
      if (kind !== undefined) this.#queues.set(address, id);
      for (const binding of bindings)
        this.#bind(binding.exchange, { key: binding.key, to: { channel: id } });
    }
  }

  from({ kind, exchange, address, pattern }: Channel): readonly string[] {
    if (address === null || pattern === null) return [];
    if (kind !== undefined) return this.fromExchange("", pattern);
    return exchange === undefined ? [] : this.fromExchange(exchange.name, pattern);
  }

  fromExchange(exchange: string, key: string, passed: Set<string> = new Set()): readonly string[] {
    if (passed.has(exchange)) return [];
    passed.add(exchange);
    // The default exchange routes to the queue of the key's name.
    if (exchange === "")
      return [...this.#queues]
        .filter(([name]) => this.#meets("direct", key, name))
        .map(([, channel]) => channel);
    const routing = this.#routings.get(exchange) ?? "any";
    const reached = [...(this.#bound.get(exchange)?.values() ?? [])]
      .filter((bound) => this.#meets(routing, key, bound.key))
      .flatMap(({ to }) =>
        "channel" in to ? [to.channel] : this.fromExchange(to.exchange, key, passed),
      );
    return [...new Set(reached)];
  }

  /** Whether a key that is sent can be one that a binding takes; a binding to a direct exchange has no wildcards. */
  #meets(routing: ExchangeFound["routing"], sent: string, bound: string): boolean {
    if (routing === "any") return true;
    if (routing === "topic") return overlap(sent, bound, "rabbitmq");
    return sent === bound || (/[*#]/.test(sent) && overlap(sent, bound, "rabbitmq"));
  }

  #add({ name, routing, bindTo, alternate }: ExchangeFound): void {
    this.#routings.set(name, OWN_ROUTING[name] ?? routing);
    for (const { exchange, key } of bindTo) {
      this.#bind(exchange.name, { key, to: { exchange: name } });
      this.#add(exchange);
    }
    if (alternate === undefined) return;
    // What is not taken here goes there: it can be any key.
    this.#bind(name, { key: "#", to: { exchange: alternate.name } });
    this.#add(alternate);
  }

  #bind(exchange: string, bound: Bound): void {
    const bounds = this.#bound.get(exchange) ?? new Map<string, Bound>();
    this.#bound.set(exchange, bounds.set(JSON.stringify(bound), bound));
  }
}
