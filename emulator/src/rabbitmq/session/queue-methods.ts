/** queue.*: https://www.rabbitmq.com/amqp-0-9-1-reference#class.queue */
import type { Binding, Queue } from "../model/contract.ts";
import { channelError } from "../model/errors.ts";
import { described, withoutLineEnds } from "../model/names.ts";
import type { MethodOf } from "../wire/methods.ts";
import { type Channel, REPLY_QUEUE } from "./channel.ts";
import type { Handlers } from "./handler.ts";

export const queueMethods: Handlers = {
  "queue.declare"(channel, method) {
    const { noWait } = method;
    const name = withoutLineEnds(method.queue);
    if (name.startsWith(REPLY_QUEUE)) return declareReplies(channel, name, noWait);
    const queue = method.passive ? find(channel, name) : declare(channel, name, method);
    queue.touch();
    channel.lastQueue = queue.name;
    if (noWait) return null;
    const { messageCount, consumerCount } = queue;
    return { name: "queue.declare-ok", queue: queue.name, messageCount, consumerCount };
  },

  "queue.bind"(channel, method) {
    const { vhost, actor } = channel.host;
    vhost.bind(bindingOf(channel, method), actor);
    return method.noWait ? null : { name: "queue.bind-ok" };
  },

  "queue.unbind"(channel, method) {
    const { vhost, actor } = channel.host;
    vhost.unbind(bindingOf(channel, method), actor);
    return { name: "queue.unbind-ok" };
  },

  "queue.purge"(channel, { queue, noWait }) {
    const { vhost, actor } = channel.host;
    const messageCount = vhost.purgeQueue(queueName(channel, queue), actor);
    return noWait ? null : { name: "queue.purge-ok", messageCount };
  },

  "queue.delete"(channel, { queue, ifUnused, ifEmpty, noWait }) {
    const { vhost, actor } = channel.host;
    const name = withoutLineEnds(queueName(channel, queue));
    const messageCount = vhost.deleteQueue(name, { ifUnused, ifEmpty }, actor);
    return noWait ? null : { name: "queue.delete-ok", messageCount };
  },
};

/** Without a name it is the one that the channel has declared last. */
export function queueName({ lastQueue }: Channel, name: string): string {
  if (name !== "") return name;
  if (lastQueue === "") throw channelError(404, "no previously declared queue");
  return lastQueue;
}

function declare(
  { host: { vhost, actor } }: Channel,
  name: string,
  { durable, exclusive, autoDelete, arguments: given }: MethodOf<"queue.declare">,
): Queue {
  const declaration = {
    name,
    // An exclusive queue goes with its connection, whatever is said.
    durable: durable && !exclusive,
    owner: exclusive ? actor.connection : null,
    autoDelete,
    arguments: given,
  };
  return vhost.declareQueue(declaration, actor);
}

function find({ host: { vhost, actor } }: Channel, name: string): Queue {
  return vhost.findQueue(name, actor, null);
}

/** The queue of somebody's answers is there as long as it is consumed. */
function declareReplies(channel: Channel, name: string, noWait: boolean) {
  const { vhost } = channel.host;
  if (name !== REPLY_QUEUE && !vhost.replies.has(name))
    throw channelError(404, `no ${described("queue", name, vhost.name)}`);
  channel.lastQueue = name;
  if (noWait) return null;
  return { name: "queue.declare-ok", queue: name, messageCount: 0, consumerCount: 1 } as const;
}

function bindingOf(
  channel: Channel,
  method: MethodOf<"queue.bind"> | MethodOf<"queue.unbind">,
): Binding {
  const { queue, exchange, routingKey } = method;
  const destination = queueName(channel, queue);
  return {
    source: withoutLineEnds(exchange),
    destination: withoutLineEnds(destination),
    destinationType: "queue",
    routingKey: queue === "" && routingKey === "" ? destination : routingKey,
    arguments: method.arguments,
  };
}
