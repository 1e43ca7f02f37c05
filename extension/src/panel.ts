/** The topology, the message form and the traffic: the workbench's page in an editor tab, one for the window. */
import { randomBytes } from "node:crypto";
import type { SessionMessage } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { pageHtml } from "./page-html.ts";
import type { PageConnection, Workbench } from "./workbench.ts";

const viewType = "millrace.topology";

export class TopologyPanel implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #extension: vscode.Uri;
  #shown: ShownPage | null = null;

  constructor(workbench: Workbench, extension: vscode.Uri) {
    this.#workbench = workbench;
    this.#extension = extension;
  }

  /** Brings the page to the front, without taking the cursor out of the code. */
  open(): void {
    if (this.#shown !== null) return this.#shown.panel.reveal(undefined, true);
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.#show(
      vscode.window.createWebviewPanel(viewType, "Millrace", column, {
        retainContextWhenHidden: true,
      }),
    );
  }

  /** Centres on a service, channel or operation. */
  focus(id: string): void {
    this.open();
    this.#shown?.tell({ kind: "focus", id });
  }

  /** Opens the message form; the user is about to type in it, so it gets the keyboard. */
  compose(id: string): void {
    this.open();
    this.#shown?.panel.reveal(undefined, false);
    this.#shown?.tell({ kind: "compose", id });
  }

  /** VS Code brings a panel back after a reload of the window through this. */
  readonly serializer: vscode.WebviewPanelSerializer = {
    deserializeWebviewPanel: async (panel) => this.#show(panel),
  };

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this,
      vscode.window.registerWebviewPanelSerializer(viewType, this.serializer),
    );
  }

  dispose(): void {
    this.#shown?.panel.dispose();
  }

  #show(panel: vscode.WebviewPanel): void {
    const root = vscode.Uri.joinPath(this.#extension, "dist", "page");
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.iconPath = vscode.Uri.joinPath(this.#extension, "media", "activity-bar.svg");
    const shown = new ShownPage(panel, this.#workbench);
    this.#shown = shown;
    panel.onDidDispose(() => {
      shown.close();
      if (this.#shown === shown) this.#shown = null;
    });
    const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
    webview.html = pageHtml({
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
      await this.#connection.receive(message);
      if (this.#waiting === null || !isReady(message)) return;
      for (const waiting of this.#waiting) void panel.webview.postMessage(waiting);
      this.#waiting = null;
    });
  }

  tell(message: SessionMessage): void {
    if (this.#waiting === null) void this.panel.webview.postMessage(message);
    else this.#waiting.push(message);
  }

  close(): void {
    this.#connection.close();
  }
}

function isReady(message: unknown): boolean {
  return (
    typeof message === "object" && message !== null && "kind" in message && message.kind === "ready"
  );
}
