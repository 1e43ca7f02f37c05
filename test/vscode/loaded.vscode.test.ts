/** What the extension costs the extension host: read off inside it, and off the bundle. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../build.js";
import { CodeServer } from "./code-server.ts";
import { packagedExtension, repository } from "./package-extension.ts";
import { chosenReleases, type Release } from "./releases.js";
import { ShopFolder } from "./shop-folder.ts";
import { Window } from "./window.ts";

interface Report {
  activation: number;
  servers: { protocol: string; port: number }[];
  greeting: string;
  listening: number;
  listeningBefore: number;
  modules: string[];
  commands: string[];
  registered: string[];
}

describe.each(chosenReleases())("inside the extension host of VS Code $vscode", (release) => {
  let report: Report;

  beforeAll(async () => {
    await packagedExtension();
    report = await readInHost(release);
  });

  test("the emulator runs, and not on the host's event loop", () => {
    expect(report.servers.map(({ protocol }) => protocol)).toEqual([
      "nats",
      "redis",
      "mqtt",
      "rabbitmq",
      "kafka",
    ]);
    expect(report.greeting).toMatch(/^INFO \{/);
    expect(report.listening).toBe(report.listeningBefore);
  });

  test("of the extension's files only its entry is loaded", () => {
    expect(report.modules.map((file) => file.slice(repository.length))).toEqual([
      join("extension", "dist", "extension.cjs"),
    ]);
  });

  test("every command of package.json is registered, and no other", () => {
    // VS Code adds one for each view.
    const own = report.registered.filter((name) => !/^millrace\.(services|brokers)\./.test(name));
    expect(own.toSorted()).toEqual(report.commands.toSorted());
  });

  test("activation is a matter of milliseconds", () => {
    console.log(`activate() on VS Code ${release.vscode}: ${report.activation.toFixed(1)} ms`);
    expect(report.activation).toBeGreaterThan(0);
  });
});

test("the entry's bundle holds neither ts-morph nor the emulator", async () => {
  const [built] = await bundle("extension", join(repository, "extension/dist"), {
    metafile: true,
    write: false,
  });
  const outputs = built?.metafile?.outputs ?? {};
  const inputs = (name: string) =>
    Object.keys(Object.entries(outputs).find(([file]) => file.endsWith(name))?.[1].inputs ?? {});
  const heavy = /ts-morph|@ts-morph|aedes|emulator\/src\/(nats|redis|mqtt|index|listener)/;
  expect(inputs("extension/dist/extension.cjs").length).toBeGreaterThan(10);
  expect(inputs("extension/dist/extension.cjs").filter((file) => heavy.test(file))).toEqual([]);
  // The pattern finds them where they are.
  expect(inputs("analysis-worker.cjs").some((file) => heavy.test(file))).toBe(true);
  expect(inputs("emulator-worker.cjs").some((file) => heavy.test(file))).toBe(true);
});

/** A server and a window for one run of loaded.cjs. */
async function readInHost(release: Release): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-loaded-"));
  const file = join(folder, "report.json");
  const shop = await ShopFolder.copy();
  const settings = {
    "millrace.emulator.natsPort": 0,
    "millrace.emulator.redisPort": 0,
    "millrace.emulator.mqttPort": 0,
  };
  const server = await CodeServer.start({
    release,
    settings,
    inHost: true,
    env: { LOADED_REPORT: file },
  });
  try {
    const tests = fileURLToPath(new URL("loaded.cjs", import.meta.url));
    const window = await Window.open(server, {
      folder: shop.path,
      inHost: { extension: join(repository, "extension"), tests },
    });
    try {
      const code = await window.exited;
      if (code !== 0)
        throw new Error(
          `the extension host's run ended with ${code}:\n${window.console.filter((line) => /error/i.test(line)).join("\n")}`,
        );
      return JSON.parse(await readFile(file, "utf8")) as Report;
    } finally {
      await window[Symbol.asyncDispose]();
    }
  } finally {
    await server[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}
