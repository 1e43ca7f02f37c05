/** Above every declaration: send a message, who is at the other end, where it stands in the topology. */
import * as vscode from "vscode";
import { drifted, type Change } from "./drift.ts";
import { peerCount } from "./peers.ts";
import { fileOf } from "./places.ts";
import { readSettings } from "./settings.ts";
import { UnsavedChanges } from "./unsaved.ts";
import type { Workbench } from "./workbench.ts";

export const languages: readonly string[] = [
  "typescript",
  "typescriptreact",
  "javascript",
  "javascriptreact",
];

export function registerLenses(workbench: Workbench): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const unsaved = new UnsavedChanges();
  let drawn = "";
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => lensesOf(workbench, document, unsaved.of(document)),
  };
  return vscode.Disposable.from(
    changed,
    unsaved.register(languages),
    vscode.languages.registerCodeLensProvider(
      languages.map((language) => ({ language, scheme: "file" })),
      provider,
    ),
    workbench.onState(({ topology }) => {
      // States also come with every service that starts.
      const next = JSON.stringify([topology.operations, topology.links]);
      if (next === drawn) return;
      drawn = next;
      unsaved.analysed();
      changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("millrace.codeLens")) changed.fire();
    }),
  );
}

function lensesOf(
  { folder, state }: Workbench,
  document: vscode.TextDocument,
  changes: readonly Change[],
): vscode.CodeLens[] {
  if (folder === null || state === null || !readSettings(folder).codeLens) return [];
  const file = fileOf(folder.uri, document.uri);
  const { topology } = state;
  return topology.operations.flatMap((operation) => {
    const start = operation.place.file === file ? drifted(operation.place.start, changes) : null;
    if (start === null) return [];
    const range = new vscode.Range(start.line, start.character, start.line, start.character);
    const lens = (title: string, command: string, tooltip: string) =>
      new vscode.CodeLens(range, {
        title,
        tooltip,
        command: `millrace.${command}`,
        arguments: [operation.id],
      });
    return [
      lens("Send message", "sendMessage", "Fill in a message and send it through the emulator"),
      lens(peerCount(topology, operation), "showPeers", "Peek at the other end"),
      lens("Show in topology", "showInTopology", "Show where it stands among the services"),
    ];
  });
}
