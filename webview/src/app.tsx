/** The page's frame: header on top, picture in the middle, panel at its right, traffic below. */
import { useEffect, useState, type CSSProperties, type ReactNode } from "react";
import { ComposePanel } from "./compose/compose-panel.tsx";
import { DetailsPanel } from "./details/details-panel.tsx";
import { OverviewPanel } from "./details/overview-panel.tsx";
import { Header } from "./header.tsx";
import { useKeyboard } from "./keyboard.ts";
import { Notices, Obstacle } from "./notices.tsx";
import { Splitter } from "./splitter.tsx";
import { usePage, useStore } from "./store/hooks.ts";
import { keepView, keptView } from "./store/kept-view.ts";
import { TopologyView } from "./topology/topology-view.tsx";
import { TrafficPane } from "./traffic/traffic-pane.tsx";

export function App(): ReactNode {
  const store = useStore();
  const ready = usePage((state) => state.workbench !== null);
  const connection = usePage((state) => state.connection);
  const panel = usePage((state) => state.panel);
  const announcement = usePage((state) => state.announcement);
  const [kept, setKept] = useState(() => keptView(store.transport));
  useKeyboard(store);
  useEffect(
    () =>
      keepView(store.transport, {
        panelWidth: kept.panelWidth,
        trafficHeight: kept.trafficHeight,
        trafficOpen: kept.trafficOpen,
      }),
    [store, kept],
  );

  return (
    <div className="page" data-connection={connection}>
      <p className="hidden" role="status" aria-live="polite">
        {announcement}
      </p>
      {ready && connection !== "refused" ? (
        <>
          <Header />
          <Notices />
          <div
            className="main"
            style={
              {
                "--traffic-height": `${kept.trafficOpen ? kept.trafficHeight + 1 : 36}px`,
              } as CSSProperties
            }
          >
            <main className="column">
              <div className="stage">
                <Obstacle>
                  <TopologyView />
                </Obstacle>
              </div>
              {kept.trafficOpen && (
                <Splitter
                  label="Height of the traffic list"
                  axis="y"
                  value={kept.trafficHeight}
                  onChange={(trafficHeight) => setKept({ ...kept, trafficHeight })}
                  least={90}
                  most={1200}
                />
              )}
              <TrafficPane
                height={kept.trafficHeight}
                open={kept.trafficOpen}
                onToggle={() => setKept({ ...kept, trafficOpen: !kept.trafficOpen })}
              />
            </main>
            {panel !== null && (
              <>
                <Splitter
                  label="Width of the side panel"
                  axis="x"
                  value={kept.panelWidth}
                  onChange={(panelWidth) => setKept({ ...kept, panelWidth })}
                  least={260}
                  most={900}
                />
                <aside
                  className="panel"
                  style={{ width: kept.panelWidth }}
                  aria-label={PANEL_NAMES[panel]}
                >
                  {panel === "compose" ? (
                    <ComposePanel />
                  ) : panel === "details" ? (
                    <DetailsPanel />
                  ) : (
                    <OverviewPanel />
                  )}
                </aside>
              </>
            )}
          </div>
        </>
      ) : (
        <Waiting />
      )}
    </div>
  );
}

const PANEL_NAMES = { overview: "Overview", details: "Details", compose: "Send a message" };

/** Before the session has spoken, and when it refuses to. */
function Waiting(): ReactNode {
  const connection = usePage((state) => state.connection);
  if (connection === "refused") {
    return (
      <div className="empty" data-testid="refused" role="alert">
        <h1>This address is not valid any more</h1>
        <p>
          The workbench did not accept the key in this page's address: each start of the workbench
          makes a new one.
        </p>
        <p>
          Open the address again that <code>millrace dev</code> printed in its terminal. It ends in{" "}
          <code>#token=…</code>
        </p>
      </div>
    );
  }
  return (
    <div className="empty" data-testid="waiting">
      <h1>{connection === "lost" ? "The workbench does not answer" : "Connecting…"}</h1>
      <p>
        {connection === "lost" ? (
          <>
            Is <code>millrace dev</code> still running? This page tries again by itself.
          </>
        ) : (
          "Waiting for the workbench's first words."
        )}
      </p>
    </div>
  );
}
