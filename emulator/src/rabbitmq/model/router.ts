/** Where a message goes: from exchange to exchange, to each queue once. */
import type { Binding, Message, Queue } from "./contract.ts";
import type { BoundExchange } from "./exchange.ts";

/** How many keys an exchange remembers the way of. */
const REMEMBERED_KEYS = 10_000;

export interface Topology {
  readonly exchanges: ReadonlyMap<string, BoundExchange>;
  readonly queues: ReadonlyMap<string, Queue>;
  /** Where messages go that an exchange finds no binding for. */
  alternateOf(exchange: BoundExchange): string | undefined;
}

export class Router {
  readonly #topology: Topology;
  #state = 0;

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  /** `copies`: further keys, those of CC and BCC. */
  route(exchange: BoundExchange, message: Message, copies: readonly string[]): readonly Queue[] {
    const { routingKey } = message;
    if (copies.length > 0) {
      const keys = [routingKey, ...copies];
      return exchange.name === "" ? this.#byName(keys) : this.#walk(exchange, message, keys).queues;
    }
    if (exchange.waysAsOf !== this.#state) {
      exchange.ways.clear();
      exchange.waysAsOf = this.#state;
    }
    const known = exchange.ways.get(routingKey);
    if (known !== undefined) return known;
    const keys = [routingKey];
    if (exchange.name === "") return remember(exchange, routingKey, this.#byName(keys));
    const { queues, byKey } = this.#walk(exchange, message, keys);
    return byKey ? remember(exchange, routingKey, queues) : queues;
  }

  /** Exchanges, bindings or policies have changed. */
  forget(): void {
    this.#state++;
  }

  /** A queue has come or gone. Where it was bound its bindings have changed. */
  forgetName(queue: string): void {
    this.#topology.exchanges.get("")?.ways.delete(queue);
  }

  #byName(keys: readonly string[]): readonly Queue[] {
    const found = keys.flatMap((name) => this.#topology.queues.get(name) ?? []);
    return ordered(new Set(found));
  }

  #walk(
    start: BoundExchange,
    message: Message,
    keys: readonly string[],
  ): { readonly queues: readonly Queue[]; readonly byKey: boolean } {
    const { exchanges, queues } = this.#topology;
    const found = new Set<Queue>();
    // Each exchange is passed once, so that bindings in a circle end.
    const reached = new Set([start]);
    let byKey = true;
    let matched = false;
    const reach = (name: string) => {
      const exchange = exchanges.get(name);
      if (exchange !== undefined) reached.add(exchange);
    };
    const take = (binding: Binding) => {
      matched = true;
      if (binding.destinationType === "exchange") return reach(binding.destination);
      const queue = queues.get(binding.destination);
      if (queue !== undefined) found.add(queue);
    };
    // What is added to a set while it is gone through comes, too.
    for (const exchange of reached) {
      matched = false;
      byKey &&= exchange.routing.byKey;
      exchange.routing.match(message, keys, take);
      const alternate = matched ? undefined : this.#topology.alternateOf(exchange);
      if (alternate !== undefined) reach(alternate);
    }
    return { queues: ordered(found), byKey };
  }
}

function remember(
  exchange: BoundExchange,
  key: string,
  queues: readonly Queue[],
): readonly Queue[] {
  // Of keys that lead nowhere there may be any number, and a service has few.
  if (exchange.ways.size >= REMEMBERED_KEYS) exchange.ways.clear();
  exchange.ways.set(key, queues);
  return queues;
}

/** By their names, as RabbitMQ does it. */
function ordered(queues: ReadonlySet<Queue>): readonly Queue[] {
  return queues.size < 2
    ? [...queues]
    : [...queues].sort((one, other) => (one.name < other.name ? -1 : 1));
}
