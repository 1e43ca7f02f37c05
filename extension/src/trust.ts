/** An untrusted workspace is read, never run: its code, its ports and its messages are somebody else's. */
import * as vscode from "vscode";

export const untrustedReason =
  "This workspace is not trusted: Millrace reads its source, but starts and sends nothing here.";

/** Whether something may be started or sent; where not, says why and how to change it. */
export async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = "Manage Workspace Trust";
  if ((await vscode.window.showWarningMessage(untrustedReason, manage)) === manage) {
    await vscode.commands.executeCommand("workbench.trust.manage");
  }
  return false;
}
