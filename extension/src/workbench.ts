/**
 * The session of the window's folder, as the views see it: its last state, its pages, and the verbs on it.
 * A window with several folders shows the first one.
 */
import type { EmulatorOptions } from "@millrace/emulator/remote";
import type { PageConnection, Session } from "@millrace/workbench";
import type { SessionMessage, WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { openPlace } from "./places.ts";
import { readSettings } from "./settings.ts";
import { watchFiles } from "./watching.ts";

/** VS Code waits five seconds for an extension to end; what has not stopped by then is killed. */
const CLOSE_WITHIN = 4_000;

export class Workbench {
  readonly folder: vscode.WorkspaceFolder | null = vscode.workspace.workspaceFolders?.[0] ?? null;
  readonly #context: vscode.ExtensionContext;
  readonly #output: vscode.LogOutputChannel;
  readonly #states = new vscode.EventEmitter<WorkbenchState>();
  readonly #restarts = new vscode.EventEmitter<void>();
  readonly #pages = new Set<Page>();
  #session: Session | null = null;
  #opened: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext, output: vscode.LogOutputChannel) {
    this.#context = context;
    this.#output = output;
  }

  /** null until the session is there, and in a window without a folder. */
  get state(): WorkbenchState | null {
    return this.#session?.state ?? null;
  }

  /** After each change of anything but traffic. */
  readonly onState: vscode.Event<WorkbenchState> = this.#states.event;

  /** A new session counts its traffic from 1 again, so pages have to begin anew with it. */
  readonly onRestart: vscode.Event<void> = this.#restarts.event;

  /** Begins to read the folder. Never rejects: what goes wrong is in the output. */
  open(): Promise<void> {
    const { folder } = this;
    this.#opened =
      folder === null
        ? Promise.resolve()
        : this.#open(folder).catch((error: unknown) =>
            this.#output.error(error instanceof Error ? error : String(error)),
          );
    return this.#opened;
  }

  async #open(folder: vscode.WorkspaceFolder): Promise<void> {
    // In a turn of its own: loading the session is no part of activation.
    await new Promise((resolve) => setImmediate(resolve));
    const { createSession } = await import("@millrace/workbench");
    const file = (name: string) =>
      vscode.Uri.joinPath(this.#context.extensionUri, "dist", name).fsPath;
    const storage = this.#context.storageUri;
    const session = createSession({
      folder: folder.uri.fsPath,
      shell: "vscode",
      trusted: vscode.workspace.isTrusted,
      workers: { analysis: file("analysis-worker.cjs"), emulator: file("emulator-worker.cjs") },
      open: (place) => void openPlace(folder.uri, place),
      log: (line) => this.#output.info(line),
      // The settings of the moment it starts, not of the moment the window opened.
      emulator: () => emulatorOptions(folder),
      ...(storage === undefined
        ? {}
        : { draftsFile: vscode.Uri.joinPath(storage, "drafts.json").fsPath }),
    });
    this.#session = session;
    session.onState((state) => this.#states.fire(state));
    session.onOutput(({ service, stream, line }) =>
      this.#output[stream === "stdout" ? "info" : "warn"](`${service}: ${line}`),
    );
    this.#states.fire(session.state);
    for (const page of this.#pages) page.join(session);
    if (readSettings(folder).autoStart && session.state.trusted) void this.startEmulator();
  }

  /** What goes on while the extension lives: files and trust. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.#states,
      this.#restarts,
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#session?.trust()),
      ...(this.folder === null
        ? []
        : [watchFiles(this.folder, (file) => this.#session?.fileChanged(file))]),
    );
  }

  /** Everything anew: for an analysis that failed. */
  async restart(): Promise<void> {
    await this.close();
    await this.open();
    this.#restarts.fire();
  }

  async close(): Promise<void> {
    await this.#opened;
    const session = this.#session;
    this.#session = null;
    await session?.close(CLOSE_WITHIN);
  }

  /** A page may be there before the session: VS Code brings its panel back first. */
  connect(tell: (message: SessionMessage) => void): PageConnection {
    const page = new Page(tell, () => this.#pages.delete(page));
    this.#pages.add(page);
    if (this.#session !== null) page.join(this.#session);
    return page;
  }

  /** Runs a verb of the session once the folder has been read. What goes wrong is shown. */
  async ask(verb: (session: Session, folder: vscode.WorkspaceFolder) => unknown): Promise<void> {
    const { folder } = this;
    if (folder === null)
      return void vscode.window.showInformationMessage(
        "Millrace works on a folder: open one first.",
      );
    await this.#opened;
    const session = this.#session;
    if (session === null) return;
    try {
      await session.analysed();
      await verb(session, folder);
    } catch (error) {
      const show = "Show Output";
      const message = error instanceof Error ? error.message : String(error);
      this.#output.error(message);
      if ((await vscode.window.showErrorMessage(`Millrace: ${message}`, show)) === show)
        this.#output.show(true);
    }
  }

  /** With progress in the status bar. Does nothing where it runs. */
  async startEmulator(): Promise<void> {
    if (this.state?.emulator.status === "running") return;
    const progress = {
      location: vscode.ProgressLocation.Window,
      title: "Starting the Millrace emulator",
    };
    await vscode.window.withProgress(progress, () =>
      this.ask((session) => session.startEmulator()),
    );
  }
}

function emulatorOptions(folder: vscode.WorkspaceFolder): EmulatorOptions {
  return { ports: readSettings(folder).ports };
}

/** A page's line to the session, whichever session there is. */
class Page implements PageConnection {
  readonly #tell: (message: SessionMessage) => void;
  readonly #leave: () => void;
  #line: PageConnection | null = null;
  #ready = false;

  constructor(tell: (message: SessionMessage) => void, leave: () => void) {
    this.#tell = tell;
    this.#leave = leave;
  }

  join(session: Session): void {
    this.#line = session.connect(this.#tell);
    if (this.#ready) void this.#line.receive({ kind: "ready" });
  }

  async receive(message: unknown): Promise<void> {
    if (kindOf(message) === "ready") this.#ready = true;
    await this.#line?.receive(message);
  }

  close(): void {
    this.#line?.close();
    this.#leave();
  }
}

/** What kind of message a page sent; the session checks the rest. */
export function kindOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "kind" in message
    ? message.kind
    : undefined;
}
