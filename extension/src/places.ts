/** Between the topology's places and the editor's. Both count lines and characters from 0. */
import type { Place } from "@millrace/workbench/protocol";
import * as vscode from "vscode";

export function rangeOf(place: Place): vscode.Range {
  return new vscode.Range(
    place.start.line,
    place.start.character,
    place.end.line,
    place.end.character,
  );
}

export function locationOf(folder: vscode.Uri, place: Place): vscode.Location {
  return new vscode.Location(vscode.Uri.joinPath(folder, place.file), rangeOf(place));
}

/** The document's file as places name it; null where it is not in the folder. */
export function fileOf(folder: vscode.Uri, document: vscode.Uri): string | null {
  const root = folder.path.endsWith("/") ? folder.path : `${folder.path}/`;
  return document.scheme === folder.scheme && document.path.startsWith(root)
    ? document.path.slice(root.length)
    : null;
}

/** Shows a place beside the topology, not over it: in the first column that holds code. */
export async function openPlace(folder: vscode.Uri, place: Place): Promise<void> {
  const { uri, range } = locationOf(folder, place);
  // A page asked for it: it may show the folder's files and no other.
  if (fileOf(folder, uri) === null) return;
  const start = new vscode.Range(range.start, range.start);
  await vscode.window.showTextDocument(uri, { selection: start, viewColumn: codeColumn() });
}

function codeColumn(): vscode.ViewColumn {
  const group = vscode.window.tabGroups.all.find(
    ({ activeTab }) => activeTab?.input instanceof vscode.TabInputText,
  );
  return group?.viewColumn ?? vscode.ViewColumn.One;
}
