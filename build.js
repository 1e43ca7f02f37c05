/**
 * Brings `dist` up to date: commands, worker entries and pages run from there, since Node 20 runs no TypeScript in a worker.
 * A room is built again only when one of its sources is newer than its last build.
 */
import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";

const root = dirname(fileURLToPath(import.meta.url));

/** What a library or command for Node 20.19 and later shares. @type {Build} */
const node = {
  platform: "node",
  format: "esm",
  target: "node20.18",
  splitting: true,
  packages: "external",
};

const LUA_PACKAGE = "node_modules/wasmoon-lua5.1";
const LUA_SOURCE = /[/\\]scripting[/\\]lua-wasm\.ts$/;

/** Puts the WebAssembly of Lua into the bundles that run Redis' scripts. @type {import("esbuild").Plugin} */
export const embedLua = {
  name: "embed-lua",
  setup(build) {
    build.onLoad({ filter: LUA_SOURCE }, async () => {
      const { brotliCompressSync, constants } = await import("node:zlib");
      const wasm = await readFile(join(root, LUA_PACKAGE, "dist/liblua5.1.wasm"));
      const packed = brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
      return {
        contents: `/*! Lua 5.1 (MIT, Copyright (C) 1994-2012 Lua.org, PUC-Rio) with musl (MIT), as WebAssembly */
          export const luaWasm = () =>
            process.getBuiltinModule("node:zlib").brotliDecompressSync(Buffer.from("${packed.toString("base64")}", "base64"));`,
      };
    });
  },
};

/** The page, as both shells serve it and its own tests build it. @type {import("esbuild").BuildOptions} */
export const page = {
  entryPoints: { page: "webview/src/main.tsx" },
  platform: "browser",
  format: "iife",
  target: "es2022",
  minify: true,
  loader: { ".css": "css", ".svg": "dataurl", ".ttf": "file" },
  define: { "process.env.NODE_ENV": '"production"' },
};

/** @typedef {import("esbuild").BuildOptions & { into?: string }} Build Where in `dist`: at its top or in this folder. */

/** Each room: the folders whose change makes it stale, and what esbuild makes of them in its `dist`.
 * @type {Record<string, { sources: string[], needs?: string[], declares?: boolean, builds: Build[] }>}
 */
const rooms = {
  runtime: {
    sources: ["runtime/src"],
    // For the editor of who writes a service: the shop takes millrace's types from dist, as a user does.
    declares: true,
    builds: [
      {
        ...node,
        outbase: "runtime/src",
        entryPoints: [
          "runtime/src/index.ts",
          "runtime/src/driver.ts",
          "runtime/src/kafka/index.ts",
          "runtime/src/rabbitmq/index.ts",
          "runtime/src/nats/index.ts",
          "runtime/src/redis/index.ts",
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
        plugins: [embedLua],
        // Half of the start is reading code. Names stay, for stack traces.
        minifyWhitespace: true,
        minifySyntax: true,
        outbase: "emulator/src",
        entryPoints: ["emulator/src/index.ts", "emulator/src/remote.ts", "emulator/src/worker.ts"],
      },
      {
        // What starts the commands, as CommonJS: Node is quicker with it.
        ...node,
        format: "cjs",
        splitting: false,
        outbase: "emulator/src",
        entryPoints: ["emulator/src/command.ts"],
        outExtension: { ".js": ".cjs" },
      },
      {
        // Commands, as it starts them: a function of what Node gives to a module.
        ...node,
        format: "cjs",
        splitting: false,
        supported: { "dynamic-import": false },
        sourcemap: false,
        banner: { js: "(function (exports, require, module) {" },
        footer: { js: "})" },
        plugins: [embedLua],
        minifyWhitespace: true,
        minifySyntax: true,
        outbase: "emulator/src",
        entryPoints: ["emulator/src/cli.ts", "emulator/src/nats-server.ts"],
        outExtension: { ".js": ".script" },
      },
    ],
  },
  workbench: {
    needs: ["emulator"],
    sources: ["workbench/src", "webview/src"],
    builds: [
      {
        ...node,
        outbase: "workbench/src",
        entryPoints: [
          "workbench/src/index.ts",
          "workbench/src/protocol.ts",
          "workbench/src/server/index.ts",
          "workbench/src/analysis/index.ts",
          "workbench/src/analysis-worker.ts",
        ],
      },
      { ...page, into: "page" },
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
        plugins: [embedLua],
        // Each worker is a file of its own beside extension.cjs; ts-morph is in none but its own.
        entryPoints: {
          extension: "extension/src/extension.ts",
          "analysis-worker": "workbench/src/analysis-worker.ts",
          "emulator-worker": "emulator/src/worker.ts",
        },
        outExtension: { ".js": ".cjs" },
      },
      { ...page, into: "page" },
    ],
  },
};

/** Builds a room and those it needs if their sources changed. Safe to call from several processes at once. @param {string} name @returns {Promise<boolean>} Whether it built. */
export async function bringUpToDate(name) {
  const room = roomNamed(name);
  for (const needed of room.needs ?? []) await bringUpToDate(needed);
  const stamp = join(root, name, "dist", ".built");
  if (await isFresh(room, stamp)) return false;
  return withLock(join(root, name, ".building"), async () => {
    if (await isFresh(room, stamp)) return false;
    const started = newest(room);
    const dist = join(root, name, "dist");
    // What the compiler complains about is the check's business: a service starts while someone is typing.
    await Promise.all([bundle(name, dist), room.declares ? declare(name, dist) : undefined]);
    await writeFile(stamp, String(started));
    // Its service process would stay as long as the command that was built runs.
    await (await import("esbuild")).stop();
    return true;
  });
}

/**
 * Writes a room's JavaScript to a folder. Resolves to esbuild's results, one for each of the room's builds.
 * @param {string} name
 * @param {string} dist
 * @param {import("esbuild").BuildOptions} [more]
 */
export async function bundle(name, dist, more = {}) {
  const { build } = await import("esbuild");
  const results = [];
  for (const { into = "", ...options } of roomNamed(name).builds) {
    const outdir = join(dist, into);
    const result = await build({
      bundle: true,
      sourcemap: "linked",
      logLevel: "error",
      absWorkingDir: root,
      outdir,
      metafile: true,
      ...options,
      ...more,
    });
    if (result.metafile !== undefined) await writeNotices(result.metafile, outdir);
    results.push(result);
  }
  return results;
}

/** The licences of the packages that a bundle holds, beside it: most ask for that, and elkjs (EPL-2.0) for where its source is. @param {import("esbuild").Metafile} metafile @param {string} outdir */
async function writeNotices(metafile, outdir) {
  const found = Object.keys(metafile.inputs).flatMap(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  );
  if (Object.keys(metafile.inputs).some((input) => LUA_SOURCE.test(input))) found.push(LUA_PACKAGE);
  const notices = [];
  for (const folder of [...new Set(found)].toSorted()) {
    const { name, version, license, repository } = JSON.parse(
      await readFile(join(root, folder, "package.json"), "utf8"),
    );
    const file = (await readdir(join(root, folder))).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? "" : await readFile(join(root, folder, file), "utf8");
    const source = typeof repository === "string" ? repository : repository?.url;
    notices.push(`${name} ${version} (${license}), source: ${source}\n\n${text.trim()}`);
  }
  if (notices.length === 0) return;
  await mkdir(outdir, { recursive: true });
  await writeFile(join(outdir, "NOTICES.txt"), `${notices.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}

/** Writes a room's type declarations to a folder. Resolves to what the compiler complains about; "" is good. @param {string} name @param {string} dist */
export async function declare(name, dist) {
  const compiler = fileURLToPath(new URL("../bin/tsc", import.meta.resolve("typescript")));
  const args = [
    compiler,
    "-p",
    join(root, name, "tsconfig.build.json"),
    "--outDir",
    dist,
    "--pretty",
    "false",
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await mkdir(dist, { recursive: true });
  let complaints = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) complaints += chunk;
  // The compiler leaves the sources' `.ts` in its imports, which compilers before 5 do not follow.
  for (const file of await readdir(dist, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const text = await readFile(join(dist, file), "utf8");
    await writeFile(join(dist, file), text.replace(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
  }
  return complaints;
}

/** @param {string} name */
function roomNamed(name) {
  const room = rooms[name];
  if (room === undefined)
    throw new Error(`no room is called ${name}: there are ${Object.keys(rooms).join(", ")}`);
  return room;
}

/** @param {{ sources: string[] }} room @param {string} stamp */
async function isFresh(room, stamp) {
  const built = Number(await readFile(stamp, "utf8").catch(() => "0"));
  return built >= newest(room);
}

/** When a source of the room, or this file, last changed: ms since 1970. Every start of a command waits for it. @param {{ sources: string[] }} room */
function newest(room) {
  const places = [fileURLToPath(import.meta.url), ...room.sources.map((each) => join(root, each))];
  return Math.max(...places.map(lastChange));
}

/** Folders count, so that a deleted file does too. @param {string} path @returns {number} */
function lastChange(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || path.endsWith(`${sep}fixtures`)) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const entries = readdirSync(path).map((name) => lastChange(`${path}${sep}${name}`));
  return Math.max(found.mtimeMs, ...entries);
}

/** One builder at a time: four services may start in the same moment. A lock older than a minute was left by a killed process. @template T @param {string} lock @param {() => Promise<T>} work @returns {Promise<T>} */
async function withLock(lock, work) {
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      const age = await stat(lock).then(
        (found) => Date.now() - found.mtimeMs,
        () => 0,
      );
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
