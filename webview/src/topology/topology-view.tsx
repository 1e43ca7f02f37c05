/** The picture: cards, wires and the messages that travel along them. */
import {
  Background,
  BackgroundVariant,
  ReactFlow,
  ReactFlowProvider,
  ViewportPortal,
  type NodeChange,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useStore } from "../store/hooks.ts";
import { keepView, keptView } from "../store/kept-view.ts";
import { nodeTypes } from "./card-nodes.tsx";
import { toEdges, toNodes } from "./flow-elements.ts";
import { withClients } from "./layout.ts";
import type { Point, Size } from "./places.ts";
import { routeAll } from "./route.ts";
import { useEmphasis } from "./use-emphasis.ts";
import { useGraph, useLayout } from "./use-layout.ts";
import { useMotion } from "./use-motion.ts";
import { useView } from "./use-view.ts";
import { ViewControls } from "./view-controls.tsx";
import { edgeTypes } from "./wire-edge.tsx";

export function TopologyView(): ReactNode {
  return (
    <ReactFlowProvider>
      <Picture />
    </ReactFlowProvider>
  );
}

function Picture(): ReactNode {
  const store = useStore();
  const stage = useRef<HTMLDivElement>(null);
  const [space, setSpace] = useState<Size | null>(null);
  const graph = useGraph();
  const layout = useLayout(graph, space);
  const [dragged, setDragged] = useState<ReadonlyMap<string, Point>>(
    () => new Map(Object.entries(keptView(store.transport).positions)),
  );
  const positions = useMemo(
    () => withClients(graph, new Map([...layout.positions, ...dragged])),
    [graph, layout, dragged],
  );
  const paths = useMemo(() => routeAll(graph, layout, positions), [graph, layout, positions]);
  const emphasis = useEmphasis(graph);
  const nodes = useMemo(() => toNodes(graph, positions, emphasis), [graph, positions, emphasis]);
  const edges = useMemo(() => toEdges(graph, paths, emphasis), [graph, paths, emphasis]);
  const spaceNow = useCallback(
    () =>
      stage.current === null
        ? null
        : { width: stage.current.clientWidth, height: stage.current.clientHeight },
    [],
  );
  const view = useView(spaceNow, graph, layout, positions);
  // React Flow makes its portal later than this component: the layer tells when it is there.
  const [messages, setMessages] = useState<HTMLElement | null>(null);
  useMotion(messages, graph, paths);

  const measure = useCallback(() => setSpace(spaceNow()), [spaceNow]);
  // A view that was kept belongs to a layout made for the space there was then.
  useEffect(() => {
    const { viewport, stage: then } = keptView(store.transport);
    if (viewport !== null && then !== null) setSpace(then);
    else measure();
    const onResize = () => {
      if (!view.chosen.current) measure();
    };
    window.addEventListener("resize", onResize);
    return () => window.removeEventListener("resize", onResize);
  }, [store, measure, view.chosen]);
  useEffect(
    () => keepView(store.transport, { positions: Object.fromEntries(dragged) }),
    [store, dragged],
  );
  useEffect(() => keepView(store.transport, { stage: space }), [store, space]);

  const onNodesChange = useCallback((changes: readonly NodeChange[]) => {
    const places = changes.flatMap((change) =>
      change.type === "position" && change.position !== undefined
        ? [[change.id, change.position] as const]
        : [],
    );
    if (places.length > 0) setDragged((before) => new Map([...before, ...places]));
  }, []);

  return (
    <div
      ref={stage}
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
        onNodeClick={(_, node) => store.act({ kind: "select", id: node.id })}
        onNodeDoubleClick={(_, node) => store.act({ kind: "focus", id: node.id })}
        onPaneClick={() => store.act({ kind: "select", id: null })}
        onMoveEnd={view.onMoveEnd}
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
          <div ref={setMessages} className="messages" aria-hidden="true" data-testid="messages" />
        </ViewportPortal>
        <Arrowhead />
      </ReactFlow>
      <ViewControls
        onFit={() => {
          view.fit();
          measure();
        }}
        onZoom={view.zoom}
        onTidy={dragged.size === 0 ? null : () => setDragged(new Map())}
      />
    </div>
  );
}

function Arrowhead(): ReactNode {
  return (
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
  );
}
