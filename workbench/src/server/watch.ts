/** Files of the workspace as they change, for the shell that has no editor to tell it. */
import { watch } from "chokidar";
import { basename } from "node:path";

/** What is generated or not ours, and would only cost. */
const IGNORED = new Set(["node_modules", ".git", "dist", "coverage", ".cache"]);

/** Resolves when changes from now on are seen. */
export async function watchFolder(
  folder: string,
  onChange: (path: string) => void,
  onError: (error: Error) => void,
): Promise<{ close(): Promise<void> }> {
  const watcher = watch(folder, {
    ignored: (path) => path !== folder && IGNORED.has(basename(path)),
    ignoreInitial: true,
    // An editor that writes a file in several steps has it read once.
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 20 },
  });
  for (const event of ["add", "change", "unlink"] as const) watcher.on(event, onChange);
  // Too many files for the system's watchers and the like: the workbench works on without.
  watcher.on("error", (error) =>
    onError(error instanceof Error ? error : new Error(String(error))),
  );
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return { close: () => watcher.close() };
}
