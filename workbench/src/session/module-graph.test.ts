import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

test("the session loads neither the compiler nor the emulator nor a server: those live in workers and in the browser's shell", async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../index.ts", import.meta.url))],
    absWorkingDir: fileURLToPath(new URL("../../..", import.meta.url)),
    bundle: true,
    write: false,
    metafile: true,
    outdir: "unused",
    platform: "node",
    format: "esm",
    // As the extension's bundle: the rooms from their sources, everything else left out.
    conditions: ["millrace-source"],
    external: ["ajv", "ajv/*", "ajv-formats", "ws", "chokidar", "ts-morph", "typescript", "aedes"],
  });
  const files = Object.keys(metafile.inputs);
  const packages = new Set(
    Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external === true).map(({ path }) => path),
    ),
  );
  expect(files).toContain("workbench/src/session/session.ts");
  expect(files.filter((file) => file.startsWith("emulator/"))).toEqual(["emulator/src/remote.ts"]);
  expect(files.filter((file) => file.startsWith("workbench/src/analysis/")).toSorted()).toEqual([
    "workbench/src/analysis/dialects.ts",
    "workbench/src/analysis/index.ts",
    "workbench/src/analysis/wildcards.ts",
  ]);
  expect([...packages].filter((name) => !name.startsWith("node:")).toSorted()).toEqual([
    "ajv-formats",
    "ajv/dist/2020.js",
  ]);
});
