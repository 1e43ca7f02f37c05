/** The line of a wire as an SVG path: rounded corners where the layout led it, a curve where a person moved a card. */
import type { Graph, Wire } from "./graph.ts";
import type { Layout, Point } from "./places.ts";
import { portOf, sizeOf } from "./size.ts";

const CORNER = 10;
const INLET = 26;

/** The paths of all wires whose two cards have a place. */
export function routeAll(
  graph: Graph,
  layout: Layout,
  positions: ReadonlyMap<string, Point>,
): ReadonlyMap<string, string> {
  const cards = new Map(graph.cards.map((card) => [card.id, card]));
  const paths = new Map<string, string>();
  for (const wire of graph.wires) {
    const from = cards.get(wire.from);
    const to = cards.get(wire.to);
    const fromAt = positions.get(wire.from);
    const toAt = positions.get(wire.to);
    if (from === undefined || to === undefined || fromAt === undefined || toAt === undefined)
      continue;
    const route = layout.routes.get(wire.id);
    const stands = stood(layout, positions, wire);
    const start = add(fromAt, portOf(from, "out", wire.operation));
    const end = add(toAt, portOf(to, "in", wire.operation));
    paths.set(wire.id, route !== undefined && stands ? roundedPath(route) : curve(start, end));
  }
  for (const card of graph.cards) {
    const at = positions.get(card.id);
    if (card.kind !== "channel" || at === undefined) continue;
    // What the page sends drops in from above.
    const x = round(at.x + sizeOf(card).width / 2);
    paths.set(`workbench:${card.id}`, `M${x},${round(at.y - INLET)}L${x},${round(at.y)}`);
  }
  return paths;
}

/** A polyline with its corners rounded. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${round(first.x)},${round(first.y)}`;
  let before = first;
  for (const [index, corner] of rest.entries()) {
    const after = rest[index + 1];
    if (after === undefined) {
      path += `L${round(corner.x)},${round(corner.y)}`;
      break;
    }
    const radius = Math.min(CORNER, distance(before, corner) / 2, distance(corner, after) / 2);
    const enter = toward(corner, before, radius);
    const leave = toward(corner, after, radius);
    path += `L${round(enter.x)},${round(enter.y)}Q${round(corner.x)},${round(corner.y)} ${round(leave.x)},${round(leave.y)}`;
    before = corner;
  }
  return path;
}

function curve(start: Point, end: Point): string {
  const reach = Math.max(40, Math.abs(end.x - start.x) / 2);
  return `M${round(start.x)},${round(start.y)}C${round(start.x + reach)},${round(start.y)} ${round(end.x - reach)},${round(end.y)} ${round(end.x)},${round(end.y)}`;
}

function stood(layout: Layout, positions: ReadonlyMap<string, Point>, wire: Wire): boolean {
  return [wire.from, wire.to].every((id) => {
    const placed = layout.positions.get(id);
    const now = positions.get(id);
    return placed !== undefined && now !== undefined && distance(placed, now) < 1;
  });
}

function add(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function toward(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return {
    x: from.x + ((to.x - from.x) * by) / length,
    y: from.y + ((to.y - from.y) * by) / length,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What the view has to show to show everything: the cards, the wires around them and room for what drops in. */
export function boundsOf(
  graph: Graph,
  layout: Layout,
  positions: ReadonlyMap<string, Point>,
): { x: number; y: number; width: number; height: number } {
  const corners = graph.cards.flatMap((card) => {
    const at = positions.get(card.id);
    if (at === undefined) return [];
    const { width, height } = sizeOf(card);
    const above = card.kind === "channel" ? INLET : 0;
    return [
      { x: at.x, y: at.y - above },
      { x: at.x + width, y: at.y + height },
    ];
  });
  const bends = graph.wires
    .filter((wire) => stood(layout, positions, wire))
    .flatMap((wire) => layout.routes.get(wire.id) ?? []);
  const points = [...corners, ...bends];
  const x = Math.min(...points.map((point) => point.x));
  const y = Math.min(...points.map((point) => point.y));
  return {
    x,
    y,
    width: Math.max(...points.map((point) => point.x)) - x,
    height: Math.max(...points.map((point) => point.y)) - y,
  };
}
