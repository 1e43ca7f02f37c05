/** What is pushed back and what is brought forward: by focus, and by a chain that is looked at. */
import { useMemo } from "react";
import { usePage } from "../store/hooks.ts";
import { neighbourhood, type Graph } from "./graph.ts";
import { touched } from "./travel.ts";

export interface Emphasis {
  isDimmed(card: string): boolean;
  isLit(wire: string): boolean;
}

export function useEmphasis(graph: Graph): Emphasis {
  const focus = usePage((state) => state.focus);
  const pinned = usePage((state) => state.traffic.pinned);
  return useMemo((): Emphasis => {
    if (focus !== null) {
      const near = neighbourhood(graph, focus);
      return { isDimmed: (card) => !near.has(card), isLit: () => false };
    }
    if (pinned !== null && pinned.events.length > 0) {
      const { cards, wires } = touched(pinned.events, graph);
      return {
        isDimmed: (card) => cards.size > 0 && !cards.has(card),
        isLit: (wire) => wires.has(wire),
      };
    }
    return { isDimmed: () => false, isLit: () => false };
  }, [focus, pinned, graph]);
}
