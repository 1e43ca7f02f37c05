/** Workspaces that stand alone: nothing installed, nothing above them, not trusted. */
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fixture, inBrief, linksIn, operation, read } from "./reading-fixtures.ts";

// TypeScript warms up in the first of them, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "millrace-analysis-")));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const app = (address: string) => `
  import { App } from "millrace";
  import { NatsBroker } from "millrace/nats";
  const broker = new NatsBroker();
  export const orders = broker.publisher(${address});
  export const app = new App(broker, { title: "orders" });
`;

test("nothing-installed: re-exported, extended and renamed, found by the import alone", async () => {
  await cp(fixture("nothing-installed"), folder, { recursive: true });
  const topology = read(folder, false);
  expect(topology.services).toMatchObject([
    {
      name: "@cafe/barista",
      directory: "services/barista",
      command: { kind: "millrace", cwd: "services/barista", args: ["run", "src/app.ts:app"] },
    },
  ]);
  expect(inBrief(topology)).toEqual([
    "send:@cafe/barista:nats:coffee.ready ready",
    "receive:@cafe/barista:nats:coffee.ordered brew",
  ]);
  expect(linksIn(topology, "publishes")).toHaveLength(1);
  const properties = {
    size: { type: "string", enum: ["small", "large"] },
    shots: { type: "integer", minimum: 1, default: 1 },
  };
  expect(operation(topology, "receive:@cafe/barista:nats:coffee.ordered").message).toEqual({
    known: true,
    from: "schema",
    name: "Coffee",
    schema: { type: "object", properties, required: ["size"] },
  });
  // z.infer by a type's name, in another package: the output has what a default fills in.
  expect(operation(topology, "send:@cafe/barista:nats:coffee.ready").message).toEqual({
    known: true,
    from: "type",
    name: "Coffee",
    schema: { type: "object", properties, required: ["size", "shots"] },
  });
});

test("tests, declarations, built and hidden files declare nothing", async () => {
  await write({
    "package.json": "{}",
    "src/app.ts": app('"real"'),
    "src/app.test.ts": app('"test"'),
    "src/app.spec.ts": app('"spec"'),
    "src/types.d.ts": app('"types"'),
    "dist/app.js": app('"dist"'),
    "node_modules/other/index.ts": app('"module"'),
    ".hidden/app.ts": app('"hidden"'),
  });
  expect(read(folder).operations.map(({ channel }) => channel)).toEqual(["nats:real"]);
});

test("without a package.json a service is named after its App, else its folder", async () => {
  await write({ "shipping/src/app.js": app('"a"').replace(', { title: "orders" }', "") });
  expect(read(folder).services).toMatchObject([
    { name: "shipping", command: { args: ["run", "shipping/src/app.js:app"] } },
  ]);
});

test("what is not trusted is not read beyond its folder, by no path and no link", async () => {
  await write({
    "outside/address.ts": 'export const address = "from.outside";',
    "outside/tsconfig.json": '{ "compilerOptions": { "paths": { "@secret": ["./address.ts"] } } }',
    "outside/package.json": '{ "name": "outside" }',
    "inside/tsconfig.json": '{ "extends": "../outside/tsconfig.json" }',
    "inside/by-path.ts": `import { address } from "../outside/address.ts"; ${app("address")}`,
    "inside/by-config.ts": `import { address } from "@secret"; ${app("address")}`,
    "inside/by-link.ts": `import { address } from "./linked/address.ts"; ${app("address")}`,
    "inside/by-file-link.ts": `import { address } from "./address.ts"; ${app("address")}`,
    "inside/by-reference.ts": `/// <reference path="../outside/address.ts" />\n${app('"plain"')}`,
  });
  await symlink(join(folder, "outside"), join(folder, "inside/linked"), "junction");
  await symlink(join(folder, "outside/address.ts"), join(folder, "inside/address.ts"));

  const addresses = (trusted: boolean) =>
    read(join(folder, "inside"), trusted).operations.map(({ place, channel }) => [
      place.file,
      channel,
    ]);
  expect(addresses(false)).toEqual([
    ["by-config.ts", "nats:?address"],
    ["by-file-link.ts", "nats:?address"],
    ["by-link.ts", "nats:?address"],
    ["by-path.ts", "nats:?address"],
    ["by-reference.ts", "nats:plain"],
  ]);
  // The same workspace, trusted, shows that there was something to find.
  expect(addresses(true).map(([, channel]) => channel)).toEqual([
    "nats:from.outside",
    "nats:from.outside",
    "nats:from.outside",
    "nats:from.outside",
    "nats:plain",
  ]);
});

test("a file that is not valid TypeScript is read as far as it goes", async () => {
  await write({ "package.json": "{ broken", "app.ts": `${app('"a"')}\n const broken = {` });
  expect(read(folder).operations).toHaveLength(1);
});

test("names that lead to themselves end", async () => {
  await write({
    "a.ts":
      'export * from "./b.ts"; export { loop } from "./b.ts"; export const x = `${x}`; export const many = `${many}${many}${many}`;',
    "b.ts":
      'export * from "./a.ts"; export { loop } from "./a.ts"; export const f = (n: string) => f(n);',
    "app.ts": `import { loop, x, f, missing, many } from "./a.ts"; ${app("loop")} broker.publisher(x); broker.publisher(f("a")); broker.publisher(missing); broker.publisher(many);`,
  });
  expect(read(folder).channels.map(({ expression }) => expression)).toEqual([
    "loop",
    "x",
    'f("a")',
    "missing",
    "many",
  ]);
});
