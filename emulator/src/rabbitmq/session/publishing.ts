/** basic.publish and confirm.select: https://www.rabbitmq.com/docs/publishers */
import type { Outgoing } from "../model/contract.ts";
import { channelError, connectionError } from "../model/errors.ts";
import { checkSize, withoutBlindKeys } from "../model/message-checks.ts";
import type { Content } from "../wire/content.ts";
import { type Channel, REPLY_QUEUE } from "./channel.ts";
import { Confirms } from "./confirms.ts";
import type { Handlers } from "./handler.ts";

export const publishingMethods: Handlers = {
  "basic.publish"(channel, { exchange, routingKey, mandatory, immediate }, command) {
    if (immediate) throw connectionError(540, "immediate=true");
    checkSize(command.size);
    const { content, confirm } = command;
    if (content === null) return null;
    const outgoing = { exchange, routingKey, content: withReplyQueue(channel, content) };
    const { transaction, host } = channel;
    if (transaction !== null) {
      host.vhost.check(outgoing, host.actor);
      transaction.publish({ outgoing, mandatory });
      return null;
    }
    const taken = publishNow(channel, outgoing, mandatory);
    // Once only, though a fault may publish it twice.
    command.confirm = 0;
    if (confirm === 0 || channel.confirm === null) return null;
    if (taken) channel.confirm.take(confirm);
    else channel.confirm.refuse(confirm);
    host.owesConfirms(channel);
    return null;
  },

  "confirm.select"(channel, { noWait }) {
    if (channel.transaction !== null)
      throw channelError(406, "cannot switch from tx to confirm mode");
    channel.confirm ??= new Confirms();
    return noWait ? null : { name: "confirm.select-ok" };
  },
};

/** Whether the queues have taken it. What is mandatory and goes to none comes back, before it is confirmed. */
export function publishNow(channel: Channel, outgoing: Outgoing, mandatory: boolean): boolean {
  const { vhost, actor, line } = channel.host;
  const { queues, refused } = vhost.publish(outgoing, actor);
  if (mandatory && queues === 0) {
    const { exchange, routingKey } = outgoing;
    const { content } = withoutBlindKeys({ ...outgoing, number: 0 });
    const why = { replyCode: 312, replyText: "NO_ROUTE" };
    line.message(channel.number, { name: "basic.return", ...why, exchange, routingKey }, content);
  }
  return !refused;
}

/** A request that wants its answer on this channel is told where that is. */
function withReplyQueue({ replies }: Channel, content: Content): Content {
  if (!content.has("replyTo") || content.properties.replyTo !== REPLY_QUEUE) return content;
  if (replies === null) throw channelError(406, "fast reply consumer does not exist");
  return content.with({ replyTo: replies.name });
}
