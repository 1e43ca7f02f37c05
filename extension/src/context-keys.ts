/** What the menus and welcome texts of package.json ask for in their `when`. */
import * as vscode from "vscode";
import type { Workbench } from "./workbench.ts";

export function registerContextKeys(workbench: Workbench): vscode.Disposable {
  const known = new Map<string, string>();
  return workbench.onState(({ analysis, emulator }) => {
    for (const [name, value] of Object.entries({
      analysis: analysis.status,
      emulator: emulator.status,
    })) {
      if (known.get(name) === value) continue;
      known.set(name, value);
      void vscode.commands.executeCommand("setContext", `millrace.${name}`, value);
    }
  });
}
