/** How an exchange finds the bindings that a message takes: what the types of exchanges have in common. */
import type { Binding, Message } from "./contract.ts";

export interface Routing {
  /** Whether the routing key alone decides, so that the way of a key can be remembered. */
  readonly byKey: boolean;
  add(binding: Binding): void;
  remove(binding: Binding): void;
  /** Calls `found` for each; for one twice, maybe. `keys`: the routing key, then those of CC and BCC. */
  match(message: Message, keys: readonly string[], found: (binding: Binding) => void): void;
}

/** Direct: the key is the binding's key. */
export class DirectRouting implements Routing {
  readonly byKey = true;
  readonly #bindings = new Map<string, Set<Binding>>();

  add(binding: Binding): void {
    const held = this.#bindings.get(binding.routingKey);
    if (held === undefined) this.#bindings.set(binding.routingKey, new Set([binding]));
    else held.add(binding);
  }

  remove(binding: Binding): void {
    const held = this.#bindings.get(binding.routingKey);
    held?.delete(binding);
    if (held?.size === 0) this.#bindings.delete(binding.routingKey);
  }

  match(_: Message, keys: readonly string[], found: (binding: Binding) => void): void {
    for (const key of keys) for (const binding of this.#bindings.get(key) ?? []) found(binding);
  }
}

/** Fanout: every binding. */
export class FanoutRouting implements Routing {
  readonly byKey = true;
  readonly #bindings = new Set<Binding>();

  add(binding: Binding): void {
    this.#bindings.add(binding);
  }

  remove(binding: Binding): void {
    this.#bindings.delete(binding);
  }

  match(_: Message, __: readonly string[], found: (binding: Binding) => void): void {
    for (const binding of this.#bindings) found(binding);
  }
}

/** x-random: one of all bindings. */
export class RandomRouting implements Routing {
  readonly byKey = false;
  readonly #bindings: Binding[] = [];
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  add(binding: Binding): void {
    this.#bindings.push(binding);
  }

  remove(binding: Binding): void {
    this.#bindings.splice(this.#bindings.indexOf(binding), 1);
  }

  match(_: Message, __: readonly string[], found: (binding: Binding) => void): void {
    const binding = this.#bindings[Math.floor(this.#random() * this.#bindings.length)];
    if (binding !== undefined) found(binding);
  }
}
