/** The topology, the message form and the traffic: the workbench's page in an editor tab, one for the window. */
import { randomBytes } from "node:crypto";
import type { PageConnection } from "@millrace/workbench";
import type { SessionMessage } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { kindOf, type Workbench } from "./workbench.ts";

const viewType = "millrace.topology";

export class TopologyPanel {
  readonly #workbench: Workbench;
  readonly #extension: vscode.Uri;
  #shown: ShownPage | null = null;

  constructor(workbench: Workbench, extension: vscode.Uri) {
    this.#workbench = workbench;
    this.#extension = extension;
  }

  /** Brings the page to the front, over the code or beside it, without taking the cursor out of the code. */
  open(column: vscode.ViewColumn = vscode.ViewColumn.Active): void {
    if (this.#shown !== null) return this.#shown.panel.reveal(undefined, true);
    const where = { viewColumn: column, preserveFocus: true };
    const options = { retainContextWhenHidden: true };
    this.#show(vscode.window.createWebviewPanel(viewType, "Millrace", where, options));
  }

  /** Centres on a service, channel or operation. */
  focus(id: string): void {
    this.open(vscode.ViewColumn.Beside);
    this.#shown?.tell({ kind: "focus", id });
  }

  /** Opens the message form; the user is about to type in it, so it gets the keyboard. */
  compose(id: string): void {
    this.open(vscode.ViewColumn.Beside);
    this.#shown?.panel.reveal(undefined, false);
    this.#shown?.tell({ kind: "compose", id });
  }

  register(): vscode.Disposable {
    // VS Code brings a panel back after the window was reloaded.
    const serializer = {
      deserializeWebviewPanel: async (panel: vscode.WebviewPanel) => this.#show(panel),
    };
    return vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(viewType, serializer),
      this.#workbench.onRestart(() => {
        if (this.#shown !== null) void this.#fill(this.#shown.panel.webview);
      }),
    );
  }

  #show(panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [this.#root()] };
    const icon = (name: string) => vscode.Uri.joinPath(this.#extension, "media", name);
    panel.iconPath = { light: icon("panel-light.svg"), dark: icon("panel-dark.svg") };
    const shown = new ShownPage(panel, this.#workbench);
    this.#shown = shown;
    panel.onDidDispose(() => {
      shown.close();
      if (this.#shown === shown) this.#shown = null;
    });
    void this.#fill(webview);
  }

  #root(): vscode.Uri {
    return vscode.Uri.joinPath(this.#extension, "dist", "page");
  }

  async #fill(webview: vscode.Webview): Promise<void> {
    // Loaded with the session, which no window pays for at its start.
    const { pageHtml } = await import("@millrace/workbench");
    const file = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#root(), name)).toString();
    webview.html = pageHtml({
      shell: "vscode",
      script: file("page.js"),
      style: file("page.css"),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64url"),
    });
  }
}

/** A page from its first line of script to the closing of its tab. */
class ShownPage {
  readonly panel: vscode.WebviewPanel;
  readonly #connection: PageConnection;
  /** What is to be said once the page listens: a webview drops what comes before. */
  #waiting: SessionMessage[] | null = [];

  constructor(panel: vscode.WebviewPanel, workbench: Workbench) {
    this.panel = panel;
    this.#connection = workbench.connect((message) => void panel.webview.postMessage(message));
    panel.webview.onDidReceiveMessage(async (message: unknown) => {
      // The user pressed Send: an emulator that is stopped is started for it, nothing is asked.
      if (kindOf(message) === "send" && workbench.state?.trusted === true)
        await workbench.startEmulator();
      await this.#connection.receive(message);
      if (kindOf(message) === "ready") this.#listens();
    });
  }

  tell(message: SessionMessage): void {
    if (this.#waiting === null) void this.panel.webview.postMessage(message);
    else this.#waiting.push(message);
  }

  close(): void {
    this.#connection.close();
  }

  #listens(): void {
    for (const message of this.#waiting ?? []) void this.panel.webview.postMessage(message);
    this.#waiting = null;
  }
}
