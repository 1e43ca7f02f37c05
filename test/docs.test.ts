/**
 * The code blocks of README.md and docs/ that name a file are a project: extracted, compiled, and their tests run.
 * ```ts file=src/app.ts puts a block there; blocks of one page see each other.
 */
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const output = join(import.meta.dirname, "output", "docs");

test(
  "every code block of the documents compiles, and its tests pass",
  { timeout: 180_000 },
  async () => {
    await rm(output, { recursive: true, force: true });
    const pages = [
      "README.md",
      ...(await readdir(join(root, "docs"))).map((name) => join("docs", name)),
    ].filter((name) => name.endsWith(".md"));
    let blocks = 0;
    for (const page of pages) blocks += await extract(page);
    expect(blocks).toBeGreaterThan(5);

    await writeFile(join(output, "package.json"), '{ "type": "module", "private": true }');
    await symlink(join(root, "node_modules"), join(output, "node_modules"), "junction");
    await writeFile(
      join(output, "tsconfig.json"),
      JSON.stringify({
        extends: "../../../examples/shop/tsconfig.json",
        compilerOptions: { customConditions: ["millrace-source"] },
        include: ["**/*.ts"],
      }),
    );
    expect(
      await node(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", output),
    ).toEqual({ code: 0, output: "" });

    const vitest = await node(
      join(root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      "--root",
      output,
      "--config",
      join(import.meta.dirname, "docs-vitest.config.ts"),
    );
    expect(vitest, vitest.output).toMatchObject({ code: 0 });
  },
);

/** Writes a page's files. Returns how many. */
async function extract(page: string): Promise<number> {
  const text = await readFile(join(root, page), "utf8");
  const files = [...text.matchAll(/^```ts file=(\S+)\n(.*?)^```$/gms)];
  for (const [, name = "", code = ""] of files) {
    const file = join(output, basename(page, ".md"), ...name.split("/"));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
  }
  return files.length;
}

function node(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, NO_COLOR: "1" } });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.on("close", (code) => resolve({ code, output }));
  });
}
