/** One event: the chain it belongs to as a tree, its payload and its headers. */
import type { TrafficEvent } from "@millrace/workbench/protocol";
import { useMemo, useState, type ReactNode } from "react";
import { Close } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { ChainTree } from "./chain-tree.tsx";
import { byteSize, clockTime } from "./event-list.tsx";
import { actorName } from "./filter.ts";

export function EventDetails(): ReactNode {
  const store = useStore();
  const picked = usePage((state) => state.picked);
  const pinned = usePage((state) => state.traffic.pinned);
  const [tab, setTab] = useState<"chain" | "payload" | "headers">("chain");
  const headers = useMemo(() => Object.entries(picked?.headers ?? {}), [picked]);
  const tabs = picked === null ? (["chain"] as const) : (["chain", "payload", "headers"] as const);
  const shown = picked === null ? "chain" : tab;
  return (
    <section className="event" aria-label="The chosen event" data-testid="event-details">
      <header>
        <div role="tablist" className="tabs" aria-label="Of the chosen event">
          {tabs.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={shown === name}
              data-testid={`tab-${name}`}
              onClick={() => setTab(name)}
            >
              {name === "headers" ? `headers ${headers.length === 0 ? "" : headers.length}` : name}
            </button>
          ))}
        </div>
        <span className="spring" />
        <button
          type="button"
          className="plain"
          title="Close (Escape)"
          aria-label="Close"
          onClick={() => store.act({ kind: "pick", event: null })}
        >
          <Close />
        </button>
      </header>
      <div className="content" role="tabpanel">
        {shown === "chain" && pinned !== null && (
          <ChainTree chain={pinned.chain} events={pinned.events} />
        )}
        {shown === "payload" && picked !== null && <PayloadView event={picked} />}
        {shown === "headers" && picked !== null && <HeadersView event={picked} headers={headers} />}
      </div>
    </section>
  );
}

function PayloadView({ event }: { readonly event: TrafficEvent }): ReactNode {
  const { payload } = event;
  return (
    <>
      <p className="facts">
        {byteSize(payload.size)} · {payload.format === "json" ? "JSON" : payload.format}
        {payload.cut && " · cut for reading"}
      </p>
      <pre className="payload" data-testid="payload-view" tabIndex={0}>
        {payload.preview === "" ? "(empty)" : payload.preview}
      </pre>
    </>
  );
}

function HeadersView({
  event,
  headers,
}: {
  readonly event: TrafficEvent;
  readonly headers: readonly (readonly [string, string])[];
}): ReactNode {
  const facts: readonly (readonly [string, string])[] = [
    ["time", clockTime(event.time)],
    ["event", `${event.kind}, number ${event.seq}`],
    ["client", actorName(event.actor)],
    ...(event.key === undefined ? [] : [["key", event.key] as const]),
    ...(event.replyTo === undefined ? [] : [["reply to", event.replyTo] as const]),
    ...(event.reason === undefined ? [] : [["reason", event.reason] as const]),
    ["chain", `${event.chain.id} (${CHAIN_BY[event.chain.by]})`],
  ];
  return (
    <>
      <dl className="pairs" data-testid="headers-view">
        {headers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {headers.length === 0 && (
        <p className="facts">
          No headers{event.protocol === "mqtt" ? ": MQTT 3.1.1 carries none" : ""}.
        </p>
      )}
      <dl className="pairs quiet">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

const CHAIN_BY: Record<TrafficEvent["chain"]["by"], string> = {
  trace: "by traceparent",
  correlation: "by correlation id",
  inferred: "inferred: published while the one before was being handled",
  none: "stands alone",
};
