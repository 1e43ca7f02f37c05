/** From `Send message` to a message that arrives: the form, an emulator to send to, and someone who receives. */
import type { Operation, Topology } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import type { TopologyPanel } from "./panel.ts";
import { serviceName } from "./peers.ts";
import type { Workbench } from "./workbench.ts";

/** Opens the form of an operation or channel and sees to it that what is sent can arrive. */
export async function composeMessage(
  workbench: Workbench,
  panel: TopologyPanel,
  id: string,
): Promise<void> {
  panel.compose(id);
  // Who sends a message wants it sent: nothing is asked about the emulator, which is ours.
  await workbench.startEmulator();
  void offerToRun(workbench, id);
}

/** Brokers drop what nobody waits for. A service is not started without a click: running a service runs the workspace's code. VS Code shows an equal question once. */
async function offerToRun(workbench: Workbench, id: string): Promise<void> {
  const { state } = workbench;
  if (state === null) return;
  const idle = receivers(state.topology, id).filter((service) =>
    ["stopped", "crashed"].includes(state.services[service]?.status ?? ""),
  );
  const [first] = idle;
  if (first === undefined) return;
  const names = idle.map((service) => serviceName(state.topology, service)).join(" and ");
  const run = idle.length === 1 ? `Run ${names}` : "Run Them";
  const all = "Run All Services";
  const answer = await vscode.window.showInformationMessage(
    `${names} ${idle.length === 1 ? "is" : "are"} not running, so nobody will receive the message.`,
    all,
    run,
  );
  if (answer === all) await vscode.commands.executeCommand("millrace.runAll");
  if (answer === run)
    await Promise.all(
      idle.map((service) => vscode.commands.executeCommand("millrace.runService", service)),
    );
}

/** The services that receive what is sent to an operation's channel, or to a channel. */
function receivers(topology: Topology, id: string): string[] {
  const target = topology.operations.find((operation) => operation.id === id);
  const channels = new Set([target?.channel ?? id]);
  const reached = new Set(
    topology.links
      .filter((link) => link.kind === "message" && link.from === id)
      .map(({ to }) => to),
  );
  const receives = (operation: Operation) =>
    operation.action === "receive" &&
    (channels.has(operation.channel) || reached.has(operation.id));
  return [...new Set(topology.operations.filter(receives).map(({ service }) => service))];
}
