/** A click on the running emulator in the status bar. */
import type { WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";

export async function showEmulatorMenu({ emulator }: WorkbenchState): Promise<void> {
  const items: (vscode.QuickPickItem & { command?: string; argument?: string })[] = [
    { label: "$(debug-stop) Stop the emulator", command: "stopEmulator" },
    { label: "$(type-hierarchy) Open the topology", command: "openTopology" },
    { label: "$(output) Show the output", command: "showOutput" },
    { label: "Addresses", kind: vscode.QuickPickItemKind.Separator },
    ...emulator.servers.map(({ protocol, url }) => ({
      label: `$(copy) Copy ${url}`,
      command: "copyUrl",
      argument: protocol,
    })),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: "Millrace Emulator" });
  if (picked?.command !== undefined)
    await vscode.commands.executeCommand(`millrace.${picked.command}`, picked.argument);
}
