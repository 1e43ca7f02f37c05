/** Every command of package.json, one row each. A target is a tree's row, a lens' id, or nothing when called from the palette. */
import type { WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { showEmulatorMenu } from "./emulator-menu.ts";
import type { TopologyPanel } from "./panel.ts";
import { peekPeers } from "./peek.ts";
import { pickOperation, pickServer, pickService, subjectOf } from "./picks.ts";
import { openPlace } from "./places.ts";
import { composeMessage } from "./sending.ts";
import { trusted } from "./trust.ts";
import type { Workbench } from "./workbench.ts";

export function registerCommands(
  workbench: Workbench,
  panel: TopologyPanel,
  output: vscode.LogOutputChannel,
): vscode.Disposable {
  const commands: Record<string, (target: unknown) => unknown> = {
    openTopology: () => panel.open(),
    showOutput: () => output.show(true),
    readAgain: () => workbench.restart(),
    clearTraffic: () => workbench.post({ kind: "clear-traffic" }),

    sendMessage: (target) =>
      ifTrusted(async (state) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Send a message to"));
        if (id !== null) composeMessage(workbench, panel, id);
      }),
    showInTopology: (target) =>
      withState(async (state) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Show in the topology"));
        if (id !== null) panel.focus(id);
      }),
    showPeers: (target) =>
      withState(async (state, folder) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Show the other end of"));
        if (id !== null) await peekPeers(folder, state, id);
      }),
    goToDeclaration: (target) =>
      withState(async (state, folder) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Go to the declaration of"));
        const { operations, services } = state.topology;
        const place = [...operations, ...services].find((thing) => thing.id === id)?.place ?? null;
        if (place !== null) await openPlace(folder, place);
      }),

    startEmulator: () => ifTrusted(() => workbench.startEmulator()),
    stopEmulator: () => withState(() => workbench.post({ kind: "stop-emulator" })),
    emulatorMenu: () => withState((state) => showEmulatorMenu(state)),
    copyUrl: (target) =>
      withState(async (state) => {
        const protocol = subjectOf(target) ?? (await pickServer(state, "Copy the address of"));
        const url = state.emulator.servers.find((server) => server.protocol === protocol)?.url;
        if (url === undefined) return;
        await vscode.env.clipboard.writeText(url);
        vscode.window.setStatusBarMessage(`Copied ${url}`, 3_000);
      }),

    runService: (target) =>
      ifTrusted(async (state) => {
        const id =
          subjectOf(target) ?? (await pickService(state, "Run a service", ["stopped", "crashed"]));
        if (id !== null) workbench.post({ kind: "start-service", id });
      }),
    stopService: (target) =>
      withState(async (state) => {
        const id =
          subjectOf(target) ??
          (await pickService(state, "Stop a service", ["running", "starting"]));
        if (id !== null) workbench.post({ kind: "stop-service", id });
      }),
    runAll: () => ifTrusted(() => workbench.post({ kind: "start-all" })),
    stopAll: () => withState(() => workbench.post({ kind: "stop-all" })),
    initInTerminal: () => ifTrusted((_state, folder) => initInTerminal(folder)),
  };

  async function withState(
    act: (state: WorkbenchState, folder: vscode.Uri) => unknown,
  ): Promise<void> {
    const { folder, state } = workbench;
    if (folder === null)
      return void vscode.window.showInformationMessage(
        "Millrace works on a folder: open one first.",
      );
    await act(state ?? (await workbench.firstState()), folder.uri);
  }

  async function ifTrusted(
    act: (state: WorkbenchState, folder: vscode.Uri) => unknown,
  ): Promise<void> {
    if (await trusted()) await withState(act);
  }

  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`millrace.${name}`, run),
    ),
  );
}

/** Written, not sent: the user sees what will be made, and where, before Enter. */
function initInTerminal(folder: vscode.Uri): void {
  const terminal = vscode.window.createTerminal({ name: "Millrace", cwd: folder });
  terminal.show();
  terminal.sendText("npx millrace init", false);
}
