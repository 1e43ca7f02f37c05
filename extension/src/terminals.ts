/** While the emulator runs, new terminals know where it is. */
import type { WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { readSettings } from "./settings.ts";
import type { Workbench } from "./workbench.ts";

export function registerTerminals(
  workbench: Workbench,
  context: vscode.ExtensionContext,
): vscode.Disposable {
  const variables = context.environmentVariableCollection;
  // The ports are this window's: a restored window starts without an emulator.
  variables.persistent = false;
  variables.description = "Addresses of the Millrace emulator";
  const shown = { urls: "" };
  const set = (): void => {
    const { folder, state } = workbench;
    const urls =
      folder === null || state === null || !readSettings(folder).terminalEnvironment
        ? []
        : urlsOf(state);
    // Any change, even to the same, asks the user to relaunch open terminals.
    if (JSON.stringify(urls) === shown.urls) return;
    shown.urls = JSON.stringify(urls);
    variables.clear();
    for (const [name, url] of urls) variables.replace(name, url);
  };
  return vscode.Disposable.from(
    workbench.onState(set),
    vscode.workspace.onDidChangeConfiguration(set),
    { dispose: () => variables.clear() },
  );
}

function urlsOf({ trusted, emulator }: WorkbenchState): [name: string, url: string][] {
  if (!trusted || emulator.status !== "running") return [];
  return emulator.servers.map(({ protocol, url }) => [
    `MILLRACE_${protocol.toUpperCase()}_URL`,
    url,
  ]);
}
