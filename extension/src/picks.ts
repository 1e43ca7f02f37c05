/** Which operation, service or broker a command is for: the one it was called on, the one under the cursor, or one the user picks. */
import type { Operation, WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { protocolLabels } from "./outline.ts";
import { addressOf, peerCount, serviceName } from "./peers.ts";
import { fileOf, rangeOf } from "./places.ts";
import type { Workbench } from "./workbench.ts";

/** The id a tree row, a lens or another extension's call names; null from the palette. */
export function subjectOf(target: unknown): string | null {
  if (typeof target === "string") return target;
  if (
    typeof target === "object" &&
    target !== null &&
    "subject" in target &&
    typeof target.subject === "string"
  )
    return target.subject;
  return null;
}

/** An operation's id. */
export async function pickOperation(
  workbench: Workbench,
  state: WorkbenchState,
  title: string,
): Promise<string | null> {
  const here = operationAtCursor(workbench, state);
  if (here !== null) return here.id;
  return pick(
    title,
    "No subscriber or publisher is declared in this folder yet.",
    state.topology.operations.map((operation) => ({
      id: operation.id,
      label: `$(${operation.action === "receive" ? "arrow-down" : "arrow-up"}) ${addressOf(state.topology, operation)}`,
      description: `${serviceName(state.topology, operation.service)} ${operation.action === "receive" ? "receives" : "sends"} · ${peerCount(state.topology, operation)}`,
    })),
  );
}

/** The id of a service whose status is one of `statuses`. */
export async function pickService(
  state: WorkbenchState,
  title: string,
  statuses: readonly string[],
): Promise<string | null> {
  const fitting = state.topology.services.filter(({ id }) =>
    statuses.includes(state.services[id]?.status ?? "stopped"),
  );
  return pick(
    title,
    state.topology.services.length === 0
      ? "No service was found in this folder."
      : `No service is ${statuses.join(" or ")}.`,
    fitting.map(({ id, name }) => ({
      id,
      label: name,
      description: state.services[id]?.command ?? "nothing says how to start it",
    })),
  );
}

/** The protocol of one of the emulator's servers. */
export async function pickServer(state: WorkbenchState, title: string): Promise<string | null> {
  return pick(
    title,
    "The emulator is not running, so there is no address to copy. Start it first.",
    state.emulator.servers.map(({ protocol, url }) => ({
      id: protocol,
      label: protocolLabels[protocol],
      description: url,
    })),
  );
}

async function pick(
  title: string,
  none: string,
  items: readonly (vscode.QuickPickItem & { id: string })[],
): Promise<string | null> {
  if (items.length === 0) {
    void vscode.window.showInformationMessage(none);
    return null;
  }
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return picked?.id ?? null;
}

function operationAtCursor({ folder }: Workbench, { topology }: WorkbenchState): Operation | null {
  const editor = vscode.window.activeTextEditor;
  if (folder === null || editor === undefined) return null;
  const file = fileOf(folder.uri, editor.document.uri);
  const { active } = editor.selection;
  return (
    topology.operations.find(
      ({ place }) => place.file === file && rangeOf(place).contains(active),
    ) ?? null
  );
}
