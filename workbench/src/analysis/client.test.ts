/** The light client with the worker as the extension bundles it: CommonJS, in one file. */
import { cp, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Analysis, startAnalysis } from "./index.ts";
import { fixture } from "./reading-fixtures.ts";

let built: string;
let folder: string;
let analysis: Analysis | undefined;

beforeAll(async () => {
  built = await realpath(await mkdtemp(join(tmpdir(), "millrace-worker-")));
  await build({
    entryPoints: [fileURLToPath(new URL("../analysis-worker.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.18",
    minify: true,
    outfile: join(built, "worker.cjs"),
    logLevel: "error",
  });
}, 120_000);
afterAll(() => rm(built, { recursive: true }));

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "millrace-analysis-")));
  await cp(fixture("two-services-one-channel"), folder, { recursive: true });
});
afterEach(async () => {
  await analysis?.close();
  analysis = undefined;
  await rm(folder, { recursive: true });
});

async function start(): Promise<Analysis> {
  analysis = await startAnalysis({ worker: join(built, "worker.cjs"), folder, trusted: true });
  return analysis;
}

/** Resolves at the next change. */
function changed(of: Analysis): Promise<void> {
  return new Promise((resolve) => {
    const stop = of.onChange(() => {
      stop();
      resolve();
    });
  });
}

test("the first topology is there when it has started, and follows the files", async () => {
  const a = await start();
  expect(a.error()).toBeNull();
  expect(a.topology().revision).toBe(1);
  expect(a.topology().services.map(({ name }) => name)).toEqual(["billing", "orders"]);

  await writeFile(
    join(folder, "orders/app.ts"),
    'import { App } from "millrace"; export const app = new App();',
  );
  const next = changed(a);
  // Relative or absolute, as often as it likes: one reading.
  a.fileChanged("orders/app.ts");
  a.fileChanged(join(folder, "orders/app.ts"));
  a.fileChanged("orders/other.ts");
  await next;
  expect(a.topology().revision).toBe(2);
  // Without a title it is named after its package, which is read anew when it changes.
  expect(a.topology().services.map(({ name }) => name)).toEqual([
    "billing",
    "two-services-one-channel",
  ]);
  await writeFile(join(folder, "package.json"), '{ "name": "renamed" }');
  const renamed = changed(a);
  a.fileChanged("package.json");
  await renamed;
  expect(a.topology().services.map(({ name }) => name)).toEqual(["billing", "renamed"]);
}, 60_000);

test("a folder that is not there is said, and nothing keeps running", async () => {
  await expect(
    startAnalysis({
      worker: join(built, "worker.cjs"),
      folder: join(folder, "nowhere"),
      trusted: true,
    }),
  ).rejects.toThrow(/nowhere could not be analysed: .*ENOENT/);
}, 60_000);

test("a worker that cannot be loaded is said", async () => {
  await expect(
    startAnalysis({ worker: join(built, "missing.cjs"), folder, trusted: true }),
  ).rejects.toThrow(/could not be analysed: .*missing\.cjs/s);
}, 60_000);

test("when reading fails the last topology stands, and the next change reads everything", async () => {
  const a = await start();
  const failed = changed(a);
  await rm(folder, { recursive: true });
  a.fileChanged("package.json");
  await failed;
  expect(a.error()).toMatch(/ENOENT/);
  expect(a.topology().services).toHaveLength(2);

  await cp(fixture("orders-nobody-listens"), folder, { recursive: true });
  const again = changed(a);
  a.fileChanged("package.json");
  await again;
  expect(a.error()).toBeNull();
  expect(a.topology()).toMatchObject({
    revision: 2,
    services: [{ name: "orders-nobody-listens" }],
  });
}, 60_000);
