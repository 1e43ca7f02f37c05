/** The session of the window's folder, as the views see it: its last state, its messages, and what can be asked of it. */
import type { PageMessage, SessionMessage, WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";

/** A page's line to the session. */
export interface PageConnection {
  /** Anything that came from the page: the session judges it. */
  receive(message: unknown): Promise<void>;
  close(): void;
}

export class Workbench implements vscode.Disposable {
  readonly folder: vscode.WorkspaceFolder | null = null;
  state: WorkbenchState | null = null;
  constructor(extension: vscode.Uri, output: vscode.LogOutputChannel) {
    void extension;
    void output;
  }
  readonly onState: vscode.Event<WorkbenchState> = () => new vscode.Disposable(() => undefined);
  connect(tell: (message: SessionMessage) => void): PageConnection {
    void tell;
    return { receive: async () => {}, close() {} };
  }
  post(message: PageMessage): void {
    void message;
  }
  async startEmulator(): Promise<void> {}
  async firstState(): Promise<WorkbenchState> {
    throw new Error("x");
  }
  async restart(): Promise<void> {}
  async open(): Promise<void> {}
  dispose(): void {}
}
