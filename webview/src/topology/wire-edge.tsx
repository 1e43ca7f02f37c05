/** A wire: one path, drawn as the layout led it. */
import type { EdgeProps } from "@xyflow/react";
import type { ProtocolName } from "@millrace/workbench/protocol";
import { memo } from "react";
import { classes } from "./card-nodes.tsx";
import type { Wire } from "./graph.ts";

export interface WireData extends Record<string, unknown> {
  readonly path: string;
  readonly protocol: ProtocolName | null;
  readonly kind: Wire["kind"];
  readonly dimmed: boolean;
  readonly lit: boolean;
}

export const WireEdge = memo(function WireEdge({ id, data }: EdgeProps) {
  const { path, protocol, kind, dimmed, lit } = data as WireData;
  return (
    <path
      d={path}
      data-wire={id}
      className={classes(
        "wire",
        protocol !== null && `on-${protocol}`,
        kind,
        dimmed && "dimmed",
        lit && "lit",
      )}
      markerEnd="url(#arrow)"
    />
  );
});

export const edgeTypes = { wire: WireEdge };
