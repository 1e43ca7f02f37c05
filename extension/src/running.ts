/** Running services: their commands are said in the output before they run, and a crash says where to read more. */
import type { Session } from "@millrace/workbench";
import type { ServiceState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { serviceName } from "./peers.ts";

export async function runService(
  session: Session,
  id: string,
  output: vscode.LogOutputChannel,
): Promise<void> {
  announce(session, [id], output);
  const state = await session.startService(id);
  if (state.status === "crashed")
    await tellCrash([serviceName(session.state.topology, id)], state, output);
}

export async function runAll(session: Session, output: vscode.LogOutputChannel): Promise<void> {
  const ids = session.state.topology.services.map(({ id }) => id);
  if (ids.length === 0)
    return void vscode.window.showInformationMessage("No service was found in this folder.");
  announce(session, ids, output);
  await session.startAll();
  const crashed = ids.filter((id) => session.state.services[id]?.status === "crashed");
  const [first] = crashed;
  if (first === undefined) return;
  const names = crashed.map((id) => serviceName(session.state.topology, id));
  await tellCrash(names, session.state.services[first], output);
}

function announce(session: Session, ids: readonly string[], output: vscode.LogOutputChannel): void {
  for (const id of ids) {
    const command = session.state.services[id]?.command ?? null;
    if (command !== null)
      output.info(`${serviceName(session.state.topology, id)}: runs ${command}`);
  }
}

async function tellCrash(
  names: readonly string[],
  state: ServiceState | undefined,
  output: vscode.LogOutputChannel,
): Promise<void> {
  const why = state?.error?.split("\n")[0] ?? "it ended";
  const show = "Show Output";
  if (
    (await vscode.window.showErrorMessage(`${names.join(", ")} did not start: ${why}`, show)) ===
    show
  )
    output.show(true);
}
