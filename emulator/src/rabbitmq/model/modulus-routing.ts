/**
 * x-modulus-hash: each message goes to one of the bindings, by a hash of its routing key modulo their number.
 * https://github.com/rabbitmq/rabbitmq-server/tree/main/deps/rabbitmq_sharding
 */
import type { Binding, Message } from "./contract.ts";
import { hashOfList } from "./erlang-hash.ts";
import type { Routing } from "./routing.ts";

export class ModulusRouting implements Routing {
  readonly byKey = true;
  /** In the order in which RabbitMQ keeps them: by key, then exchanges before queues, then by name. */
  #bindings: Binding[] = [];

  add(binding: Binding): void {
    this.#bindings = [...this.#bindings, binding].sort((one, other) =>
      Buffer.compare(placeOf(one), placeOf(other)),
    );
  }

  remove(binding: Binding): void {
    this.#bindings = this.#bindings.filter((held) => held !== binding);
  }

  match(_: Message, keys: readonly string[], found: (binding: Binding) => void): void {
    const hash = hashOfList(keys.map((key) => Buffer.from(key)));
    const binding = this.#bindings[hash % this.#bindings.length];
    if (binding !== undefined) found(binding);
  }
}

function placeOf({ routingKey, destinationType, destination }: Binding): Buffer {
  return Buffer.from(`${routingKey}\0${destinationType}\0${destination}`);
}
