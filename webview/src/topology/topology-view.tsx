/** The picture: cards, wires and the messages that travel along them. */
import {
  Background,
  BackgroundVariant,
  ReactFlow,
  ReactFlowProvider,
  ViewportPortal,
  useReactFlow,
  type Edge,
  type Node,
  type NodeChange,
  type Viewport,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { usePage, useStore } from "../store/hooks.ts";
import { channelsOf } from "../store/traffic-state.ts";
import { keepView, keptView } from "../store/kept-view.ts";
import { nodeTypes, type CardData } from "./card-nodes.tsx";
import { buildGraph, cardOf, neighbourhood, type Graph } from "./graph.ts";
import { layOut, noLayout, withClients, type Layout, type Point } from "./layout.ts";
import { routeAll } from "./route.ts";
import { sizeOf } from "./size.ts";
import { touched } from "./travel.ts";
import { edgeTypes, type WireData } from "./wire-edge.tsx";
import { ViewControls } from "./view-controls.tsx";
import { useMotion } from "./use-motion.ts";

export function TopologyView(): ReactNode {
  return (
    <ReactFlowProvider>
      <Picture />
    </ReactFlowProvider>
  );
}

const FIT = { padding: 0.08, maxZoom: 1.15, minZoom: 0.2 };

function Picture(): ReactNode {
  const store = useStore();
  const flow = useReactFlow();
  const graph = useGraph();
  const layout = useLayout(graph);
  const [dragged, setDragged] = useState<ReadonlyMap<string, Point>>(
    () => new Map(Object.entries(keptView(store.transport).positions)),
  );
  const positions = useMemo(
    () => withClients(graph, new Map([...layout.positions, ...dragged])),
    [graph, layout, dragged],
  );
  const paths = useMemo(() => routeAll(graph, layout, positions), [graph, layout, positions]);
  const emphasis = useEmphasis(graph);
  const layer = useRef<HTMLDivElement>(null);
  useMotion(layer, graph, paths);

  const nodes = useMemo(
    () =>
      graph.cards.flatMap((card) =>
        toNode(card, positions.get(card.id), emphasis.isDimmed(card.id)),
      ),
    [graph, positions, emphasis],
  );
  const edges = useMemo(() => toEdges(graph, paths, emphasis), [graph, paths, emphasis]);

  // The first layout is fitted; later ones leave the view where the person has it, unless it was never touched.
  const touchedView = useRef(keptView(store.transport).viewport !== null);
  useEffect(() => {
    if (layout.positions.size > 0 && !touchedView.current) void flow.fitView(FIT);
  }, [layout, flow]);

  const centre = usePage((state) => state.centre);
  useEffect(() => {
    const topology = store.latest().workbench?.topology;
    if (centre === null || topology === undefined || layout.positions.size === 0) return;
    const card = graph.cards.find((one) => one.id === cardOf(topology, centre.id));
    const at = card === undefined ? undefined : positions.get(card.id);
    if (card === undefined || at === undefined) return;
    const { width, height } = sizeOf(card);
    void flow.setCenter(at.x + width / 2, at.y + height / 2, {
      zoom: Math.max(flow.getZoom(), 0.9),
      duration: smooth(),
    });
    // Only a new wish centres, not a card that moved.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [centre, layout.positions.size > 0]);

  const focus = usePage((state) => state.focus);
  useEffect(() => {
    if (focus === null || layout.positions.size === 0) return;
    const near = [...neighbourhood(graph, focus)].map((id) => ({ id }));
    void flow.fitView({ ...FIT, padding: 0.2, nodes: near, duration: smooth() });
    // oxlint-disable-next-line react/exhaustive-deps
  }, [focus]);

  const onNodesChange = useCallback((changes: readonly NodeChange[]) => {
    const places = changes.flatMap((change) =>
      change.type === "position" && change.position !== undefined
        ? [[change.id, change.position] as const]
        : [],
    );
    if (places.length > 0) setDragged((before) => new Map([...before, ...places]));
  }, []);
  const keep = useCallback(
    () =>
      keepView(store.transport, {
        positions: Object.fromEntries(dragged),
        viewport: touchedView.current ? flow.getViewport() : null,
      }),
    [store, dragged, flow],
  );
  useEffect(keep, [keep]);

  const onMoveEnd = useCallback(
    (event: MouseEvent | TouchEvent | null, viewport: Viewport) => {
      // Moves by fit and focus come without an event: only a person's are kept.
      if (event === null) return;
      touchedView.current = true;
      keepView(store.transport, { viewport });
    },
    [store],
  );

  return (
    <div
      className="topology"
      data-testid="topology"
      role="region"
      aria-label="Topology"
      data-laid-out={layout.positions.size > 0}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onNodeDragStop={keep}
        onNodeClick={(_, node) => store.act({ kind: "select", id: node.id })}
        onNodeDoubleClick={(_, node) => store.act({ kind: "focus", id: node.id })}
        onPaneClick={() => store.act({ kind: "select", id: null })}
        onMoveEnd={onMoveEnd}
        defaultViewport={keptView(store.transport).viewport ?? { x: 0, y: 0, zoom: 1 }}
        minZoom={0.15}
        maxZoom={2.2}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={graph.cards.length > 200}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
        <ViewportPortal>
          <div ref={layer} className="messages" aria-hidden="true" data-testid="messages" />
        </ViewportPortal>
        <svg className="markers" aria-hidden="true">
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0.5,0.8 7.5,4 0.5,7.2z" fill="context-stroke" />
            </marker>
          </defs>
        </svg>
      </ReactFlow>
      <ViewControls
        onFit={() => {
          touchedView.current = false;
          keepView(store.transport, { viewport: null });
          void flow.fitView({ ...FIT, duration: smooth() });
        }}
        onZoom={(factor) => {
          touchedView.current = true;
          void flow.zoomTo(flow.getZoom() * factor, { duration: smooth() / 2 });
        }}
        onTidy={dragged.size === 0 ? null : () => setDragged(new Map())}
      />
    </div>
  );
}

function useGraph(): Graph {
  const topology = usePage((state) => state.workbench?.topology);
  const observed = usePage((state) => state.traffic.observed);
  const clients = usePage((state) => state.traffic.clients);
  return useMemo(
    () =>
      topology === undefined ? { cards: [], wires: [] } : buildGraph(topology, observed, clients),
    [topology, observed, clients],
  );
}

/** Laid out again only when cards, sizes or declared wires change: not with every edit, and not with the traffic. */
function useLayout(graph: Graph): Layout {
  const [layout, setLayout] = useState(noLayout);
  const shape = JSON.stringify([
    graph.cards
      .filter((card) => card.kind !== "client")
      .map((card) => [
        card.id,
        sizeOf(card),
        card.kind === "service"
          ? [card.receives, card.sends].map((list) => list.map((one) => one.id))
          : 0,
      ]),
    graph.wires
      .filter((wire) => wire.operation !== null)
      .map((wire) => [wire.id, wire.from, wire.to]),
  ]);
  useEffect(() => {
    let current = true;
    void layOut(graph).then((result) => {
      if (current) setLayout(result);
    });
    return () => {
      current = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- the shape says when
  }, [shape]);
  return layout;
}

interface Emphasis {
  isDimmed(card: string): boolean;
  isLit(wire: string): boolean;
}

/** Focus and a chain that is looked at push the rest back. */
function useEmphasis(graph: Graph): Emphasis {
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

function toNode(
  card: Graph["cards"][number],
  position: Point | undefined,
  dimmed: boolean,
): Node[] {
  if (position === undefined) return [];
  const { width, height } = sizeOf(card);
  const data: CardData = { card, dimmed };
  return [
    {
      id: card.id,
      type: card.kind,
      position,
      width,
      height,
      measured: { width, height },
      data,
      handles: handles(width, height),
    },
  ];
}

function handles(width: number, height: number): NonNullable<Node["handles"]> {
  const at = { y: height / 2, width: 1, height: 1 };
  return [
    { type: "target", position: "left" as never, x: 0, ...at },
    { type: "source", position: "right" as never, x: width, ...at },
  ];
}

function toEdges(graph: Graph, paths: ReadonlyMap<string, string>, emphasis: Emphasis): Edge[] {
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
      inferred: wire.operation === null,
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

/** How long the view takes to move; at once for those who asked for less motion. */
function smooth(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 320;
}
