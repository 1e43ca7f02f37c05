/** Cards and wires as React Flow takes them. Sizes and handles are given, so that it measures nothing. */
import { Position, type Edge, type Node } from "@xyflow/react";
import type { CardData } from "./card-nodes.tsx";
import type { Graph } from "./graph.ts";
import type { Point } from "./places.ts";
import { sizeOf } from "./size.ts";
import type { Emphasis } from "./use-emphasis.ts";
import type { WireData } from "./wire-edge.tsx";

export function toNodes(
  graph: Graph,
  positions: ReadonlyMap<string, Point>,
  emphasis: Emphasis,
): Node[] {
  return graph.cards.flatMap((card) => {
    const position = positions.get(card.id);
    if (position === undefined) return [];
    const { width, height } = sizeOf(card);
    const data: CardData = { card, dimmed: emphasis.isDimmed(card.id) };
    const at = { y: height / 2, width: 1, height: 1 };
    const handles: Node["handles"] = [
      { type: "target", position: Position.Left, x: 0, ...at },
      { type: "source", position: Position.Right, x: width, ...at },
    ];
    return [
      {
        id: card.id,
        type: card.kind,
        position,
        width,
        height,
        measured: { width, height },
        data,
        handles,
      },
    ];
  });
}

export function toEdges(
  graph: Graph,
  paths: ReadonlyMap<string, string>,
  emphasis: Emphasis,
): Edge[] {
  const protocols = new Map(
    graph.cards.flatMap((card) =>
      card.kind === "channel" ? [[card.id, card.channel.protocol] as const] : [],
    ),
  );
  return graph.wires.flatMap((wire) => {
    const path = paths.get(wire.id);
    if (path === undefined) return [];
    const dimmed = emphasis.isDimmed(wire.from) || emphasis.isDimmed(wire.to);
    const data: WireData = {
      path,
      protocol: protocols.get(wire.channel) ?? null,
      kind: wire.kind,
      dimmed,
      lit: emphasis.isLit(wire.id),
    };
    return [
      {
        id: wire.id,
        source: wire.from,
        target: wire.to,
        type: "wire",
        data,
        selectable: false,
        focusable: false,
      },
    ];
  });
}
