/** Every command of package.json, one row each. A target is a tree's row, a lens' id, or nothing when called from the palette. */
import type { Session } from "@millrace/workbench";
import * as vscode from "vscode";
import { showEmulatorMenu } from "./emulator-menu.ts";
import type { TopologyPanel } from "./panel.ts";
import { peekPeers } from "./peek.ts";
import { pickOperation, pickServer, pickService, subjectOf } from "./picks.ts";
import { openPlace } from "./places.ts";
import { runAll, runService } from "./running.ts";
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
    restart: () => workbench.restart(),
    clearTraffic: () => workbench.ask((session) => session.clearTraffic()),

    sendMessage: (target) =>
      ifTrusted(async ({ state }) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Send a message to"));
        if (id !== null) await composeMessage(workbench, panel, id);
      }),
    showInTopology: (target) =>
      workbench.ask(async ({ state }) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Show in the topology"));
        if (id !== null) panel.focus(id);
      }),
    showPeers: (target) =>
      workbench.ask(async ({ state }, folder) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Show the other end of"));
        if (id !== null) await peekPeers(folder.uri, state, id);
      }),
    goToDeclaration: (target) =>
      workbench.ask(async ({ state }, folder) => {
        const id =
          subjectOf(target) ?? (await pickOperation(workbench, state, "Go to the declaration of"));
        const { operations, services } = state.topology;
        const place = [...operations, ...services].find((thing) => thing.id === id)?.place ?? null;
        if (place !== null) await openPlace(folder.uri, place);
      }),

    startEmulator: () => ifTrusted(() => workbench.startEmulator()),
    stopEmulator: () => workbench.ask((session) => session.stopEmulator()),
    emulatorMenu: () => workbench.ask(({ state }) => showEmulatorMenu(state)),
    copyUrl: (target) =>
      workbench.ask(async ({ state }) => {
        const protocol = subjectOf(target) ?? (await pickServer(state, "Copy the address of"));
        const url = state.emulator.servers.find((server) => server.protocol === protocol)?.url;
        if (url === undefined) return;
        await vscode.env.clipboard.writeText(url);
        vscode.window.setStatusBarMessage(`Copied ${url}`, 3_000);
      }),

    runService: (target) =>
      ifTrusted(async (session) => {
        const id =
          subjectOf(target) ??
          (await pickService(session.state, "Run a service", ["stopped", "crashed"]));
        if (id !== null) await runService(session, id, output);
      }),
    stopService: (target) =>
      workbench.ask(async (session) => {
        const id =
          subjectOf(target) ??
          (await pickService(session.state, "Stop a service", ["running", "starting"]));
        if (id !== null) await session.stopService(id);
      }),
    runAll: () => ifTrusted((session) => runAll(session, output)),
    stopAll: () => workbench.ask((session) => session.stopAll()),
    initInTerminal: () => ifTrusted((_session, folder) => initInTerminal(folder.uri)),
  };

  async function ifTrusted(
    verb: (session: Session, folder: vscode.WorkspaceFolder) => unknown,
  ): Promise<void> {
    if (await trusted()) await workbench.ask(verb);
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
