/**
 * Which queues a message reaches, as RabbitMQ decides it: for the memory rung and for what a test waits for. Not here:
 * alternate exchanges, and the exchanges of plugins that choose one of several queues (there every bound queue receives).
 */
import type { Outgoing, Routing } from "../driver.ts";
import {
  routingType,
  type Exchange,
  type ExchangeBinding,
  type HeadersMatch,
} from "./exchanges.ts";
import type { RabbitmqExchangePublishOptions } from "./options.ts";
import { keyOf, subscribed } from "./topology.ts";

/** Where a message is published. */
export interface Route {
  /** Empty: the default exchange. */
  readonly exchange: Exchange | undefined;
  readonly key: string;
}

/** A message to a queue goes through the default exchange, whose keys are the queues' names. */
export function routeOf({ address, channel, options }: Outgoing, defaultExchange: Exchange): Route {
  if (channel !== undefined) return { exchange: undefined, key: address };
  const { exchange } = (options ?? {}) as RabbitmqExchangePublishOptions;
  return { exchange: exchange ?? defaultExchange, key: address };
}

/** The routing of brokers with this default exchange. */
export function routingBy(defaultExchange: Exchange): Routing {
  return {
    matches(subscription, message) {
      const { queue, bindings } = subscribed(subscription, defaultExchange);
      const { exchange, key } = routeOf(message, defaultExchange);
      const { CC = [], BCC = [] } = (message.options ?? {}) as RabbitmqExchangePublishOptions;
      return [key, ...CC, ...BCC].some((each) =>
        exchange === undefined
          ? each === queue.name
          : bindings.some((binding) => arrives(exchange.name, each, message.headers, binding)),
      );
    },
    groupOf(subscription) {
      const { queue, kind } = subscribed(subscription, defaultExchange);
      // Each subscriber of a stream gets all of it.
      return kind === "shared" ? queue.name : undefined;
    },
  };
}

/** Whether a message published to an exchange passes a binding, directly or through exchanges bound to each other. */
export function arrives(
  from: string,
  key: string,
  headers: Readonly<Record<string, unknown>>,
  binding: ExchangeBinding,
  passed: ReadonlySet<string> = new Set(),
): boolean {
  const { exchange } = binding;
  if (passed.has(exchange.name) || !passes(binding, key, headers)) return false;
  if (exchange.name === from) return true;
  const further = new Set([...passed, exchange.name]);
  return (exchange.options.bindTo ?? []).some((each) => arrives(from, key, headers, each, further));
}

function passes(
  binding: ExchangeBinding,
  key: string,
  headers: Readonly<Record<string, unknown>>,
): boolean {
  switch (routingType(binding.exchange)) {
    case "direct":
      return keyOf(binding) === key;
    case "topic":
      return matchesPattern(words(keyOf(binding)), words(key));
    case "headers":
      return matchesHeaders(binding.match, headers);
    default:
      return true;
  }
}

/** RabbitMQ: an empty key has no word at all. */
const words = (key: string): readonly string[] => (key === "" ? [] : key.split("."));

function matchesPattern(pattern: readonly string[], key: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return key.length === 0;
  if (first === "#")
    return matchesPattern(rest, key) || (key.length > 0 && matchesPattern(pattern, key.slice(1)));
  return (
    key.length > 0 && (first === "*" || first === key[0]) && matchesPattern(rest, key.slice(1))
  );
}

/** Names that begin with x- do not count (RabbitMQ, "Headers exchange"). */
function matchesHeaders(
  match: HeadersMatch | undefined,
  headers: Readonly<Record<string, unknown>>,
): boolean {
  const wanted = Object.entries(match?.all ?? match?.any ?? {}).filter(
    ([name]) => !name.startsWith("x-"),
  );
  const fits = ([name, value]: [string, unknown]) => headers[name] === value;
  return match?.any === undefined ? wanted.every(fits) : wanted.some(fits);
}
