/** The emulator in the status bar: start it, see its ports, stop it. */
import * as vscode from "vscode";
import { statusText } from "./status-text.ts";
import type { Workbench } from "./workbench.ts";

export function registerStatusBar(workbench: Workbench): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    "millrace.emulator",
    vscode.StatusBarAlignment.Left,
    10,
  );
  item.name = "Millrace Emulator";
  return vscode.Disposable.from(
    item,
    workbench.onState((state) => {
      const { text, tooltip, command, warn } = statusText(state);
      item.text = text;
      item.tooltip = tooltip;
      item.command = command;
      item.backgroundColor = warn
        ? new vscode.ThemeColor("statusBarItem.errorBackground")
        : undefined;
      item.accessibilityInformation = { label: `Millrace: ${tooltip}` };
      item.show();
    }),
  );
}
