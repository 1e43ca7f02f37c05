/** Zoom, fit and tidy, in the picture's corner; and the way out of focus. */
import type { ReactNode } from "react";
import { Close, Fit, Minus, Plus, Tidy } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { cardOf } from "./graph.ts";

export function ViewControls(props: {
  readonly onFit: () => void;
  readonly onZoom: (factor: number) => void;
  /** null while nothing was moved by hand. */
  readonly onTidy: (() => void) | null;
}): ReactNode {
  const store = useStore();
  const focus = usePage((state) => state.focus);
  const topology = usePage((state) => state.workbench?.topology);
  const name =
    focus === null || topology === undefined ? "" : cardOf(topology, focus).replace(/^\w+:/, "");
  return (
    <>
      <div className="view-controls" role="toolbar" aria-label="View">
        <button
          type="button"
          title="Zoom in"
          aria-label="Zoom in"
          onClick={() => props.onZoom(1.25)}
        >
          <Plus />
        </button>
        <button
          type="button"
          title="Zoom out"
          aria-label="Zoom out"
          onClick={() => props.onZoom(0.8)}
        >
          <Minus />
        </button>
        <button
          type="button"
          title="Fit everything"
          aria-label="Fit everything"
          data-testid="fit"
          onClick={props.onFit}
        >
          <Fit />
        </button>
        {props.onTidy !== null && (
          <button
            type="button"
            title="Put moved cards back"
            aria-label="Put moved cards back"
            data-testid="tidy"
            onClick={props.onTidy}
          >
            <Tidy />
          </button>
        )}
      </div>
      {focus !== null && (
        <button
          type="button"
          className="focus-chip"
          data-testid="unfocus"
          onClick={() => store.act({ kind: "focus", id: null })}
        >
          Only <b>{name}</b> and its neighbours <Close />
        </button>
      )}
    </>
  );
}
