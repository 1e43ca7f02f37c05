/** File events of the editor, for the analysis and for restarting services: also those of git, npm and other editors. */
import * as vscode from "vscode";

const watched = "{**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,json},**/.env*}";

export function watchFiles(
  folder: vscode.WorkspaceFolder,
  changed: (file: string) => void,
): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(folder, watched),
  );
  const tell = ({ fsPath }: vscode.Uri): void => {
    // npm install touches thousands of files, none of which is the user's.
    if (!/[\\/](node_modules|\.git)[\\/]/.test(fsPath)) changed(fsPath);
  };
  watcher.onDidCreate(tell);
  watcher.onDidChange(tell);
  watcher.onDidDelete(tell);
  return watcher;
}
