/** The VS Code shell of the workbench: one flat list of registrations; what they do is in the file of their name. */
import { performance } from "node:perf_hooks";
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

/** What other extensions and the tests may ask. */
export interface MillraceApi {
  /** How long `activate` kept the extension host, ms. */
  readonly activation: number;
}

export function activate(context: vscode.ExtensionContext): MillraceApi {
  const started = performance.now();
  const output = vscode.window.createOutputChannel("Millrace", { log: true });
  const workbench = new Workbench(context.extensionUri, output);
  const panel = new TopologyPanel(workbench, context.extensionUri);
  context.subscriptions.push(
    output,
    workbench,
    panel.register(),
    registerCommands(workbench, panel, output),
    registerTrees(workbench),
    registerLenses(workbench),
    registerDiagnostics(workbench),
    registerStatusBar(workbench),
    registerTerminals(workbench, context),
    registerContextKeys(workbench),
  );
  // Reading the workspace goes on in its worker after activation.
  void workbench.open();
  return { activation: performance.now() - started };
}
