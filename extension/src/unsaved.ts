/** What was typed into each file since the analysis last saw it. */
import * as vscode from "vscode";
import type { Change } from "./drift.ts";

export class UnsavedChanges {
  readonly #changes = new Map<string, Change[]>();
  /** Files that were saved: the next topology knows them as they are. */
  readonly #saved = new Set<string>();

  of(document: vscode.TextDocument): readonly Change[] {
    return this.#changes.get(document.uri.toString()) ?? [];
  }

  /** A topology came that was read after the last save. */
  analysed(): void {
    for (const file of this.#saved) this.#changes.delete(file);
    this.#saved.clear();
  }

  register(languages: readonly string[]): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (!languages.includes(document.languageId) || contentChanges.length === 0) return;
        const file = document.uri.toString();
        this.#saved.delete(file);
        // Of one edit in several places the last comes first, so that each is told in the text as it then is.
        this.#changes.set(file, [...(this.#changes.get(file) ?? []), ...contentChanges]);
      }),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.#saved.add(uri.toString())),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#changes.delete(uri.toString())),
    );
  }
}
