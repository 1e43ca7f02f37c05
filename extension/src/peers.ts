/** Who stands at the other end of an operation, as the topology knows it. */
import type { Operation, Topology } from "@millrace/workbench/protocol";

/** A subscriber's publishers, or a publisher's subscribers. */
export function peersOf(topology: Topology, operation: Operation): readonly Operation[] {
  const [near, far] =
    operation.action === "receive" ? (["to", "from"] as const) : (["from", "to"] as const);
  const ids = new Set(
    topology.links
      .filter((link) => link.kind === "message" && link[near] === operation.id)
      .map((link) => link[far]),
  );
  return topology.operations.filter(({ id }) => ids.has(id));
}

/** `2 publishers`, `1 subscriber`. */
export function peerCount(topology: Topology, operation: Operation): string {
  const { length } = peersOf(topology, operation);
  const noun = operation.action === "receive" ? "publisher" : "subscriber";
  return `${length} ${noun}${length === 1 ? "" : "s"}`;
}

/** `orders.{id}`, or the source text of an address that is only known when the service runs. */
export function addressOf(topology: Topology, operation: Operation): string {
  return channelName(topology, operation.channel);
}

export function channelName(topology: Topology, id: string): string {
  const channel = topology.channels.find((candidate) => candidate.id === id);
  if (channel?.address == null) return channel?.expression ?? id;
  return channel.bucket === undefined ? channel.address : `${channel.bucket}/${channel.address}`;
}

export function serviceName(topology: Topology, id: string): string {
  return topology.services.find((service) => service.id === id)?.name ?? id;
}
