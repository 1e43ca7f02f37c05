import { expect, test } from "vitest";
import { shopTopology } from "../fixtures/shop.ts";
import { buildGraph, type Card, type Graph } from "./graph.ts";
import { inColumns, layOut, layoutInput, withClients } from "./layout.ts";
import type { Layout, Point, Size } from "./places.ts";
import { boundsOf, routeAll } from "./route.ts";
import { portOf, sizeOf } from "./size.ts";

const graph = buildGraph(shopTopology, [], new Map());
const WIDE: Size = { width: 6_000, height: 400 };
const SCREEN: Size = { width: 1_400, height: 600 };
const NARROW: Size = { width: 700, height: 760 };

function at(layout: Layout, id: string): Point {
  const point = layout.positions.get(id);
  if (point === undefined) throw new Error(`${id} has no place`);
  return point;
}

function box(card: Card, layout: Layout) {
  const { x, y } = at(layout, card.id);
  const { width, height } = sizeOf(card);
  return { left: x, top: y, right: x + width, bottom: y + height };
}

test("an order flows from left to right; only the question goes back", async () => {
  const layout = await layOut(graph, WIDE);
  const flow = [
    "nats:orders.new",
    "service:orders",
    "nats:orders.accepted",
    "service:billing",
    "nats:payments.taken",
    "service:shipping",
    "service:notifications",
  ];
  const lefts = flow.map((id) => at(layout, id).x);
  expect(lefts).toEqual([...lefts].sort((a, b) => a - b));
});

test.each([
  ["in one row", WIDE],
  ["on a screen", SCREEN],
  ["in a narrow panel", NARROW],
])("no card covers another, %s", async (_, stage) => {
  const layout = await layOut(graph, stage);
  for (const one of graph.cards) {
    for (const other of graph.cards) {
      if (one === other) continue;
      const a = box(one, layout);
      const b = box(other, layout);
      expect(
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom,
        `${one.id} and ${other.id}`,
      ).toBe(false);
    }
  }
});

test.each([
  ["on a screen", SCREEN],
  ["in a narrow panel", NARROW],
])("every wire starts and ends at its ports and crosses no card, %s", async (_, stage) => {
  const layout = await layOut(graph, stage);
  for (const wire of graph.wires) {
    const route = layout.routes.get(wire.id) ?? [];
    const from = graph.cards.find((card) => card.id === wire.from)!;
    const to = graph.cards.find((card) => card.id === wire.to)!;
    const out = portOf(from, "out", wire.operation);
    const into = portOf(to, "in", wire.operation);
    expect(route[0]?.x).toBeCloseTo(at(layout, from.id).x + out.x, 0);
    expect(route[0]?.y).toBeCloseTo(at(layout, from.id).y + out.y, 0);
    expect(route.at(-1)?.x).toBeCloseTo(at(layout, to.id).x + into.x, 0);
    expect(route.at(-1)?.y).toBeCloseTo(at(layout, to.id).y + into.y, 0);
    for (const [index, point] of route.slice(1).entries()) {
      const before = route[index]!;
      for (const card of graph.cards) {
        const { left, top, right, bottom } = box(card, layout);
        const through =
          Math.min(before.x, point.x) < right - 1 &&
          Math.max(before.x, point.x) > left + 1 &&
          Math.min(before.y, point.y) < bottom - 1 &&
          Math.max(before.y, point.y) > top + 1;
        expect(through, `${wire.id} through ${card.id}`).toBe(false);
      }
    }
  }
});

test("a long picture is broken into rows where the space is", async () => {
  const rows = (layout: Layout) => boundsOf(graph, layout, layout.positions);
  const flat = rows(await layOut(graph, WIDE));
  const folded = rows(await layOut(graph, SCREEN));
  expect(folded.width).toBeLessThan(flat.width * 0.7);
  expect(folded.height).toBeGreaterThan(flat.height);
});

test("without the layouter every card still has a place of its own", () => {
  const layout = inColumns(graph);
  const places = graph.cards.map((card) => JSON.stringify(at(layout, card.id)));
  expect(new Set(places).size).toBe(graph.cards.length);
  expect(routeAll(graph, layout, layout.positions).size).toBeGreaterThan(graph.wires.length);
});

test("the same topology is laid out the same way", async () => {
  expect(await layOut(graph, SCREEN)).toEqual(await layOut(graph, SCREEN));
});

test("clients are placed beside their channel and move nothing else", async () => {
  const observed = ["a", "b", "c"].map((name) => ({
    actor: `client:${name}`,
    channel: "nats:orders.new",
    direction: "send" as const,
  }));
  const more: Graph = buildGraph(
    shopTopology,
    observed,
    new Map(observed.map(({ actor }) => [actor, actor])),
  );
  expect(layoutInput(more)).toEqual(layoutInput(graph));
  const layout = await layOut(graph, SCREEN);
  const positions = withClients(more, layout.positions);
  for (const [id, point] of layout.positions) expect(positions.get(id)).toEqual(point);
  const tops = observed.map(({ actor }) => positions.get(actor)?.y);
  expect(new Set(tops).size).toBe(3);
});

test("a card that was moved by hand takes its wires along", async () => {
  const layout = await layOut(graph, SCREEN);
  const moved = new Map(layout.positions).set("service:billing", { x: 2_000, y: 900 });
  const before = routeAll(graph, layout, layout.positions);
  const after = routeAll(graph, layout, moved);
  expect(after.get("wire:send:orders:nats:orders.accepted")).toBe(
    before.get("wire:send:orders:nats:orders.accepted"),
  );
  expect(after.get("wire:receive:billing:nats:orders.accepted")).toMatch(/ 2000,/);
});

test("an empty topology has an empty layout", async () => {
  expect((await layOut({ cards: [], wires: [] }, SCREEN)).positions.size).toBe(0);
});
