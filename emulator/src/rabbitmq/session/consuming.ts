/** basic.*, as far as it gets messages: https://www.rabbitmq.com/amqp-0-9-1-reference#class.basic */
import type { Queue } from "../model/contract.ts";
import { channelError, connectionError } from "../model/errors.ts";
import { described, generatedName } from "../model/names.ts";
import type { MethodOf } from "../wire/methods.ts";
import { type Channel, REPLY_QUEUE } from "./channel.ts";
import { ChannelConsumer } from "./consumer.ts";
import type { Handlers } from "./handler.ts";
import { queueName } from "./queue-methods.ts";

export const consumingMethods: Handlers = {
  "basic.qos"(channel, { prefetchSize, prefetchCount, global }) {
    if (prefetchSize !== 0) throw connectionError(540, `prefetch_size!=0 (${prefetchSize})`);
    channel.send({ name: "basic.qos-ok" });
    if (!global) channel.prefetch = prefetchCount;
    // A limit for each consumer ends that of the channel: rabbit_channel, `basic.qos`.
    channel.limit(global ? prefetchCount : 0);
    return null;
  },

  "basic.consume"(channel, method) {
    const tag = method.consumerTag === "" ? generatedName("amq.ctag") : method.consumerTag;
    if (channel.byTag.has(tag))
      throw connectionError(530, `attempt to reuse consumer tag '${tag}'`);
    if (method.queue === REPLY_QUEUE) consumeReplies(channel, tag, method);
    const consumer = method.queue === REPLY_QUEUE ? null : consume(channel, tag, method);
    if (!method.noWait) channel.send({ name: "basic.consume-ok", consumerTag: tag });
    consumer?.start();
    return null;
  },

  "basic.cancel"(channel, { consumerTag, noWait }) {
    const { replies, host } = channel;
    if (replies?.tag === consumerTag) {
      host.vhost.replies.close(replies.name);
      channel.replies = null;
    }
    const consumer = channel.byTag.get(consumerTag);
    channel.byTag.delete(consumerTag);
    consumer?.stop();
    consumer?.queue.cancel(consumer);
    return noWait ? null : { name: "basic.cancel-ok", consumerTag };
  },

  "basic.get"(channel, method) {
    const { noAck } = method;
    const { vhost, actor, line } = channel.host;
    const queue = vhost.findQueue(queueName(channel, method.queue), actor, "read");
    const got = queue.get(noAck);
    if (got === null) return { name: "basic.get-empty" };
    const { delivery, remaining: messageCount } = got;
    const { redelivered, message, content } = delivery;
    const { exchange, routingKey } = message;
    const deliveryTag = channel.hold(delivery, noAck);
    const answer = { deliveryTag, redelivered, exchange, routingKey, messageCount };
    channel.transmit(
      line.frames(channel.number, { name: "basic.get-ok", ...answer }, content),
      "basic.get-ok",
      delivery,
      { pattern: queue.name, group: queue.name },
    );
    return null;
  },
};

function consume(
  channel: Channel,
  tag: string,
  method: MethodOf<"basic.consume">,
): ChannelConsumer {
  const { vhost, actor } = channel.host;
  const queue = vhost.findQueue(queueName(channel, method.queue), actor, "read");
  if (channel.globalPrefetch > 0 && queue.type !== "classic") throw noGlobalPrefetch(queue);
  const consumer = new ChannelConsumer(channel, queue, tag, method);
  queue.consume(consumer);
  channel.byTag.set(tag, consumer);
  return consumer;

  function noGlobalPrefetch({ name }: Queue): Error {
    return connectionError(
      540,
      `${described("queue", name, vhost.name)} does not support global qos`,
    );
  }
}

function consumeReplies(channel: Channel, tag: string, { noAck }: MethodOf<"basic.consume">): void {
  if (!noAck) throw channelError(406, "reply consumer cannot acknowledge");
  if (channel.replies !== null) throw channelError(406, "reply consumer already set");
  const name = channel.host.vhost.replies.open((message) => channel.deliverReply(tag, message));
  channel.replies = { tag, name };
}
