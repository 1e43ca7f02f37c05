/** The arguments of basic.consume. Pure. */
import type { ConsumeOptions } from "./driver.ts";
import type { ConsumerOptions, StreamSubscriberOptions } from "./options.ts";
import type { Subscribed } from "./topology.ts";

/** How many messages the broker hands over before the first is acknowledged; AMQP's number has 16 bits. */
export function prefetchFor(given: number | undefined, concurrency: number): number {
  return given ?? Math.min(65_535, Math.max(20, 2 * concurrency));
}

/** A stream's offset as its argument. https://www.rabbitmq.com/docs/streams#consuming */
export function streamOffset(
  kind: Subscribed["kind"],
  offset: StreamSubscriberOptions["offset"] = "next",
): object {
  if (kind !== "stream") return {};
  const value =
    offset instanceof Date
      ? { "!": "timestamp", value: Math.floor(offset.getTime() / 1000) }
      : typeof offset === "number"
        ? { "!": "long", value: offset }
        : offset;
  return { "x-stream-offset": value };
}

export function consumeArguments(
  { consumerTag, exclusive, priority, consumerArguments }: ConsumerOptions,
  further: object,
): ConsumeOptions {
  return {
    ...(consumerTag === undefined ? {} : { consumerTag }),
    ...(exclusive === undefined ? {} : { exclusive }),
    ...(priority === undefined ? {} : { priority }),
    arguments: { ...further, ...consumerArguments },
  };
}
