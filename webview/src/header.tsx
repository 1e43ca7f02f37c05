/** The bar on top: where we are, search, the emulator and the services. */
import type { ReactNode } from "react";
import { Button } from "./controls.tsx";
import { Play, Stop, Warning, Wheel } from "./icons.tsx";
import { SearchBox } from "./topology/search-box.tsx";
import { usePage, useStore } from "./store/hooks.ts";

export function Header(): ReactNode {
  const workspace = usePage((state) => state.workbench?.workspace ?? "");
  return (
    <header className="header">
      <span className="brand" title={`Millrace · ${workspace}`}>
        <Wheel />
        <b>{workspace}</b>
      </span>
      <SearchBox />
      <span className="spring" />
      <ProblemCount />
      <Services />
      <EmulatorPill />
    </header>
  );
}

function ProblemCount(): ReactNode {
  const store = useStore();
  const count = usePage(
    (state) =>
      state.workbench?.topology.problems.filter((problem) => problem.severity !== "information")
        .length ?? 0,
  );
  const shown = usePage((state) => state.panel === "overview");
  return (
    <button
      type="button"
      className={count > 0 ? "pill warning" : "pill"}
      aria-pressed={shown}
      data-testid="overview-toggle"
      data-count={count}
      onClick={() => store.act(shown ? { kind: "close-panel" } : { kind: "show-overview" })}
    >
      {count > 0 && <Warning />}
      {count === 0 ? "Overview" : count === 1 ? "1 problem" : `${count} problems`}
    </button>
  );
}

function Services(): ReactNode {
  const store = useStore();
  const services = usePage((state) => state.workbench?.services);
  const trusted = usePage((state) => state.workbench?.trusted === true);
  const states = Object.values(services ?? {});
  if (states.length === 0) return null;
  const startable = states.some((service) => service.command !== null);
  const running = states.filter((service) => service.status === "running").length;
  const active = states.some(
    (service) => service.status === "running" || service.status === "starting",
  );
  const crashed = states.filter((service) => service.status === "crashed").length;
  return (
    <span className="pill group">
      <i className={`lamp ${crashed > 0 ? "is-crashed" : running > 0 ? "is-running" : ""}`} />
      <span data-testid="services-running" data-count={running}>
        {crashed > 0 ? `${crashed} crashed, ` : ""}
        {running} of {states.length} running
      </span>
      <Button
        look="icon"
        testId="services-toggle"
        disabled={!trusted || !startable}
        title={active ? "Stop all services" : "Start all services"}
        onPress={() => store.post({ kind: active ? "stop-all" : "start-all" })}
      >
        {active ? <Stop /> : <Play />}
      </Button>
    </span>
  );
}

function EmulatorPill(): ReactNode {
  const store = useStore();
  const emulator = usePage((state) => state.workbench?.emulator);
  const trusted = usePage((state) => state.workbench?.trusted === true);
  if (emulator === undefined) return null;
  const { status, servers } = emulator;
  const runs = status === "running" || status === "starting";
  return (
    <span className="pill group emulator" data-testid="emulator" data-status={status}>
      <i className={`lamp is-${status}`} />
      <span className="emulator-text">
        {status === "running" ? "Emulator" : `Emulator ${status}`}
        {status === "running" &&
          servers.map((server) => (
            <span
              key={server.protocol}
              className={`port-number on-${server.protocol}`}
              title={
                server.movedFrom === undefined
                  ? server.url
                  : `${server.url}: port ${server.movedFrom} was taken`
              }
            >
              {server.protocol} <b>{server.port}</b>
              {server.movedFrom !== undefined && <Warning />}
            </span>
          ))}
      </span>
      <Button
        look={runs ? "icon" : "primary"}
        testId="emulator-toggle"
        disabled={!trusted || status === "starting"}
        title={runs ? "Stop the emulator" : "Start the emulator"}
        onPress={() => store.post({ kind: runs ? "stop-emulator" : "start-emulator" })}
      >
        {runs ? <Stop /> : "Start"}
      </Button>
    </span>
  );
}
