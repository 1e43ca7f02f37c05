/** What is known of the selected node. */
import type { ReactNode } from "react";
import { usePage } from "../store/hooks.ts";
import { ChannelDetails } from "./channel-details.tsx";
import { OperationDetails } from "./operation-details.tsx";
import { PanelHeader } from "./panel-header.tsx";
import { ServiceDetails } from "./service-details.tsx";

export function DetailsPanel(): ReactNode {
  const selection = usePage((state) => state.selection);
  const topology = usePage((state) => state.workbench?.topology);
  const client = usePage((state) =>
    selection === null ? undefined : state.traffic.clients.get(selection),
  );
  if (topology === undefined || selection === null) return null;

  const service = topology.services.find((one) => one.id === selection);
  if (service !== undefined) return <ServiceDetails service={service} topology={topology} />;
  const channel = topology.channels.find((one) => one.id === selection);
  if (channel !== undefined) return <ChannelDetails channel={channel} topology={topology} />;
  const operation = topology.operations.find((one) => one.id === selection);
  if (operation !== undefined)
    return <OperationDetails operation={operation} topology={topology} />;
  if (client !== undefined) {
    return (
      <>
        <PanelHeader kind="Unknown client" title={client === "" ? "unnamed" : client} />
        <div className="scroll">
          <p>
            It talks to the emulator, but no service of this workspace claims its name.{" "}
            <code>millrace run</code> names its clients by itself; any other client is recognised
            when it takes its name from <code>MILLRACE_SERVICE</code>.
          </p>
          <p className="facts">Drawn dashed: known from the traffic, not from a declaration.</p>
        </div>
      </>
    );
  }
  return (
    <>
      <PanelHeader kind="Gone" title={selection} />
      <div className="scroll">
        <p>It is no longer declared: it was renamed or removed since it was selected.</p>
      </div>
    </>
  );
}
