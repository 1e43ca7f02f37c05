/**
 * The documents hold. The code blocks that name a file are a project: extracted, compiled, and their tests run;
 * ```ts file=src/app.ts puts a block there, and blocks of one page see each other. Links lead somewhere, and each broker's
 * page has the same parts and every option.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const output = join(import.meta.dirname, "output", "docs");

const pages = [
  "README.md",
  "emulator/README.md",
  "examples/interop/README.md",
  "examples/shop/README.md",
  ...(await readdir(join(root, "docs"))).map((name) => `docs/${name}`),
].filter((name) => name.endsWith(".md"));

test(
  "every code block of the documents compiles, and its tests pass",
  { timeout: 180_000 },
  async () => {
    await rm(output, { recursive: true, force: true });
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

test.each(pages)("the links of %s lead somewhere", async (page) => {
  const text = (await read(page)).replaceAll(/^```.*?^```$/gms, "");
  for (const [, linked, shown] of text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)) {
    const link = linked ?? shown ?? "";
    if (/^https?:/.test(link)) continue;
    const [path = "", heading] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    expect(existsSync(join(root, target)), `${link}: there is no ${target}`).toBe(true);
    if (heading !== undefined) expect(anchorsOf(await read(target)), link).toContain(heading);
  }
});

const brokers = ["kafka", "rabbitmq", "nats", "redis", "mqtt"];

test.each(brokers)("the page of %s has the parts of every broker's page", async (broker) => {
  const headings = [...(await read(`docs/${broker}.md`)).matchAll(/^## (.*)$/gm)];
  expect(headings.map(([, heading]) => heading)).toEqual([
    "Connect",
    "Addresses",
    "Options",
    "Delivery",
    "Failure",
    "Testing",
    "Differences from FastStream",
  ]);
});

test.each(brokers)("the page of %s has every option", async (broker) => {
  const page = await read(`docs/${broker}.md`);
  const folder = `runtime/src/${broker}`;
  const files = (await readdir(join(root, folder))).filter((name) =>
    ["options.ts", "channels.ts", "exchanges.ts", "stream-options.ts"].includes(name),
  );
  for (const file of files)
    for (const [, option = ""] of (await read(`${folder}/${file}`)).matchAll(
      /\breadonly (\w+)\?:(?! never)/g,
    ))
      expect(inCode(page), `${option} of ${file}`).toContain(option);
});

/** The words that a page sets as code. */
const inCode = (page: string): string[] =>
  [...page.matchAll(/^```.*?^```$|`[^`\n]+`/gms)].flatMap(([code]) => code.match(/\w+/g) ?? []);

/** Its headings, as links name them. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

const read = (page: string): Promise<string> => readFile(join(root, page), "utf8");

/** Writes a page's files. Returns how many. */
async function extract(page: string): Promise<number> {
  const text = await read(page);
  const files = [...text.matchAll(/^```ts file=(\S+)\n(.*?)^```$/gms)];
  for (const [, name = "", code = ""] of files) {
    const file = join(output, ...page.replace(/\.md$/, "").split("/"), ...name.split("/"));
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
