/** Above every declaration: send a message, who is at the other end, where it stands in the topology. */
import * as vscode from "vscode";
import { peerCount } from "./peers.ts";
import { fileOf, rangeOf } from "./places.ts";
import { readSettings } from "./settings.ts";
import type { Workbench } from "./workbench.ts";

export const languages: readonly string[] = [
  "typescript",
  "typescriptreact",
  "javascript",
  "javascriptreact",
];

export function registerLenses(workbench: Workbench): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const revision = { seen: -1 };
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => lensesOf(workbench, document),
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(
      languages.map((language) => ({ language, scheme: "file" })),
      provider,
    ),
    workbench.onState(({ topology }) => {
      if (topology.revision === revision.seen) return;
      revision.seen = topology.revision;
      changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("millrace.codeLens")) changed.fire();
    }),
  );
}

function lensesOf({ folder, state }: Workbench, document: vscode.TextDocument): vscode.CodeLens[] {
  if (folder === null || state === null || !readSettings(folder).codeLens) return [];
  const file = fileOf(folder.uri, document.uri);
  const { topology } = state;
  return topology.operations
    .filter(({ place }) => place.file === file)
    .flatMap((operation) => {
      const range = rangeOf(operation.place);
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
