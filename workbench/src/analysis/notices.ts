/** What was seen and not read, so that a workspace of it does not appear empty. */
import { rawClients } from "./recognised.ts";
import type { Workspace } from "./workspace.ts";

export function noticesOf(workspace: Workspace): string[] {
  const imports = workspace.sources.map((path) => workspace.importsOf(path));
  return rawClients.flatMap((client) => {
    const count = imports.filter((names) =>
      names.some((name) => name === client || name.startsWith(`${client}/`)),
    ).length;
    return count === 0
      ? []
      : [`${client} found in ${count} ${count === 1 ? "file" : "files"}: not read yet`];
  });
}
