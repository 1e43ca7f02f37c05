/** What is pushed back and what is brought forward: by focus, and by a chain that is looked at. */
import { useMemo } from "react";
import { usePage } from "../store/hooks.ts";
import { channelsOf } from "../store/traffic-state.ts";
import { neighbourhood, type Graph } from "./graph.ts";
import { touched } from "./travel.ts";

export interface Emphasis {
  isDimmed(card: string): boolean;
  isLit(wire: string): boolean;
}

export function useEmphasis(graph: Graph): Emphasis {
  const focus = usePage((state) => state.focus);
  const pinned = usePage((state) => state.traffic.pinned);
  const replies = usePage((state) =>
    state.traffic.pinned === null ? null : state.traffic.replies,
  );
  return useMemo((): Emphasis => {
    if (focus !== null) {
      const near = neighbourhood(graph, focus);
      return { isDimmed: (card) => !near.has(card), isLit: () => false };
    }
    if (pinned !== null && replies !== null && pinned.events.length > 0) {
      const { cards, wires } = touched(pinned.events, (event) => channelsOf(event, replies), graph);
      return {
        isDimmed: (card) => cards.size > 0 && !cards.has(card),
        isLit: (wire) => wires.has(wire),
      };
    }
    return { isDimmed: () => false, isLit: () => false };
  }, [focus, pinned, replies, graph]);
}
