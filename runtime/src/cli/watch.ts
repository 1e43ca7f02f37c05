/** Watches folders of source files. Folders, not files: editors save by replacing a file, and a missing import may be about to appear. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname, join } from "node:path";

export interface Watching {
  /** Watches the folder of this file from now on. A file that is new here and was saved after `since` counts as changed. */
  add(file: string, since: number): void;
  close(): void;
}

/** One save is several events, and "save all" several files. */
const DEBOUNCE_MS = 100;

/** Calls back with one of the files, some moments after the last change. */
export function watchFolders(onChange: (file: string) => void): Watching {
  const watchers = new Map<string, FSWatcher>();
  const files = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  function changed(file: string): void {
    clearTimeout(timer);
    timer = setTimeout(() => onChange(file), DEBOUNCE_MS);
  }
  function watchFolder(folder: string): FSWatcher {
    const watcher = watch(folder, (_event, name) => {
      if (name === null) return;
      const file = join(folder, name);
      if (files.has(file) || isSource(name)) changed(file);
    });
    // The folder was removed: nothing to watch, nothing to say.
    watcher.on("error", () => watcher.close());
    return watcher;
  }
  return {
    add(file, since) {
      if (files.has(file)) return;
      files.add(file);
      const folder = dirname(file);
      if (!watchers.has(folder)) watchers.set(folder, watchFolder(folder));
      // It was read a moment before its folder was watched: a save in between would go unheard.
      const saved = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (saved > since) changed(file);
    },
    close() {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/**
 * Not what editors write beside it: `.app.ts.swp`, `app.ts~`, `4913`. JSON counts where it was imported: a service
 * that keeps its data beside its code must not start itself again.
 */
export function isSource(name: string): boolean {
  return /^[^.].*\.([cm]?[jt]s|[jt]sx)$/.test(name);
}
