/** Where the picture is looked at from: fits at first, follows what is asked for, and stays where a person moved it. */
import { getViewportForBounds, useReactFlow, type Viewport } from "@xyflow/react";
import { useCallback, useEffect, useRef, type RefObject } from "react";
import { usePage, useStore } from "../store/hooks.ts";
import { keepView, keptView } from "../store/kept-view.ts";
import { cardOf, neighbourhood, type Graph } from "./graph.ts";
import type { Layout, Point, Size } from "./places.ts";
import { boundsOf } from "./route.ts";
import { sizeOf } from "./size.ts";

const LEAST_ZOOM = 0.15;
const FITTED_ZOOM = 1.2;
const PADDING = 0.05;

export interface View {
  readonly fit: () => void;
  readonly zoom: (factor: number) => void;
  readonly onMoveEnd: (event: MouseEvent | TouchEvent | null, viewport: Viewport) => void;
  /** Whether a person chose what is in view. */
  readonly chosen: RefObject<boolean>;
}

export function useView(
  /** The space there is now. */
  space: () => Size | null,
  graph: Graph,
  layout: Layout,
  positions: ReadonlyMap<string, Point>,
): View {
  const store = useStore();
  const flow = useReactFlow();
  const chosen = useRef(keptView(store.transport).viewport !== null);
  const drawn = useRef({ graph, layout, positions });
  drawn.current = { graph, layout, positions };

  const show = useCallback(
    (part: Graph, padding: number, duration: number) => {
      const now = space();
      if (now === null || part.cards.length === 0 || drawn.current.positions.size === 0) return;
      const bounds = boundsOf(part, drawn.current.layout, drawn.current.positions);
      const fitted = (height: number) =>
        getViewportForBounds(bounds, now.width, height, LEAST_ZOOM, FITTED_ZOOM, padding);
      const viewport = fitted(now.height);
      const hides = part.cards.some((card) => {
        const at = drawn.current.positions.get(card.id);
        return at !== undefined && isUnderControls(at, sizeOf(card), viewport, now);
      });
      void flow.setViewport(hides ? fitted(now.height - CONTROLS.height) : viewport, { duration });
    },
    [flow, space],
  );

  const laidOut = layout.positions.size > 0;
  useEffect(() => {
    if (layout.positions.size > 0 && !chosen.current) show(drawn.current.graph, PADDING, 0);
  }, [layout, show]);

  /** Only as far as needed: what is in view already stays where it is. */
  const reveal = useCallback(
    (id: string, always: boolean) => {
      const topology = store.latest().workbench?.topology;
      const card = drawn.current.graph.cards.find(
        (one) => topology !== undefined && one.id === cardOf(topology, id),
      );
      const at = card === undefined ? undefined : drawn.current.positions.get(card.id);
      const now = space();
      if (card === undefined || at === undefined || now === null) return;
      const { width, height } = sizeOf(card);
      const { x, y, zoom } = flow.getViewport();
      const left = at.x * zoom + x;
      const top = at.y * zoom + y;
      const inView =
        left >= 0 &&
        top >= 0 &&
        left + width * zoom <= now.width &&
        top + height * zoom <= now.height;
      if (inView && !always) return;
      void flow.setCenter(at.x + width / 2, at.y + height / 2, {
        zoom: always ? Math.max(zoom, 0.9) : zoom,
        duration: smooth(),
      });
    },
    [flow, space, store],
  );

  const centre = usePage((state) => state.centre);
  useEffect(() => {
    if (centre !== null && laidOut) reveal(centre.id, true);
  }, [centre, laidOut, reveal]);

  // A panel that opens takes space: what it tells about should not vanish behind it.
  const selection = usePage((state) => state.selection);
  const panelOpen = usePage((state) => state.panel !== null);
  useEffect(() => {
    // Not at once: a double click has to find the card where it was.
    const timer = setTimeout(() => {
      if (!chosen.current && store.latest().focus === null)
        show(drawn.current.graph, PADDING, smooth());
      else if (selection !== null) reveal(selection, false);
    }, 400);
    return () => clearTimeout(timer);
  }, [selection, panelOpen, reveal, show, store]);

  const focus = usePage((state) => state.focus);
  useEffect(() => {
    if (focus === null) return;
    const near = neighbourhood(drawn.current.graph, focus);
    const { cards, wires } = drawn.current.graph;
    show(
      {
        cards: cards.filter((card) => near.has(card.id)),
        wires: wires.filter((wire) => near.has(wire.from) && near.has(wire.to)),
      },
      0.12,
      smooth(),
    );
  }, [focus, show]);

  return {
    chosen,
    fit: () => {
      chosen.current = false;
      keepView(store.transport, { viewport: null, stage: null });
      show(graph, PADDING, smooth());
    },
    zoom: (factor) => {
      chosen.current = true;
      void flow
        .zoomTo(flow.getZoom() * factor, { duration: smooth() / 2 })
        .then(() => keepView(store.transport, { viewport: flow.getViewport() }));
    },
    onMoveEnd: useCallback(
      (event, viewport) => {
        // Moves by fit and focus come without an event: only a person's are kept.
        if (event === null) return;
        chosen.current = true;
        keepView(store.transport, { viewport });
      },
      [store],
    ),
  };
}

/** The zoom controls lie over the picture's lower left corner. */
const CONTROLS: Size = { width: 116, height: 52 };

function isUnderControls(
  at: Point,
  { height }: Size,
  { x, y, zoom }: Viewport,
  stage: Size,
): boolean {
  return (
    at.x * zoom + x < CONTROLS.width && (at.y + height) * zoom + y > stage.height - CONTROLS.height
  );
}

/** How long the view takes to move; at once for those who asked for less motion. */
function smooth(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 320;
}
