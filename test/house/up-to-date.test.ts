/** A command runs what the sources say now: in a copy of the emulator, a source file is edited between two runs. */
import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, realpath, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const copy = await mkdtemp(join(tmpdir(), "millrace-up-to-date-"));

beforeAll(async () => {
  await cp(join(root, "build.js"), join(copy, "build.js"));
  await cp(join(root, "package.json"), join(copy, "package.json"));
  await cp(join(root, "emulator"), join(copy, "emulator"), {
    recursive: true,
    filter: (source) =>
      !source.endsWith("dist") && !source.endsWith("node_modules") && !source.endsWith(".building"),
  });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"), "junction");
});

afterAll(() => rm(copy, { recursive: true, force: true }));

test("`npx millrace-emulator` is the tracked file, linked by npm", async () => {
  const link = join(root, "node_modules/.bin/millrace-emulator");
  // On Windows npm writes a script instead of a link.
  if (process.platform === "win32") return;
  expect(await realpath(link)).toBe(
    join(await realpath(root), "emulator/bin/millrace-emulator.js"),
  );
});

test("an edited source file changes what the command does, with no build in between", async () => {
  expect(await emulatorHelp()).not.toContain("edited");

  await appendFile(
    join(copy, "emulator/src/cli.ts"),
    `\nprocess.on("exit", () => console.log("edited once"));\n`,
  );
  expect(await emulatorHelp()).toContain("edited once");
});

test("what is up to date is not built again", async () => {
  await emulatorHelp();
  const before = await stat(join(copy, "emulator/dist/.built"));
  await emulatorHelp();
  const after = await stat(join(copy, "emulator/dist/.built"));
  expect(after.mtimeMs).toBe(before.mtimeMs);
});

test("commands started in the same moment share one build and all see the edit", async () => {
  await appendFile(
    join(copy, "emulator/src/cli.ts"),
    `\nprocess.on("exit", () => console.log("edited twice"));\n`,
  );
  const outputs = await Promise.all([emulatorHelp(), emulatorHelp(), emulatorHelp()]);
  for (const output of outputs) expect(output).toContain("edited twice");
});

async function emulatorHelp(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(copy, "emulator/bin/millrace-emulator.js"),
    "--help",
  ]);
  return stdout;
}
