/** Where an event belongs in the topology: which channels its address is one of, which operations took part. */
import type { JournalEvent } from "@millrace/emulator/remote";
import type { Channel, Operation, ProtocolName, Topology } from "../topology.ts";
import { matches } from "./addresses.ts";
import { BoundedMap } from "./bounded-map.ts";

export interface Routes {
  /** The channels that a concrete address is one of; those that name it exactly come first. */
  channels(protocol: ProtocolName, address: string): readonly string[];
  /** The operations of a service by which it sent, received or settled this event's message. */
  operations(event: JournalEvent, service: string): readonly Operation[];
}

export function createRoutes(topology: Topology): Routes {
  const channels = new Map(topology.channels.map((channel) => [channel.id, channel]));
  const known = new BoundedMap<string, readonly string[]>(5000);

  function channelsOf(protocol: ProtocolName, address: string): readonly string[] {
    const key = `${protocol}:${address}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = topology.channels
      .filter((channel) => channel.protocol === protocol && covers(channel, address))
      .toSorted((a, b) => Number(b.address === address) - Number(a.address === address))
      .map((channel) => channel.id);
    known.set(key, found);
    return found;
  }

  return {
    channels: channelsOf,
    operations(event, service) {
      const action = event.subscription === undefined && isSenders(event) ? "send" : "receive";
      const onChannel = new Set(channelsOf(event.protocol, event.channel));
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

function covers(channel: Channel, address: string): boolean {
  if (channel.address === address) return true;
  return channel.pattern !== null && matches(channel.protocol, channel.pattern, address);
}
