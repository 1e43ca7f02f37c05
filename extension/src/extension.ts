/** The VS Code shell of the workbench: one flat list of registrations; what they do is in the file of their name. */
import { performance } from "node:perf_hooks";
import type { WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { registerContextKeys } from "./context-keys.ts";
import { registerDiagnostics } from "./diagnostics.ts";
import { registerLenses } from "./lenses.ts";
import { TopologyPanel } from "./panel.ts";
import { registerStatusBar } from "./status-bar.ts";
import { registerTerminals } from "./terminals.ts";
import { registerTrees } from "./trees.ts";
import { Workbench } from "./workbench.ts";

/** For other extensions. */
export interface MillraceApi {
  /** How long `activate` kept the extension host, ms. */
  readonly activation: number;
  /** What the views show: topology, emulator, services. null before the folder is being read, and without one. */
  state(): WorkbenchState | null;
}

let workbench: Workbench | undefined;

export function activate(context: vscode.ExtensionContext): MillraceApi {
  const started = performance.now();
  const output = vscode.window.createOutputChannel("Millrace", { log: true });
  const here = new Workbench(context, output);
  const panel = new TopologyPanel(here, context.extensionUri);
  context.subscriptions.push(
    output,
    here.register(),
    panel.register(),
    registerCommands(here, panel, output),
    registerTrees(here),
    registerLenses(here),
    registerDiagnostics(here),
    registerStatusBar(here),
    registerTerminals(here, context),
    registerContextKeys(here),
  );
  workbench = here;
  void here.open();
  return { activation: performance.now() - started, state: () => here.state };
}

/** Services and the emulator end with the window. */
export async function deactivate(): Promise<void> {
  await workbench?.close();
}
