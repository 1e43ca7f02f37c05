import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { nodeProgram } from "./commands.ts";

test("under an editor services run on the user's own Node, where there is one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-node-"));
  const node = join(folder, process.platform === "win32" ? "node.exe" : "node");
  const path = ["", join(folder, "missing"), folder].join(delimiter);
  expect(nodeProgram("32.2.6", path)).toBe(process.execPath);
  await writeFile(node, "");
  expect(nodeProgram("32.2.6", path)).toBe(node);
  expect(nodeProgram(undefined, path)).toBe(process.execPath);
  await rm(folder, { recursive: true });
});
