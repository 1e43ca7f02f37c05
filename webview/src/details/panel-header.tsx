/** The side panel's heading, with what can be done with the thing it names. */
import type { ReactNode } from "react";
import { Close } from "../icons.tsx";
import { useStore } from "../store/hooks.ts";

export function PanelHeader(props: {
  readonly kind: string;
  readonly title: string;
  readonly mono?: boolean;
  readonly children?: ReactNode;
  readonly before?: ReactNode;
}): ReactNode {
  const store = useStore();
  return (
    <header className="panel-header">
      <div className="top">
        {props.before}
        <span className="kind">{props.kind}</span>
        <span className="spring" />
        <button
          type="button"
          className="plain"
          title="Close (Escape)"
          aria-label="Close the panel"
          data-testid="close-panel"
          onClick={() => store.act({ kind: "close-panel" })}
        >
          <Close />
        </button>
      </div>
      <h2 className={props.mono === true ? "mono" : undefined} data-testid="panel-title">
        {props.title}
      </h2>
      {props.children !== undefined && <div className="actions">{props.children}</div>}
    </header>
  );
}
