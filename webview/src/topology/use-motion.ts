/** Lets the traffic move in the picture. */
import { useEffect, useRef } from "react";
import { useStore } from "../store/hooks.ts";
import { moves } from "../store/traffic-state.ts";
import type { Graph } from "./graph.ts";
import { Motion } from "./motion.ts";
import { travelOf } from "./travel.ts";

/** Events older than this when they come are history: counted, not shown again. */
const HISTORY_MS = 5_000;

export function useMotion(
  layer: HTMLElement | null,
  graph: Graph,
  paths: ReadonlyMap<string, string>,
): void {
  const store = useStore();
  const picture = useRef({ graph, paths });
  picture.current = { graph, paths };

  useEffect(() => {
    if (layer === null) return;
    const motion = new Motion(layer, {
      path: (wire) => picture.current.paths.get(wire),
      card: (id) => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`),
      still: () => matchMedia("(prefers-reduced-motion: reduce)").matches,
      now: () => performance.now(),
    });
    // What moved before the picture was there.
    motion.reset(store.latest().traffic.moved);
    return store.onTraffic((what) => {
      if (what === "cleared") return motion.reset(store.latest().traffic.moved);
      const { graph: drawn } = picture.current;
      const oldest = Date.now() - HISTORY_MS;
      motion.move(
        what.filter(moves).map((event) => (event.time < oldest ? null : travelOf(event, drawn))),
      );
    });
  }, [layer, store]);
}
