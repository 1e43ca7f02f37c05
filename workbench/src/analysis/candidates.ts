/** The files that can declare something: those that import millrace, or a file that does, however far away. */
import { isMillrace } from "./recognised.ts";
import type { Workspace } from "./workspace.ts";

export function candidatesOf(workspace: Workspace): string[] {
  const importers = new Map<string, string[]>();
  const reached = new Set<string>();
  for (const file of workspace.sources) {
    for (const specifier of workspace.importsOf(file)) {
      if (isMillrace(specifier)) reached.add(file);
      const target = workspace.resolve(specifier, file);
      if (target !== null) importers.set(target, [...(importers.get(target) ?? []), file]);
    }
  }
  for (const file of reached)
    for (const importer of importers.get(file) ?? []) reached.add(importer);
  return workspace.sources.filter((file) => reached.has(file));
}
