/**
 * Breaks a long layered picture into rows, as text is broken into lines, when that makes it more legible in the space there
 * is. Layers stay whole and in order; a wire between rows leads through the gap between them, where no card can stand.
 */
import type { Card, Graph, Wire } from "./graph.ts";
import type { Layout, Point, Size } from "./places.ts";
import { portOf, sizeOf } from "./size.ts";

/** Cards larger than this are not more legible. */
const LARGEST_ZOOM = 1.15;
/** How much better each further row has to make it: reading across a line break costs something. */
const ROW_COST = 0.86;
const GAP = 56;
const LANE = 12;
const STUB = 12;
const MARGIN = 34;

interface Column {
  readonly cards: readonly Card[];
  readonly left: number;
  readonly right: number;
}

interface Row {
  readonly columns: readonly Column[];
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function fold(graph: Graph, flat: Layout, stage: Size): Layout {
  const columns = columnsOf(graph, flat);
  const choices = columns.map((_, index) => breakInto(columns, index + 1, graph, flat));
  let best = choices[0];
  for (const rows of choices)
    if (best !== undefined && legibility(rows, stage) > legibility(best, stage)) best = rows;
  return best === undefined || best.length === 1 ? flat : place(graph, flat, best);
}

/** Cards whose widths overlap stand in one layer. */
function columnsOf(graph: Graph, flat: Layout): readonly Column[] {
  const placed = graph.cards
    .flatMap((card) => {
      const at = flat.positions.get(card.id);
      return at === undefined ? [] : [{ card, left: at.x, right: at.x + sizeOf(card).width }];
    })
    .sort((a, b) => a.left - b.left);
  const columns: { cards: Card[]; left: number; right: number }[] = [];
  for (const { card, left, right } of placed) {
    const last = columns.at(-1);
    if (last !== undefined && left < last.right) {
      last.cards.push(card);
      last.right = Math.max(last.right, right);
    } else {
      columns.push({ cards: [card], left, right });
    }
  }
  return columns;
}

/** Rows of about the same width. */
function breakInto(
  columns: readonly Column[],
  count: number,
  graph: Graph,
  flat: Layout,
): readonly Row[] {
  const first = columns[0]?.left ?? 0;
  const width = (columns.at(-1)?.right ?? 0) - first;
  const rows: Column[][] = [];
  for (const column of columns) {
    const middle = (column.left + column.right) / 2 - first;
    const index = Math.min(count - 1, Math.floor((middle / width) * count));
    (rows[index] ??= []).push(column);
  }
  return rows.filter((row) => row !== undefined).map((row) => measure(row, graph, flat));
}

function measure(columns: readonly Column[], graph: Graph, flat: Layout): Row {
  const ids = new Set(columns.flatMap((column) => column.cards.map((card) => card.id)));
  const own = graph.wires
    .filter((wire) => ids.has(wire.from) && ids.has(wire.to))
    .flatMap((wire) => flat.routes.get(wire.id) ?? []);
  const cards = columns.flatMap((column) => column.cards);
  const tops = cards.map((card) => flat.positions.get(card.id)?.y ?? 0);
  const bottoms = cards.map((card) => (flat.positions.get(card.id)?.y ?? 0) + sizeOf(card).height);
  return {
    columns,
    left: Math.min(...columns.map((column) => column.left), ...own.map((point) => point.x)),
    right: Math.max(...columns.map((column) => column.right), ...own.map((point) => point.x)),
    top: Math.min(...tops, ...own.map((point) => point.y)),
    bottom: Math.max(...bottoms, ...own.map((point) => point.y)),
  };
}

function legibility(rows: readonly Row[], stage: Size): number {
  const width =
    Math.max(...rows.map((row) => row.right - row.left)) + (rows.length > 1 ? 2 * MARGIN : 0);
  const height =
    rows.reduce((sum, row) => sum + row.bottom - row.top, 0) + (rows.length - 1) * (GAP + 2 * LANE);
  return (
    Math.min(LARGEST_ZOOM, stage.width / width, stage.height / height) *
    ROW_COST ** (rows.length - 1)
  );
}

function place(graph: Graph, flat: Layout, rows: readonly Row[]): Layout {
  const rowOf = new Map(
    rows.flatMap((row, index) =>
      row.columns.flatMap((column) => column.cards.map((card) => [card.id, index] as const)),
    ),
  );
  const crossing = graph.wires.filter((wire) => crosses(wire, rowOf));
  const lanes = assignLanes(crossing, rowOf, rows.length);

  const offsets: Point[] = [];
  let y = 0;
  for (const [index, row] of rows.entries()) {
    offsets.push({ x: -row.left, y: y - row.top });
    y += row.bottom - row.top + GAP + LANE * (lanes.perGap[index] ?? 0);
  }
  const move = (point: Point, by: Point): Point => ({ x: point.x + by.x, y: point.y + by.y });

  const positions = new Map<string, Point>();
  for (const [id, row] of rowOf) {
    const at = flat.positions.get(id);
    const offset = offsets[row];
    if (at !== undefined && offset !== undefined) positions.set(id, move(at, offset));
  }
  const routes = new Map<string, readonly Point[]>();
  for (const wire of graph.wires) {
    const offset = offsets[rowOf.get(wire.from) ?? 0];
    const route = flat.routes.get(wire.id);
    if (route !== undefined && offset !== undefined && !crosses(wire, rowOf))
      routes.set(
        wire.id,
        route.map((point) => move(point, offset)),
      );
  }
  const columnOf = new Map(
    rows.flatMap((row, index) =>
      row.columns.flatMap((column) =>
        column.cards.map((card) => [card.id, shift(column, offsets[index]?.x ?? 0)] as const),
      ),
    ),
  );
  const gapTop = (gap: number) => (offsets[gap]?.y ?? 0) + (rows[gap]?.bottom ?? 0) + GAP / 2;
  for (const [order, wire] of crossing.entries()) {
    const route = across(
      wire,
      order,
      graph,
      positions,
      rowOf,
      columnOf,
      (gap) => gapTop(gap) + LANE * (lanes.laneOf.get(`${wire.id}@${gap}`) ?? 0),
    );
    if (route !== null) routes.set(wire.id, route);
  }
  return { positions, routes };
}

function shift(column: Column, by: number): Pick<Column, "left" | "right"> {
  return { left: column.left + by, right: column.right + by };
}

function crosses(wire: Wire, rowOf: ReadonlyMap<string, number>): boolean {
  const from = rowOf.get(wire.from);
  const to = rowOf.get(wire.to);
  return from !== undefined && to !== undefined && from !== to;
}

/** The gaps a wire leads through: the one at its start and, further away, the one at its end. Gap n is below row n. */
function gapsOf(from: number, to: number): readonly number[] {
  const first = to > from ? from : from - 1;
  const last = to > from ? to - 1 : to;
  return first === last ? [first] : [first, last];
}

/** Each wire has a line of its own in each gap. */
function assignLanes(crossing: readonly Wire[], rowOf: ReadonlyMap<string, number>, rows: number) {
  const perGap = Array.from({ length: rows }, () => 0);
  const laneOf = new Map<string, number>();
  for (const wire of crossing) {
    for (const gap of gapsOf(rowOf.get(wire.from) ?? 0, rowOf.get(wire.to) ?? 0)) {
      laneOf.set(`${wire.id}@${gap}`, perGap[gap] ?? 0);
      perGap[gap] = (perGap[gap] ?? 0) + 1;
    }
  }
  return { perGap, laneOf };
}

function across(
  wire: Wire,
  order: number,
  graph: Graph,
  positions: ReadonlyMap<string, Point>,
  rowOf: ReadonlyMap<string, number>,
  columnOf: ReadonlyMap<string, Pick<Column, "left" | "right">>,
  laneY: (gap: number) => number,
): readonly Point[] | null {
  const from = graph.cards.find((card) => card.id === wire.from);
  const to = graph.cards.find((card) => card.id === wire.to);
  const fromAt = positions.get(wire.from);
  const toAt = positions.get(wire.to);
  if (from === undefined || to === undefined || fromAt === undefined || toAt === undefined)
    return null;
  const outPort = portOf(from, "out", wire.operation);
  const inPort = portOf(to, "in", wire.operation);
  const start = { x: fromAt.x + outPort.x, y: fromAt.y + outPort.y };
  const end = { x: toAt.x + inPort.x, y: toAt.y + inPort.y };
  // Up and down goes between the layers: beside the whole column, not beside the card.
  const out = (columnOf.get(from.id)?.right ?? start.x) + STUB + (order % 4) * 5;
  const into = (columnOf.get(to.id)?.left ?? end.x) - STUB - (order % 4) * 3;
  const gaps = gapsOf(rowOf.get(wire.from) ?? 0, rowOf.get(wire.to) ?? 0);
  const y = laneY(gaps[0] ?? 0);
  const turnOff = [start, { x: out, y: start.y }, { x: out, y }];
  const turnIn = (at: number) => [{ x: into, y: at }, { x: into, y: end.y }, end];
  if (gaps.length === 1) return [...turnOff, ...turnIn(y)];
  // Past the rows between, along the left margin.
  const margin = -MARGIN - (order % 6) * 6;
  const second = laneY(gaps[1] ?? 0);
  return [...turnOff, { x: margin, y }, { x: margin, y: second }, ...turnIn(second)];
}
