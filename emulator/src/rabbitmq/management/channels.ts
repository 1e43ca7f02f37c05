/** The channels of connections. */
import type { Broker, ChannelView } from "../model/contract.ts";
import { type Answer, noSuchObject, ok } from "./answer.ts";
import { existingConnection, peerOf, visibleConnections } from "./connections.ts";
import { listing, pageOf } from "./listing.ts";
import { type ApiRequest, existingVhost, named } from "./request.ts";

type Item = Readonly<Record<string, unknown>>;

export function listChannels(request: ApiRequest): Answer {
  return ok(pageOf(listing(channelsOf(request), request.query), request.query));
}

export function listVhostChannels(request: ApiRequest): Answer {
  const { name } = existingVhost(request);
  const all = channelsOf(request).filter(({ vhost }) => vhost === name);
  return ok(listing(all, request.query));
}

export function listConnectionChannels(request: ApiRequest): Answer {
  const { channels } = existingConnection(request);
  return ok(
    listing(
      channels.map((channel) => channelJson(request.broker, channel)),
      request.query,
    ),
  );
}

export function getChannel(request: ApiRequest): Answer {
  const wanted = named(request, "channel");
  const channel = visibleConnections(request)
    .flatMap(({ channels }) => channels)
    .find((each) => channelName(each) === wanted);
  if (channel === undefined) throw noSuchObject();
  const consumers = channel.consumers.map(({ tag, noAck, exclusive, prefetch }) => ({
    consumer_tag: tag,
    ack_required: !noAck,
    exclusive,
    prefetch_count: prefetch,
    channel_details: channelDetails(request.broker, channel),
  }));
  return ok({ ...channelJson(request.broker, channel), consumer_details: consumers });
}

/** The channel, as a consumer names it. */
export function channelDetails({ node }: Broker, channel: ChannelView): Item {
  const { connection, number } = channel;
  return {
    name: channelName(channel),
    number,
    user: connection.user,
    connection_name: connection.name,
    ...peerOf(connection),
    node,
  };
}

function channelsOf(request: ApiRequest): readonly Item[] {
  return visibleConnections(request).flatMap(({ channels }) =>
    channels.map((channel) => channelJson(request.broker, channel)),
  );
}

function channelName({ connection, number }: ChannelView): string {
  return `${connection.name} (${number})`;
}

function channelJson({ node }: Broker, channel: ChannelView): Item {
  const { connection, number } = channel;
  return {
    name: channelName(channel),
    number,
    node,
    state: "running",
    user: connection.user,
    user_who_performed_action: connection.user,
    vhost: connection.vhost,
    connection_details: { name: connection.name, ...peerOf(connection) },
    confirm: channel.confirms,
    transactional: channel.transactional,
    consumer_count: channel.consumers.length,
    messages_unacknowledged: channel.unsettled,
    prefetch_count: channel.prefetch,
    global_prefetch_count: channel.globalPrefetch,
  };
}
