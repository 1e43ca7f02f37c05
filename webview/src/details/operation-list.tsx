/** Operations as rows: the variable, the other end, and sending. */
import type { Operation } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { Send } from "../icons.tsx";
import { useStore } from "../store/hooks.ts";
import { portLabel } from "../topology/size.ts";
import { PlaceLink } from "./place-link.tsx";

export function OperationList(props: {
  readonly title: string;
  readonly operations: readonly Operation[];
  readonly by?: "channel" | "service";
}): ReactNode {
  const store = useStore();
  if (props.operations.length === 0) return null;
  return (
    <section className="operations">
      <h3>{props.title}</h3>
      <ul>
        {props.operations.map((operation) => (
          <li key={operation.id}>
            <button
              type="button"
              className="link strong"
              onClick={() => store.act({ kind: "select", id: operation.id })}
            >
              {props.by === "service"
                ? `${operation.service.replace(/^service:/, "")} · ${portLabel(operation)}`
                : portLabel(operation)}
            </button>
            <span className="meta">
              {props.by !== "service" && <code>{operation.channel}</code>}
              {operation.group !== undefined && <span> group {operation.group}</span>}
              <PlaceLink place={operation.place} />
            </span>
            <button
              type="button"
              className="plain"
              title={`Send a message to ${operation.channel}`}
              aria-label={`Send a message to ${operation.channel}`}
              onClick={() => store.act({ kind: "compose", id: operation.id })}
            >
              <Send />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
