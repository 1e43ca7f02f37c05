/**
 * `npm run check`: all that can be said about the code without running it, one part after the other.
 * A part that fails does not keep the next from being looked at. `--only types,lint` runs those two.
 */
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { declare } from "../build.js";
import { npm, packTarballs, run } from "../pack.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each returns the complaints, one for each of its tools that has some. @type {Record<string, () => Promise<string[]>>} */
const parts = {
  async types() {
    const rooms = ["runtime", "emulator", "workbench", "webview", "extension", "test", "bench"];
    const complaints = [];
    // The page knows no Node; its tests in Chromium do.
    for (const room of [...rooms, "webview/tsconfig.test.json"])
      complaints.push(await tool("typescript", "tsc", ["-p", room, "--pretty", "false"]));
    // As published: the workbench against the emulator's declarations, the examples against the runtime's.
    for (const room of ["runtime", "emulator", "workbench"]) {
      const complaint = await declare(room, join(root, room, "dist"));
      if (complaint !== "") complaints.push(`the declarations of ${room}:\n${complaint}`);
    }
    for (const example of ["examples/shop", "examples/interop"])
      complaints.push(await tool("typescript", "tsc", ["-p", example, "--pretty", "false"]));
    return complaints;
  },
  /** Who may import whom (imports.json) is one of the rules. */
  lint: async () => [await tool("oxlint", "oxlint", [])],
  format: async () => [await tool("oxfmt", "oxfmt", ["--check", "."])],
  knip: async () => [await tool("knip", "knip", ["--no-progress"])],
  /** In a folder with the manifests alone, as in a fresh clone: where modules are installed, npm does not miss any. */
  async lock() {
    const { workspaces } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const manifests = ["", ...workspaces].map((folder) => join(folder, "package.json"));
    return inTemporaryFolder(async (folder) => {
      for (const file of [...manifests, "package-lock.json"])
        await cp(join(root, file), join(folder, file));
      await run(npm, ["ci", "--dry-run", "--ignore-scripts", "--no-audit", "--no-fund"], {
        cwd: folder,
      });
      return [];
    });
  },
  packages: () =>
    inTemporaryFolder(async (folder) => {
      const complaints = [];
      for (const tarball of await packTarballs(folder)) {
        complaints.push(await tool("publint", "publint", ["run", tarball, "--strict"]));
        complaints.push(
          await tool("@arethetypeswrong/cli", "attw", [
            tarball,
            "--profile",
            "esm-only",
            "--format",
            "ascii",
          ]),
        );
      }
      return complaints;
    }),
};

/** What goes wrong on the way is a complaint, too. @param {(folder: string) => Promise<string[]>} work */
async function inTemporaryFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), "millrace-check-"));
  try {
    return await work(folder);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a tool of ours at the root. Resolves to its output where it fails, else to "". @param {string} name @param {string} bin @param {string[]} args */
async function tool(name, bin, args) {
  const folder = join(root, "node_modules", name);
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = typeof manifest.bin === "string" ? manifest.bin : manifest.bin[bin];
  return run(process.execPath, [join(folder, file), ...args], { cwd: root }).then(
    () => "",
    (error) => (error instanceof Error ? error.message : String(error)),
  );
}

const { values } = parseArgs({ options: { only: { type: "string" } } });
const chosen = values.only?.split(",") ?? Object.keys(parts);
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(
    `no such part: ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`,
  );

let failed = 0;
for (const name of chosen) {
  const started = performance.now();
  const complaints = (await parts[name]?.())?.filter((complaint) => complaint !== "") ?? [];
  if (complaints.length > 0) failed++;
  console.log(
    `${complaints.length === 0 ? "✓" : "✗"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  );
  for (const complaint of complaints) console.log(stripVTControlCharacters(complaint).trimEnd());
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
