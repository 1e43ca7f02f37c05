/** basic.ack, nack, reject and recover: https://www.rabbitmq.com/docs/confirms#consumer-acknowledgements */
import { connectionError, internalError } from "../model/errors.ts";
import type { Channel } from "./channel.ts";
import type { Handlers } from "./handler.ts";
import type { Held, Settlement } from "./unsettled.ts";

export const settlingMethods: Handlers = {
  "basic.ack": (channel, { deliveryTag, multiple }) =>
    settle(channel, "acknowledge", deliveryTag, multiple),

  "basic.nack": (channel, { deliveryTag, multiple, requeue }) =>
    settle(channel, requeue ? "requeue" : "reject", deliveryTag, multiple),

  "basic.reject": (channel, { deliveryTag, requeue }) =>
    settle(channel, requeue ? "requeue" : "reject", deliveryTag, false),

  "basic.recover"(channel, { requeue }) {
    const held = takeToRecover(channel, requeue);
    channel.send({ name: "basic.recover-ok" });
    channel.settle("requeue", held);
    return null;
  },

  "basic.recover-async"(channel, { requeue }) {
    channel.settle("requeue", takeToRecover(channel, requeue));
    return null;
  },
};

function settle(channel: Channel, kind: Settlement, tag: number, multiple: boolean): null {
  const held = channel.held.take(tag, multiple);
  if (channel.transaction === null) channel.settle(kind, held);
  else channel.transaction.settle(kind, held);
  return null;
}

function takeToRecover(channel: Channel, requeue: boolean): Held[] {
  if (!requeue) throw connectionError(540, "requeue=false");
  const held = channel.held.takeAll();
  // RabbitMQ's channel does not survive that a stream takes nothing back.
  if (held.some(({ delivery }) => delivery.queue.type === "stream")) throw internalError();
  return held;
}
