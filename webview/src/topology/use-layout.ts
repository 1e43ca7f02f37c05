/** The graph that is drawn and its layout. */
import { useEffect, useMemo, useState } from "react";
import { usePage } from "../store/hooks.ts";
import { buildGraph, type Graph } from "./graph.ts";
import { inColumns, layOut } from "./layout.ts";
import { noLayout, type Layout, type Size } from "./places.ts";
import { sizeOf } from "./size.ts";

export function useGraph(): Graph {
  const topology = usePage((state) => state.workbench?.topology);
  const observed = usePage((state) => state.traffic.observed);
  const clients = usePage((state) => state.traffic.clients);
  return useMemo(
    () =>
      topology === undefined ? { cards: [], wires: [] } : buildGraph(topology, observed, clients),
    [topology, observed, clients],
  );
}

/** Laid out again only when cards, sizes or declared wires change, or the space: not with every edit or event. */
export function useLayout(graph: Graph, stage: Size | null): Layout {
  const [layout, setLayout] = useState(noLayout);
  const shape = shapeOf(graph);
  useEffect(() => {
    if (stage === null) return;
    let current = true;
    // A picture in plain columns is better than none.
    void layOut(graph, stage)
      .catch(() => inColumns(graph))
      .then((result) => {
        if (current) setLayout(result);
      });
    return () => {
      current = false;
    };
    // The shape says when the graph differs in a way that can be seen.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [shape, stage]);
  return layout;
}

function shapeOf(graph: Graph): string {
  const cards = graph.cards
    .filter((card) => card.kind !== "client")
    .map((card) => [
      card.id,
      sizeOf(card),
      card.kind === "service"
        ? [card.receives, card.sends].map((list) => list.map((one) => one.id))
        : 0,
    ]);
  const wires = graph.wires
    .filter((wire) => wire.kind !== "seen")
    .map((wire) => [wire.id, wire.from, wire.to]);
  return JSON.stringify([cards, wires]);
}
