/** Where an event belongs in the topology: which channels its address is one of, which operations took part. */
import type { JournalEvent } from "@millrace/emulator/remote";
import type { Channel, Operation, Topology } from "../topology.ts";
import { keyIn, matches } from "./addresses.ts";
import { BoundedMap } from "./bounded-map.ts";

/** What of an event says on which channel it happened. */
type Spot = Pick<JournalEvent, "protocol" | "channel" | "channelType" | "subscription">;

export interface Routes {
  /** The channels that an event's address is one of; those that name it exactly come first. */
  channels(event: Spot): readonly string[];
  /** The operations of a service by which it sent, received or settled this event's message. */
  operations(event: JournalEvent, service: string): readonly Operation[];
}

export function createRoutes(topology: Topology): Routes {
  const channels = new Map(topology.channels.map((channel) => [channel.id, channel]));
  const known = new BoundedMap<string, readonly string[]>(5000);

  function channelsOf(spot: Spot): readonly string[] {
    const group = spot.subscription?.group ?? "";
    const key = `${spot.protocol} ${spot.channelType ?? ""} ${group} ${spot.channel}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = topology.channels
      .filter((channel) => channel.protocol === spot.protocol && covers(channel, spot))
      .toSorted((a, b) => Number(b.address === spot.channel) - Number(a.address === spot.channel))
      .map((channel) => channel.id);
    known.set(key, found);
    return found;
  }

  return {
    channels: channelsOf,
    operations(event, service) {
      const action = event.subscription === undefined && isSenders(event) ? "send" : "receive";
      const onChannel = new Set(channelsOf(event));
      const found = topology.operations.filter(
        (operation) =>
          operation.service === service &&
          operation.action === action &&
          onChannel.has(operation.channel),
      );
      const { subscription } = event;
      if (subscription === undefined) return found;
      // A service may listen to `orders.*` and to `orders.new`: each subscription gets a delivery of its own.
      const subscribed = found.filter(
        (operation) => channels.get(operation.channel)?.pattern === subscription.pattern,
      );
      const grouped = subscribed.filter((operation) => operation.group === subscription.group);
      return grouped.length > 0 ? grouped : subscribed.length > 0 ? subscribed : found;
    },
  };
}

/** Events that are about the one who sent the message; all others are about a receiver. */
function isSenders(event: JournalEvent): boolean {
  return event.kind === "published" || event.kind === "dropped" || event.kind === "expired";
}

function covers(channel: Channel, spot: Spot): boolean {
  const { channel: at, channelType } = spot;
  if (channel.protocol === "rabbitmq") return coversInRabbitmq(channel, spot);
  // A Redis list, stream and channel of one name are three things.
  const own = channel.kind === "list" || channel.kind === "stream" ? channel.kind : undefined;
  if (channel.protocol === "redis" && own !== channelType) return false;
  const address = channel.kind === "kv" ? keyIn(channel.bucket ?? "", at) : at;
  if (address === null) return false;
  if (channel.address === address) return true;
  return channel.pattern !== null && matches({ ...channel, address: channel.pattern }, address);
}

/** A queue, and a routing key on each exchange, are things of their own. A queue also hands on what exchanges gave it. */
function coversInRabbitmq(
  channel: Channel,
  { channel: at, channelType, subscription }: Spot,
): boolean {
  const { exchange } = channel;
  if (exchange === undefined)
    return channel.address === (channelType === "queue" ? at : subscription?.group);
  if (channelType !== `exchange:${exchange.name}`) return false;
  // These look at no key.
  if (exchange.type === "fanout" || exchange.type === "headers") return true;
  if (channel.address === at) return true;
  return channel.pattern !== null && matches({ ...channel, address: channel.pattern }, at);
}
