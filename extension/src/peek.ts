/** The other ends of an operation, in the editor's own peek window; those of one that has none are told in words. */
import type { WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { addressOf, peersOf } from "./peers.ts";
import { locationOf } from "./places.ts";

export async function peekPeers(
  folder: vscode.Uri,
  { topology }: WorkbenchState,
  id: string,
): Promise<void> {
  const operation = topology.operations.find((candidate) => candidate.id === id);
  if (operation === undefined) return;
  const peers = peersOf(topology, operation);
  if (peers.length === 0) {
    const verb = operation.action === "receive" ? "sends to" : "listens to";
    void vscode.window.showInformationMessage(
      `Nobody in this workspace ${verb} ${addressOf(topology, operation)}.`,
    );
    return;
  }
  const { uri, range } = locationOf(folder, operation.place);
  const found = peers.map(({ place }) => locationOf(folder, place));
  // A peek opens in an editor, and the command may come from the tree while none shows the declaration.
  await vscode.window.showTextDocument(uri, {
    selection: new vscode.Range(range.start, range.start),
  });
  await vscode.commands.executeCommand(
    "editor.action.peekLocations",
    uri,
    range.start,
    found,
    "peek",
  );
}
