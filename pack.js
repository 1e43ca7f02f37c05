/**
 * What is published, into `dist`: the npm tarballs of the three packages and millrace.vsix.
 * `--try` then does with the tarballs what a user would, in an empty folder.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, declare } from "./build.js";

const root = dirname(fileURLToPath(import.meta.url));

/** In this order: the workbench's declarations stand on the emulator's. */
const published = ["emulator", "runtime", "workbench"];

/** Packs the three packages into a folder. Resolves to the paths of the tarballs; rejects when a declaration does not compile. @param {string} into */
export async function packTarballs(into) {
  await mkdir(into, { recursive: true });
  const tarballs = [];
  for (const room of published) {
    const stage = await mkdtemp(join(tmpdir(), `millrace-pack-${room}-`));
    try {
      await fill(stage, room);
      const { stdout } = await run(npm, ["pack", "--json", "--pack-destination", into], {
        cwd: stage,
      });
      tarballs.push(join(into, JSON.parse(stdout)[0].filename));
    } finally {
      await rm(stage, { recursive: true, force: true });
    }
  }
  return tarballs;
}

/** A room as it is published: nothing but `bin`, `programs` and `dist`, and no word of the sources. @param {string} stage @param {string} room */
async function fill(stage, room) {
  const dist = join(stage, "dist");
  await bundle(room, dist);
  // Into the room first: its declarations are what the next room's compiler finds under the package's name.
  const complaints = (await declare(room, join(root, room, "dist"))) || (await declare(room, dist));
  if (complaints !== "")
    throw new Error(`the declarations of ${room} do not compile:\n${complaints}`);

  const { devDependencies, scripts, ...manifest } = JSON.parse(
    await readFile(join(root, room, "package.json"), "utf8"),
  );
  for (const conditions of Object.values(manifest.exports)) delete conditions["millrace-source"];
  await writeFile(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await cp(join(root, "LICENSE"), join(stage, "LICENSE"));
  for (const part of ["bin", "programs", "README.md"]) {
    await cp(join(root, room, part), join(stage, part), { recursive: true }).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}

/** npm as this process was started by it: a JavaScript file, so that Windows needs no shell. */
export const npm = process.env["npm_execpath"] ?? "npm";

/**
 * Runs a program to its end. Rejects with its output when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<{ stdout: string, stderr: string }>}
 */
export function run(program, args, options = {}) {
  const [file, ...rest] = /\.[cm]?js$/.test(program)
    ? [process.execPath, program, ...args]
    : [program, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve({ stdout, stderr });
      else
        reject(new Error(`${[program, ...args].join(" ")} ended with ${code}\n${stdout}${stderr}`));
    });
  });
}

async function main() {
  const dist = join(root, "dist");
  await rm(dist, { recursive: true, force: true });
  const tarballs = await packTarballs(dist);
  await run(npm, ["run", "package", "--workspace", "extension"], { cwd: root });
  await cp(join(root, "extension/millrace.vsix"), join(dist, "millrace.vsix"));
  for (const file of await readdir(dist)) console.log(`dist/${file}`);
  if (!process.argv.includes("--try")) return;
  const { tryPackages } = await import("./test/house/try-packages.js");
  process.exitCode = (await tryPackages(tarballs)) ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Not awaited here: what it loads to try the packages waits for this module in turn.
  main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
