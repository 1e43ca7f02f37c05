/** Options that cannot go together, said where they are declared. */
import type { Complain, Subscribable } from "../driver.ts";
import type { QueueOptions } from "./channels.ts";
import { routingType, type Exchange } from "./exchanges.ts";
import type { ConsumerOptions, RabbitmqSubscriberOptions } from "./options.ts";
import { subscribed } from "./topology.ts";

/** @throws {DeclarationError} naming the option. */
export function checkSubscriber(
  subscription: Subscribable,
  complain: Complain,
  defaultExchange: Exchange,
): void {
  const { address, channel, options } = subscription;
  const {
    concurrency = 1,
    prefetch,
    group,
    queue,
    exchange,
    match,
    bindKey,
  } = options as {
    concurrency?: number;
  } & Pick<ConsumerOptions, "prefetch"> &
    RabbitmqSubscriberOptions;

  if (prefetch !== undefined) {
    const least = channel?.type === "stream" ? 1 : 0;
    if (!Number.isInteger(prefetch) || prefetch < least || prefetch > 65_535)
      complain(`prefetch ${prefetch}: give a whole number from ${least} to 65535`);
    if (prefetch > 0 && prefetch < concurrency)
      complain(
        `prefetch ${prefetch} and concurrency ${concurrency}: no more than ${prefetch} would ever be handled at once`,
      );
  }
  if (channel !== undefined) {
    if (address.wild)
      complain(
        "a {param}: a queue is subscribed to by its one name; bind it with a pattern instead",
      );
    const { passive, bind = [] } = channel.options as QueueOptions;
    if (passive === true && bind.length > 0)
      complain("a passive queue with `bind`: whoever declares the queue binds it");
    return;
  }
  if (queue !== undefined && group === undefined)
    complain("the option queue without group: without one the queue is the subscriber's own");
  const bound = exchange ?? defaultExchange;
  const routes = routingType(bound);
  if (match !== undefined && routes !== "headers")
    complain(`match, but the exchange "${bound.name}" does not route by headers`);
  if (address.wild && bindKey === undefined && routes === "direct")
    complain(
      `a pattern, but the exchange "${bound.name}" is ${bound.type} and routes by equal keys: name one key, or use a topic exchange`,
    );
  const { name } = subscribed(subscription, defaultExchange).queue;
  // AMQP 0-9-1: names are short strings.
  if (Buffer.byteLength(name) > 255)
    complain(
      `a queue name longer than 255 bytes ("${name}"): give it another one by \`queue.name\``,
    );
}
