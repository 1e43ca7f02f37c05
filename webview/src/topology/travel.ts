/** Which wire an event travels, and which way: what turns a journal event into one moving message. */
import type { TrafficEvent } from "@millrace/workbench/protocol";
import { actorNode, moves } from "../store/traffic-state.ts";
import type { Graph, Wire } from "./graph.ts";

export interface Travel {
  readonly event: TrafficEvent;
  /** The wire's id, or `workbench:<channel>` for what the page itself sent: it drops in from above. */
  readonly wire: string;
  /** An answer goes against the wire's direction. */
  readonly reverse: boolean;
  /** The card that lights up at the end; null for a channel. */
  readonly lights: string | null;
}

/** null where the picture has no line for it: an undeclared channel, or an event that is no moving message. */
export function travelOf(event: TrafficEvent, graph: Graph): Travel | null {
  if (!moves(event)) return null;
  const receives = event.kind !== "published";
  const actor = actorNode(event.actor);
  const lights = receives && actor !== null && actor !== "workbench" ? actor : null;
  if (actor === "workbench") {
    const channel = event.channels[0];
    return channel === undefined
      ? null
      : { event, wire: `workbench:${channel}`, reverse: receives, lights };
  }
  const direction = receives ? "receive" : "send";
  const candidates = graph.wires.filter(
    (wire) => wire.actor === actor && event.channels.includes(wire.channel),
  );
  const wire =
    candidates.find((one) => one.operation !== null && event.operations.includes(one.operation)) ??
    candidates.find((one) => one.direction === direction);
  if (wire !== undefined)
    return { event, wire: wire.id, reverse: wire.direction !== direction, lights };
  // An answer: the service that received the question sends, the one that asked receives.
  const against = candidates[0];
  return against === undefined ? null : { event, wire: against.id, reverse: true, lights };
}

/** The wires and cards that a set of events touched: what a chain lights in the picture. */
export function touched(
  events: readonly TrafficEvent[],
  graph: Graph,
): { readonly cards: ReadonlySet<string>; readonly wires: ReadonlySet<string> } {
  const cards = new Set<string>();
  const wires = new Set<string>();
  const byId = new Map<string, Wire>(graph.wires.map((wire) => [wire.id, wire]));
  for (const event of events) {
    for (const channel of event.channels) cards.add(channel);
    const travel = travelOf(event, graph);
    const wire = travel === null ? undefined : byId.get(travel.wire);
    if (wire !== undefined) {
      wires.add(wire.id);
      cards.add(wire.actor).add(wire.channel);
    }
  }
  // The way between two channels that the same messages went over.
  for (const wire of graph.wires)
    if (wire.kind === "routed" && cards.has(wire.from) && cards.has(wire.to)) wires.add(wire.id);
  return { cards, wires };
}
