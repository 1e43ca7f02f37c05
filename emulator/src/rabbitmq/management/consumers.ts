/** Consumers of queues, over all connections. */
import type { Consumer, Queue, VirtualHost } from "../model/contract.ts";
import { type Answer, ok } from "./answer.ts";
import { channelDetails } from "./channels.ts";
import { tableToJson } from "./field-json.ts";
import { listing } from "./listing.ts";
import { type ApiRequest, existingVhost, hasTag } from "./request.ts";

export function listConsumers(request: ApiRequest): Answer {
  const { broker, parameters, user, query } = request;
  const vhosts =
    parameters["vhost"] === undefined ? [...broker.vhosts.values()] : [existingVhost(request)];
  const all = vhosts.flatMap((vhost) =>
    [...vhost.queues.values()].flatMap((queue) =>
      queue.consumers
        .filter(
          ({ channel }) => hasTag(user, "monitoring") || channel.connection.user === user.name,
        )
        .map((consumer) => consumerJson(request, vhost, queue, consumer)),
    ),
  );
  return ok(listing(all, query));
}

export function consumerJson(
  { broker }: ApiRequest,
  vhost: VirtualHost,
  queue: Queue,
  consumer: Consumer,
): Readonly<Record<string, unknown>> {
  const active = queue.activeConsumer === null || queue.activeConsumer === consumer;
  return {
    consumer_tag: consumer.tag,
    queue: { name: queue.name, vhost: vhost.name },
    channel_details: channelDetails(broker, consumer.channel),
    ack_required: !consumer.noAck,
    exclusive: consumer.exclusive,
    prefetch_count: consumer.prefetch,
    active,
    activity_status: active ? (queue.activeConsumer === null ? "up" : "single_active") : "waiting",
    arguments: tableToJson(consumer.arguments),
  };
}
