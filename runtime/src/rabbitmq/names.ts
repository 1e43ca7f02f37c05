/** How RabbitMQ writes what a plain address means, and queue names. */
import type { AddressDialect } from "../address.ts";

/** Binding keys of topic exchanges; `a.#` matches `a`, and `#` may stand anywhere. */
export const BINDING_KEYS: AddressDialect = {
  separator: ".",
  one: "*",
  rest: "#",
  restMatchesParent: true,
  restAnywhere: true,
};

export const QUEUE_NAMES: AddressDialect = {
  ...BINDING_KEYS,
  noWildcards: "a queue has one name; bind it to an exchange with a pattern instead",
};
