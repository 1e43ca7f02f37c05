/** A service: how it runs, what it connects to, what it receives and sends. */
import type { Server, Service, Topology } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { Button } from "../controls.tsx";
import { PROTOCOL_NAMES } from "../channel-words.ts";
import { Focus, Play, Stop } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { cardOf } from "../topology/graph.ts";
import { OperationList } from "./operation-list.tsx";
import { PanelHeader } from "./panel-header.tsx";
import { PlaceLink } from "./place-link.tsx";
import { ProblemList } from "./problem-list.tsx";

export function ServiceDetails({
  service,
  topology,
}: {
  readonly service: Service;
  readonly topology: Topology;
}): ReactNode {
  const store = useStore();
  const state = usePage((page) => page.workbench?.services[service.id]);
  const trusted = usePage((page) => page.workbench?.trusted === true);
  const runs = state?.status === "running" || state?.status === "starting";
  const problems = topology.problems.filter(
    (problem) => cardOf(topology, problem.subject) === service.id,
  );
  const servers = topology.servers.filter((server) => server.service === service.id);
  const operations = topology.operations.filter((operation) => operation.service === service.id);
  return (
    <>
      <PanelHeader kind="Service" title={service.name}>
        <Button
          look={runs ? "secondary" : "primary"}
          disabled={!trusted || state?.command == null}
          onPress={() =>
            store.post({ kind: runs ? "stop-service" : "start-service", id: service.id })
          }
        >
          <div className="with-icon">
            {runs ? <Stop /> : <Play />} {runs ? "Stop" : "Start"}
          </div>
        </Button>
        <FocusButton id={service.id} />
      </PanelHeader>
      <div className="scroll">
        <dl className="pairs">
          <div>
            <dt>status</dt>
            <dd>
              <i className={`lamp is-${state?.status ?? "stopped"}`} /> {state?.status ?? "stopped"}
              {state?.pid !== undefined && <span className="quiet"> · process {state.pid}</span>}
            </dd>
          </div>
          <div>
            <dt>command</dt>
            <dd>
              {state?.command == null ? (
                <span>
                  Nothing says how to start it: export an App, or add a “dev” or “start” script to
                  its package.json.
                </span>
              ) : (
                <code>{state.command}</code>
              )}
            </dd>
          </div>
          {service.place !== null && (
            <div>
              <dt>code</dt>
              <dd>
                <PlaceLink place={service.place} />
              </dd>
            </div>
          )}
          {servers.map((server) => (
            <div key={server.id}>
              <dt>{PROTOCOL_NAMES[server.protocol]}</dt>
              <dd>{serverText(server)}</dd>
            </div>
          ))}
        </dl>
        {state?.error !== undefined && (
          <section className="crash" data-testid="service-error">
            <h3>{state.status === "crashed" ? "It crashed" : "Its last words"}</h3>
            <pre tabIndex={0}>{state.error}</pre>
          </section>
        )}
        {problems.length > 0 && <ProblemList problems={problems} />}
        <OperationList
          title="Receives"
          operations={operations.filter((one) => one.action === "receive")}
        />
        <OperationList
          title="Sends"
          operations={operations.filter((one) => one.action === "send")}
        />
      </div>
    </>
  );
}

export function FocusButton({ id }: { readonly id: string }): ReactNode {
  const store = useStore();
  const focused = usePage((state) => state.focus === id);
  return (
    <Button
      onPress={() => store.act({ kind: "focus", id: focused ? null : id })}
      title="Show only this and its neighbours"
      testId="focus"
    >
      <div className="with-icon">
        <Focus /> {focused ? "Show all" : "Focus"}
      </div>
    </Button>
  );
}

function serverText(server: Server): string {
  const { address } = server;
  switch (address.kind) {
    case "static":
      return address.url;
    case "environment":
      return address.default === undefined
        ? `from ${address.variable}`
        : `from ${address.variable}, else ${address.default}`;
    case "dynamic":
      return `decided at run time: ${address.expression}`;
  }
}
