/** Places the cards in layers from left to right and leads the wires around them. */
import ELK, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk.bundled.js";
import type { Card, Graph, Wire } from "./graph.ts";
import { fold } from "./fold.ts";
import { inFlowOrder } from "./order.ts";
import type { Layout, Point, Size } from "./places.ts";
import { portOf, sizeOf } from "./size.ts";

/** Clients are left out: they come and go with the traffic and must not push the declared cards around. */
export async function layOut(graph: Graph, stage: Size): Promise<Layout> {
  const laidOut = await new ELK().layout(layoutInput(graph));
  const positions = new Map<string, Point>();
  for (const node of laidOut.children ?? [])
    positions.set(node.id, { x: node.x ?? 0, y: node.y ?? 0 });
  const routes = new Map<string, readonly Point[]>();
  for (const edge of laidOut.edges ?? []) {
    const section = edge.sections?.[0];
    if (section !== undefined)
      routes.set(edge.id, [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
  }
  return fold(graph, { positions, routes }, stage);
}

/** Without the layouter: services in one column, channels in the next, wires as curves. */
export function inColumns(graph: Graph): Layout {
  const next = { service: 0, channel: 0 };
  const positions = new Map<string, Point>();
  for (const card of graph.cards) {
    if (card.kind === "client") continue;
    positions.set(card.id, { x: card.kind === "service" ? 0 : COLUMN, y: next[card.kind] });
    next[card.kind] += sizeOf(card).height + 2 * CLEARANCE;
  }
  return { positions, routes: new Map() };
}

/** Puts each client beside the channel it was seen on, in the first free place, and moves nothing else. */
export function withClients(
  graph: Graph,
  placed: ReadonlyMap<string, Point>,
): ReadonlyMap<string, Point> {
  const positions = new Map(placed);
  for (const card of graph.cards) {
    if (card.kind !== "client" || positions.has(card.id)) continue;
    const wire = graph.wires.find((one) => one.actor === card.id);
    const channel = graph.cards.find((one) => one.id === wire?.channel);
    const at = channel === undefined ? undefined : positions.get(channel.id);
    if (wire === undefined || channel === undefined || at === undefined) continue;
    const { width, height } = sizeOf(card);
    const beside =
      wire.direction === "send" ? at.x - width - BESIDE : at.x + sizeOf(channel).width + BESIDE;
    const spot = { x: beside, y: at.y + CHANNEL_ABOVE };
    while (
      graph.cards.some((other) =>
        overlaps(spot, { width, height }, positions.get(other.id), sizeOf(other)),
      )
    ) {
      spot.y += height / 2;
    }
    positions.set(card.id, spot);
  }
  return positions;
}

const BESIDE = 64;
const COLUMN = 460;
const CHANNEL_ABOVE = 84;
const CLEARANCE = 16;

function overlaps(
  spot: Point,
  size: { width: number; height: number },
  other: Point | undefined,
  otherSize: { width: number; height: number },
): boolean {
  if (other === undefined) return false;
  return (
    spot.x < other.x + otherSize.width + CLEARANCE &&
    other.x < spot.x + size.width + CLEARANCE &&
    spot.y < other.y + otherSize.height + CLEARANCE &&
    other.y < spot.y + size.height + CLEARANCE
  );
}

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  // The cards come in the order of the flow.
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.spacing.nodeNodeBetweenLayers": "40",
  "elk.layered.spacing.edgeNodeBetweenLayers": "18",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.spacing.nodeNode": "44",
  "elk.spacing.edgeNode": "24",
  "elk.spacing.edgeEdge": "14",
  "elk.spacing.componentComponent": "64",
  "elk.aspectRatio": "1.9",
};

/** What elk is asked: sizes and ports as they are drawn. */
export function layoutInput(graph: Graph): ElkNode {
  const placed = graph.cards.filter((card) => card.kind !== "client");
  const ids = new Set(placed.map((card) => card.id));
  const wires = graph.wires.filter(
    (wire) => wire.kind !== "seen" && ids.has(wire.from) && ids.has(wire.to),
  );
  const asks = requestChannels(placed);
  // A question may go against the flow; what a service hands on may not.
  const order = inFlowOrder(
    placed.map((card) => card.id),
    wires.filter((wire) => !asks.has(wire.channel) || wire.direction === "send"),
  );
  const cards = new Map(placed.map((card) => [card.id, card]));
  return {
    id: "topology",
    layoutOptions: OPTIONS,
    children: order.flatMap((id) => {
      const card = cards.get(id);
      return card === undefined ? [] : [elkNode(card, wires)];
    }),
    edges: wires.map((wire): ElkExtendedEdge => ({
      id: wire.id,
      sources: [`${wire.id}#out`],
      targets: [`${wire.id}#in`],
    })),
  };
}

/** Channels on which answers are expected. */
function requestChannels(cards: readonly Card[]): ReadonlySet<string> {
  const operations = cards.flatMap((card) =>
    card.kind === "service" ? [...card.receives, ...card.sends] : [],
  );
  return new Set(operations.filter((one) => one.reply !== undefined).map((one) => one.channel));
}

function elkNode(card: Card, wires: readonly Wire[]): ElkNode {
  const ports = wires.flatMap((wire) => [
    ...(wire.from === card.id ? [elkPort(card, wire, "out")] : []),
    ...(wire.to === card.id ? [elkPort(card, wire, "in")] : []),
  ]);
  return {
    id: card.id,
    ...sizeOf(card),
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    ports,
  };
}

function elkPort(card: Card, wire: Wire, side: "in" | "out") {
  return {
    id: `${wire.id}#${side}`,
    width: 0,
    height: 0,
    ...portOf(card, side, wire.operation),
    layoutOptions: { "elk.port.side": side === "in" ? "WEST" : "EAST" },
  };
}
