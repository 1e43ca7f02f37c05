/** The workspace at a glance: problems first, then services, brokers and saved messages. */
import type { SavedMessage } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { fromDraft } from "../compose/form-state.ts";
import { draftOf, savedFor } from "../compose/saved.ts";
import { usePage, useStore } from "../store/hooks.ts";
import { operationToCompose } from "../store/page-state.ts";
import { ServiceToggle } from "../topology/card-nodes.tsx";
import { Legend } from "./legend.tsx";
import { PanelHeader } from "./panel-header.tsx";
import { ProblemList } from "./problem-list.tsx";

export function OverviewPanel(): ReactNode {
  const store = useStore();
  const workbench = usePage((state) => state.workbench);
  if (workbench === null) return null;
  const { topology, services, emulator, savedMessages } = workbench;
  return (
    <>
      <PanelHeader kind="Workspace" title={workbench.workspace} />
      <div className="scroll">
        {topology.problems.length === 0 ? (
          <p className="facts">
            No problems found: every sender is heard and every receiver is spoken to.
          </p>
        ) : (
          <ProblemList problems={topology.problems} linked />
        )}
        <section className="operations">
          <h3>Services</h3>
          <ul>
            {topology.services.map((service) => (
              <li key={service.id}>
                <button
                  type="button"
                  className="link strong"
                  onClick={() => store.act({ kind: "centre", id: service.id })}
                >
                  {service.name}
                </button>
                <span className="meta">
                  <span className="state">
                    <i className={`lamp is-${services[service.id]?.status ?? "stopped"}`} />{" "}
                    {services[service.id]?.status ?? "stopped"}
                  </span>
                  <code>{services[service.id]?.command ?? "nothing says how to start it"}</code>
                </span>
                <ServiceToggle id={service.id} name={service.name} />
              </li>
            ))}
          </ul>
        </section>
        {emulator.servers.length > 0 && (
          <section>
            <h3>Brokers</h3>
            <dl className="pairs">
              {emulator.servers.map((server) => (
                <div key={server.protocol}>
                  <dt>{server.protocol}</dt>
                  <dd>
                    <code>{server.url}</code>
                    {server.movedFrom !== undefined && (
                      <span className="quiet"> port {server.movedFrom} was taken</span>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        )}
        <Legend topology={topology} />
        {savedMessages.length > 0 && (
          <section>
            <h3>Saved messages</h3>
            <dl className="pairs">
              {savedMessages.map((saved) => (
                <div key={saved.name}>
                  <dt>
                    <SavedLink saved={saved} />
                  </dt>
                  <dd>
                    <code>{saved.address}</code>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        )}
      </div>
    </>
  );
}

/** Opens the form of the channel it was saved for, filled with it. */
function SavedLink({ saved }: { readonly saved: SavedMessage }): ReactNode {
  const store = useStore();
  const workbench = usePage((state) => state.workbench);
  const channel = workbench?.topology.channels.find((one) => savedFor(one, [saved]).length > 0);
  const operation = channel === undefined ? null : operationToCompose(workbench, channel.id);
  if (channel === undefined || operation === null)
    return <span title="No channel of this workspace has its address any more">{saved.name}</span>;
  return (
    <button
      type="button"
      className="link"
      title="Open it in the message form"
      onClick={() => {
        store.act({
          kind: "form",
          operation,
          action: { kind: "edit", change: fromDraft(draftOf(channel, saved)) },
        });
        store.act({ kind: "compose", id: operation });
      }}
    >
      {saved.name}
    </button>
  );
}
