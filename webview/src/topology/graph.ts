/** Topology → nodes and edges as they are drawn: services with their operations as ports, channels between them. */
import type { Channel, Operation, Problem, Service, Topology } from "@millrace/workbench/protocol";
import { channelName } from "../channel-words.ts";
import type { Observed } from "../store/traffic-state.ts";

export interface ServiceCard {
  readonly kind: "service";
  readonly id: string;
  readonly name: string;
  readonly service: Service;
  readonly receives: readonly Operation[];
  readonly sends: readonly Operation[];
  /** Returned values: from the n-th receiving to the m-th sending port. */
  readonly inner: readonly { readonly from: number; readonly to: number }[];
  readonly problems: readonly Problem[];
}

export interface ChannelCard {
  readonly kind: "channel";
  readonly id: string;
  /** The address, or the source text of one that could not be resolved. */
  readonly name: string;
  readonly channel: Channel;
  readonly problems: readonly Problem[];
}

/** Somebody at a broker whom no service of this workspace claims. */
export interface ClientCard {
  readonly kind: "client";
  readonly id: string;
  readonly name: string;
}

export type Card = ServiceCard | ChannelCard | ClientCard;

export interface Wire {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly channel: string;
  /** The service or client at the other end; the receiving channel of a broker's own way. */
  readonly actor: string;
  readonly direction: "send" | "receive";
  /** Declared; only seen in the traffic; or the broker's own way from a channel to one that receives what is sent to it. */
  readonly kind: "declared" | "seen" | "routed" | "dead-letter";
  /** The declared one. */
  readonly operation: string | null;
}

export interface Graph {
  readonly cards: readonly Card[];
  readonly wires: readonly Wire[];
}

export function buildGraph(
  topology: Topology,
  observed: readonly Observed[],
  clients: ReadonlyMap<string, string>,
): Graph {
  const problems = problemsByNode(topology);
  const services = topology.services.map((service) =>
    serviceCard(service, topology, problems.get(service.id) ?? []),
  );
  const channels = topology.channels.map((channel): ChannelCard => ({
    kind: "channel",
    id: channel.id,
    name: channelName(channel),
    channel,
    problems: problems.get(channel.id) ?? [],
  }));
  const strangers = [...clients].map(([id, name]): ClientCard => ({ kind: "client", id, name }));
  const cards = [...services, ...channels, ...strangers];
  const known = new Set(cards.map((card) => card.id));

  const wires = [
    ...topology.operations.map(declaredWire),
    ...brokersWires(topology),
    ...observed.map(observedWire),
  ].filter((wire) => known.has(wire.from) && known.has(wire.to));
  return { cards, wires };
}

/** A node with those one step away, channels and what is behind them: what "focus" leaves. */
export function neighbourhood(graph: Graph, id: string): ReadonlySet<string> {
  const near = new Set([id]);
  const channels = new Set<string>();
  for (const wire of graph.wires) {
    if (wire.channel === id || wire.actor === id) {
      near.add(wire.actor).add(wire.channel);
      channels.add(wire.channel);
    }
  }
  // What the broker leads on stands for the channel that it comes from, or goes to.
  for (const { kind, from, to } of graph.wires) {
    if (kind === "declared" || kind === "seen" || !(channels.has(from) || channels.has(to)))
      continue;
    channels.add(from).add(to);
    near.add(from).add(to);
  }
  // A service's neighbour is the service behind the channel, not the channel alone.
  for (const wire of graph.wires) if (channels.has(wire.channel)) near.add(wire.actor);
  return near;
}

/** The card an id stands on: an operation's is its service's. */
export function cardOf(topology: Topology, id: string): string {
  const operation = topology.operations.find((one) => one.id === id);
  if (operation !== undefined) return operation.service;
  return topology.servers.find((server) => server.id === id)?.service ?? id;
}

function serviceCard(
  service: Service,
  topology: Topology,
  problems: readonly Problem[],
): ServiceCard {
  const own = topology.operations.filter((operation) => operation.service === service.id);
  const receives = own.filter((operation) => operation.action === "receive");
  const sends = own.filter((operation) => operation.action === "send");
  const inner = topology.links
    .filter((link) => link.kind === "publishes")
    .map((link) => ({ from: indexOf(receives, link.from), to: indexOf(sends, link.to) }))
    .filter((pair) => pair.from >= 0 && pair.to >= 0);
  return {
    kind: "service",
    id: service.id,
    name: service.name,
    service,
    receives,
    sends,
    inner,
    problems,
  };
}

function indexOf(operations: readonly Operation[], id: string): number {
  return operations.findIndex((operation) => operation.id === id);
}

function declaredWire(operation: Operation): Wire {
  const sends = operation.action === "send";
  return {
    id: `wire:${operation.id}`,
    from: sends ? operation.service : operation.channel,
    to: sends ? operation.channel : operation.service,
    channel: operation.channel,
    actor: operation.service,
    direction: operation.action,
    kind: "declared",
    operation: operation.id,
  };
}

/** From an exchange to the queue that is bound to it, from a subject to the wildcard that it fits: one for each pair of channels. */
function brokersWires(topology: Topology): readonly Wire[] {
  const channelOf = new Map(topology.operations.map(({ id, channel }) => [id, channel]));
  const wires = new Map<string, Wire>();
  for (const { kind, from: sender, to: receiver } of topology.links) {
    const [from, to] = [channelOf.get(sender), channelOf.get(receiver)];
    if (kind === "publishes" || from === undefined || to === undefined || from === to) continue;
    const id = `${kind}:${from} ${to}`;
    wires.set(id, {
      id,
      from,
      to,
      channel: from,
      actor: to,
      direction: "receive",
      kind: kind === "message" ? "routed" : "dead-letter",
      operation: null,
    });
  }
  return [...wires.values()];
}

function observedWire({ actor, channel, direction }: Observed): Wire {
  const sends = direction === "send";
  return {
    id: `seen:${direction}:${actor}:${channel}`,
    from: sends ? actor : channel,
    to: sends ? channel : actor,
    channel,
    actor,
    direction,
    kind: "seen",
    operation: null,
  };
}

/** A problem of an operation stands on its service and on its channel; one of a server on its service. */
function problemsByNode(topology: Topology): ReadonlyMap<string, readonly Problem[]> {
  const found = new Map<string, Problem[]>();
  const add = (id: string, problem: Problem) => {
    const list = found.get(id);
    if (list === undefined) found.set(id, [problem]);
    else if (!list.includes(problem)) list.push(problem);
  };
  for (const problem of topology.problems) {
    const operation = topology.operations.find((one) => one.id === problem.subject);
    if (operation !== undefined) {
      add(operation.service, problem);
      add(operation.channel, problem);
    } else {
      add(cardOf(topology, problem.subject), problem);
    }
  }
  return found;
}
