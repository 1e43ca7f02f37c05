/** The side bar's Services and Brokers, drawn from the outlines. */
import type { WorkbenchState } from "@millrace/workbench/protocol";
import * as vscode from "vscode";
import { brokersOutline, servicesOutline, type Row } from "./outline.ts";
import type { Workbench } from "./workbench.ts";

export function registerTrees(workbench: Workbench): vscode.Disposable {
  const services = vscode.window.createTreeView("millrace.services", {
    treeDataProvider: new OutlineTree(workbench, servicesOutline),
    showCollapseAll: true,
  });
  const brokers = vscode.window.createTreeView("millrace.brokers", {
    treeDataProvider: new OutlineTree(workbench, brokersOutline),
    showCollapseAll: true,
  });
  return vscode.Disposable.from(
    services,
    brokers,
    workbench.onState((state) => {
      // In an empty tree the welcome text says it.
      services.message = state.topology.services.length === 0 ? "" : (state.untrustedReason ?? "");
      services.badge = crashed(state);
    }),
  );
}

/** Services that ended by themselves are counted on the activity bar's icon. */
function crashed(state: WorkbenchState): vscode.ViewBadge | undefined {
  const value = Object.values(state.services).filter(({ status }) => status === "crashed").length;
  return value === 0 ? undefined : { value, tooltip: `${value} crashed` };
}

class OutlineTree implements vscode.TreeDataProvider<Row> {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #workbench: Workbench;
  readonly #outline: (state: WorkbenchState) => readonly Row[];
  #drawn = "";

  constructor(workbench: Workbench, outline: (state: WorkbenchState) => readonly Row[]) {
    this.#workbench = workbench;
    this.#outline = outline;
    workbench.onState((state) => {
      // Drawing anew closes an open context menu: only when a row is different.
      const drawn = JSON.stringify([state.analysis.status, outline(state)]);
      if (drawn !== this.#drawn) this.#changed.fire();
      this.#drawn = drawn;
    });
  }

  getChildren(row?: Row): Row[] {
    if (row !== undefined) return [...row.children];
    const { state } = this.#workbench;
    return state === null ? [] : [...this.#outline(state)];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(
      row.label,
      row.children.length === 0 ? None : row.kind === "channel" ? Collapsed : Expanded,
    );
    item.id = row.id;
    item.description = row.description;
    item.tooltip = row.tooltip;
    item.iconPath = new vscode.ThemeIcon(
      row.icon.name,
      row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color),
    );
    item.contextValue = row.kind;
    // Without it, a screen reader is given the tooltip in place of the label.
    item.accessibilityInformation = {
      label: [row.label, row.description, row.tooltip].filter((part) => part !== "").join(", "),
    };
    if (row.place !== null)
      item.command = {
        command: "millrace.goToDeclaration",
        title: "Go to Declaration",
        arguments: [row],
      };
    return item;
  }
}
