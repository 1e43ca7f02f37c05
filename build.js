/**
 * Brings `dist` up to date: commands, worker entries and pages run from there, since Node 20 runs no TypeScript in a worker.
 * A room is built again only when one of its sources is newer than its last build. `--package` adds type declarations,
 * npm tarballs and the .vsix.
 */
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";

const root = dirname(fileURLToPath(import.meta.url));

/** What a library or command for Node 20.19 and later shares. */
const node = { platform: "node", format: "esm", target: "node20.18", splitting: true, packages: "external" };

/** The page, as both shells serve it. */
const page = {
  entryPoints: { page: "webview/src/main.tsx" },
  platform: "browser",
  format: "iife",
  target: "es2022",
  minify: true,
  loader: { ".css": "css", ".svg": "dataurl", ".ttf": "file" },
  define: { "process.env.NODE_ENV": '"production"' },
};

/** Each room: the folders whose change makes it stale, and what esbuild makes of them. */
const rooms = {
  runtime: {
    sources: ["runtime/src"],
    builds: [
      {
        ...node,
        outdir: "runtime/dist",
        outbase: "runtime/src",
        entryPoints: [
          "runtime/src/index.ts",
          "runtime/src/driver.ts",
          "runtime/src/nats/index.ts",
          "runtime/src/mqtt/index.ts",
          "runtime/src/memory/index.ts",
          "runtime/src/testing/index.ts",
          "runtime/src/cli/main.ts",
        ],
      },
    ],
  },
  emulator: {
    sources: ["emulator/src"],
    builds: [
      {
        ...node,
        outdir: "emulator/dist",
        outbase: "emulator/src",
        entryPoints: ["emulator/src/index.ts", "emulator/src/remote.ts", "emulator/src/worker.ts", "emulator/src/cli.ts"],
      },
    ],
  },
  workbench: {
    needs: ["emulator"],
    sources: ["workbench/src", "webview/src"],
    builds: [
      {
        ...node,
        outdir: "workbench/dist",
        outbase: "workbench/src",
        entryPoints: [
          "workbench/src/index.ts",
          "workbench/src/protocol.ts",
          "workbench/src/server/index.ts",
          "workbench/src/analysis/index.ts",
          "workbench/src/analysis-worker.ts",
        ],
      },
      { ...page, outdir: "workbench/dist/page" },
    ],
  },
  extension: {
    sources: ["extension/src", "workbench/src", "webview/src", "emulator/src"],
    builds: [
      {
        platform: "node",
        format: "cjs",
        target: "node20.18",
        minify: true,
        conditions: ["millrace-source"],
        external: ["vscode"],
        // Each worker is a file of its own beside extension.cjs; ts-morph is in none but its own.
        entryPoints: {
          extension: "extension/src/extension.ts",
          "analysis-worker": "workbench/src/analysis-worker.ts",
          "emulator-worker": "emulator/src/worker.ts",
        },
        outdir: "extension/dist",
        outExtension: { ".js": ".cjs" },
      },
      { ...page, outdir: "extension/dist/page" },
    ],
  },
};

/** Builds a room and those it needs if their sources changed. Safe to call from several processes at once. */
export async function bringUpToDate(name) {
  const room = rooms[name];
  for (const needed of room.needs ?? []) await bringUpToDate(needed);
  const stamp = join(root, name, "dist", ".built");
  if (await isFresh(room, stamp)) return false;
  return withLock(join(root, name, ".building"), async () => {
    if (await isFresh(room, stamp)) return false;
    const started = await newest(room);
    const { build } = await import("esbuild");
    for (const options of room.builds) {
      await build({ bundle: true, sourcemap: "linked", logLevel: "error", absWorkingDir: root, ...options });
    }
    await writeFile(stamp, String(started));
    return true;
  });
}

async function isFresh(room, stamp) {
  const built = Number(await readFile(stamp, "utf8").catch(() => "0"));
  return built >= (await newest(room));
}

/** When a source of the room, or this file, last changed: ms since 1970. Folders count, so that a deleted file does too. */
async function newest(room) {
  let latest = (await stat(fileURLToPath(import.meta.url))).mtimeMs;
  for (const source of room.sources) {
    const entries = await readdir(join(root, source), { recursive: true });
    for (const entry of [".", ...entries]) {
      if (entry.includes(`fixtures${sep}`)) continue;
      const changed = await stat(join(root, source, entry)).then((found) => found.mtimeMs, () => 0);
      if (changed > latest) latest = changed;
    }
  }
  return latest;
}

/** One builder at a time: four services may start in the same moment. A lock older than a minute was left by a killed process. */
async function withLock(lock, work) {
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      const age = await stat(lock).then((found) => Date.now() - found.mtimeMs, () => 0);
      if (age > 60_000) await rm(lock, { recursive: true, force: true });
      await pause(25);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of Object.keys(rooms)) {
    const built = await bringUpToDate(name);
    console.log(`${name}: ${built ? "built" : "up to date"}`);
  }
}
