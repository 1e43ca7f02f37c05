/** The topology's problems, at their places in the code. */
import type { Problem } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { locationOf } from "./places.ts";
import { readSettings } from "./settings.ts";
import type { Workbench } from "./workbench.ts";

export function registerDiagnostics(workbench: Workbench): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection("millrace");
  const shown = { problems: "" };
  const show = (): void => {
    const { folder, state } = workbench;
    if (folder === null || state === null) return;
    const problems = readSettings(folder).problems ? state.topology.problems : [];
    // States come with every service that starts; setting diagnostics anew makes the Problems view flicker.
    const next = JSON.stringify(problems);
    if (next === shown.problems) return;
    shown.problems = next;
    collection.clear();
    for (const [file, diagnostics] of byFile(folder, problems))
      collection.set(vscode.Uri.parse(file), diagnostics);
  };
  return vscode.Disposable.from(
    collection,
    workbench.onState(show),
    vscode.workspace.onDidChangeConfiguration(show),
  );
}

function byFile(
  folder: vscode.WorkspaceFolder,
  problems: readonly Problem[],
): Map<string, vscode.Diagnostic[]> {
  const files = new Map<string, vscode.Diagnostic[]>();
  for (const problem of problems) {
    if (problem.place === null) continue;
    const { uri, range } = locationOf(folder.uri, problem.place);
    const diagnostic = new vscode.Diagnostic(
      firstLine(range),
      problem.message,
      severities[problem.severity],
    );
    diagnostic.source = "Millrace";
    diagnostic.code = problem.code;
    files.set(uri.toString(), [...(files.get(uri.toString()) ?? []), diagnostic]);
  }
  return files;
}

/** A subscriber's place holds its handler, which has nothing to do with it: the editor would underline all of that. */
function firstLine(range: vscode.Range): vscode.Range {
  // VS Code takes a position behind the end of a line for its end.
  return range.isSingleLine ? range : range.with({ end: range.start.translate(0, 10_000) });
}

const severities: Readonly<Record<Problem["severity"], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};
