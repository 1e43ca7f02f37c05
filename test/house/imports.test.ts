/**
 * Plants every pair of importer and imported in a tree of its own and lints it: what the design allows passes,
 * everything else is reported, in whatever way the module is named.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import table from "../../imports.json" with { type: "json" };

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const rooms: Record<string, string> = table.rooms;

/** How a module can be named. Each makes one line; `n` keeps names apart. */
const ways = {
  import: (name: string, n: number) => `import { a${n} } from "${name}";`,
  "import for effect": (name: string) => `import "${name}";`,
  "import inline type": (name: string, n: number) => `import { type T${n} } from "${name}";`,
  "export from": (name: string, n: number) => `export { b${n} } from "${name}";`,
  "export all": (name: string) => `export * from "${name}";`,
  require: (name: string) => `require("${name}");`,
  "require.resolve": (name: string) => `require.resolve("${name}");`,
  "import equals": (name: string, n: number) => `import c${n} = require("${name}");`,
  "import type": (name: string, n: number) => `import type { U${n} } from "${name}";`,
  "export type": (name: string, n: number) => `export type { V${n} } from "${name}";`,
  "typeof import": (name: string, n: number) => `type W${n} = typeof import("${name}");`,
  "import()": (name: string) => `void import("${name}");`,
  "import() of a template": (name: string) => `void import(\`${name}\`);`,
};
type Way = keyof typeof ways;
const asType: readonly Way[] = ["import type", "export type", "typeof import"];
const dynamically: readonly Way[] = ["import()", "import() of a template"];

/** What can be named, and by what: a room by its package, a subpath of it or the path to its files. */
const targets = {
  runtime: ["millrace", "millrace/nats", "/runtime/src/app.ts"],
  emulator: ["@millrace/emulator", "@millrace/emulator/remote", "/emulator/src/emulator.ts"],
  workbench: [
    "@millrace/workbench",
    "@millrace/workbench/server",
    "/workbench/src/session/session.ts",
  ],
  "the page's protocol": ["@millrace/workbench/protocol"],
  topology: ["/workbench/src/topology.ts"],
  analysis: ["/workbench/src/analysis/analyze.ts"],
  webview: ["@millrace/webview", "/webview/src/main.tsx"],
  extension: ["millrace-vscode", "/extension/src/extension.ts"],
  test: ["@millrace/test", "/test/house/imports.js"],
  bench: ["@millrace/bench", "/bench/run.js"],
  examples: ["millrace-example-shop", "/examples/shop/orders/app.ts"],
  "another example": ["millrace-example-interop", "/examples/interop/run.js"],
  "a client": ["nats", "mqtt", "kafkajs", "amqplib", "ioredis", "mqtt/dist/mqtt.js"],
  aedes: ["aedes", "aedes/types/packet.js"],
  "ts-morph": ["ts-morph", "typescript"],
  vscode: ["vscode"],
  sockets: ["node:net", "net", "node:tls", "node:http", "ws"],
  "other parts of node": ["node:fs", "fs/promises"],
  "a free package": ["zod"],
  "a session of the emulator": ["/emulator/src/nats/session/connection.ts"],
  "a file of the root": ["/build.js"],
} as const;
type Target = keyof typeof targets;
const reachableByPath: readonly Target[] = [
  "topology",
  "analysis",
  "a session of the emulator",
  "a file of the root",
];

const node = ["other parts of node", "a free package", "a file of the root"] as const;
const doors = ["runtime", "emulator", "workbench", "the page's protocol"] as const;

/** The design's table (ARCHITECTURE.md), once more and by hand: who may name what. `type:` and `dynamic:` narrow the way. */
const importers: Record<
  string,
  { file: string; may: readonly (Target | `type:${Target}` | `dynamic:${Target}`)[] }
> = {
  extension: {
    file: "extension/src/panel.ts",
    may: ["workbench", "the page's protocol", "emulator", "vscode", "sockets", ...node],
  },
  webview: {
    file: "webview/src/main.tsx",
    may: ["type:the page's protocol", "a free package", "a file of the root"],
  },
  "the page's protocol": { file: "workbench/src/protocol.ts", may: ["type:topology"] },
  topology: { file: "workbench/src/topology.ts", may: [] },
  session: {
    file: "workbench/src/session/session.ts",
    may: ["emulator", "topology", "analysis", "sockets", ...node],
  },
  "the session's real.ts": {
    file: "workbench/src/session/real.ts",
    may: ["dynamic:runtime", "topology", "analysis", ...node],
  },
  analysis: {
    file: "workbench/src/analysis/analyze.ts",
    may: ["ts-morph", "topology", "analysis", ...node],
  },
  emulator: {
    file: "emulator/src/listener.ts",
    may: ["sockets", "a session of the emulator", ...node],
  },
  "the emulator's mqtt": {
    file: "emulator/src/mqtt/protocol.ts",
    may: ["aedes", "sockets", "a session of the emulator", ...node],
  },
  "a model": { file: "emulator/src/nats/model/subjects.ts", may: [...node] },
  "a wire": { file: "emulator/src/nats/wire/parser.ts", may: [...node] },
  runtime: { file: "runtime/src/app.ts", may: ["sockets", ...node] },
  "the runtime's companions": {
    file: "runtime/src/companions.ts",
    may: ["dynamic:emulator", "dynamic:workbench", "dynamic:the page's protocol", ...node],
  },
  "a driver": { file: "runtime/src/nats/driver.ts", may: ["a client", ...node] },
  "a driver's translation": {
    file: "runtime/src/nats/message.ts",
    may: ["type:a client", ...node],
  },
  "beside a driver": { file: "runtime/src/nats/broker.ts", may: ["sockets", ...node] },
  test: {
    file: "test/flows/order.test.ts",
    may: [...doors, "a client", "aedes", "sockets", ...node],
  },
  bench: { file: "bench/nats.ts", may: [...doors, "a client", "aedes", "sockets", ...node] },
  examples: {
    file: "examples/shop/orders/app.ts",
    may: [...doors, "a client", "sockets", ...node],
  },
};

interface Plant {
  target: Target;
  name: string;
  way: Way;
  allowed: boolean;
}

const tree = await mkdtemp(join(tmpdir(), "millrace-imports-"));
const planted = new Map<string, Plant[]>();
let reported: Map<string, Set<number>>;

beforeAll(async () => {
  for (const [importer, { file, may }] of Object.entries(importers)) {
    const plants: Plant[] = [];
    for (const [target, names] of Object.entries(targets) as [Target, readonly string[]][]) {
      for (const name of names) {
        if (isOwn(file, name) || name === `/${file}`) continue;
        for (const way of Object.keys(ways) as Way[])
          plants.push({
            target,
            name: written(file, name),
            way,
            allowed: isAllowed(may, target, way, name),
          });
      }
    }
    planted.set(importer, plants);
    await plant(file, plants.map(({ way, name }, n) => ways[way](name, n)).join("\n"));
  }
  await plant(
    "workbench/src/analysis/fixtures/shop/app.ts",
    `import { App } from "millrace";\nimport net from "node:net";`,
  );
  await plant(
    "emulator/src/nats/protocol.ts",
    `const name = "nats";\nvoid import(name);\nrequire(name);`,
  );

  const config = JSON.parse(
    (await readFile(join(root, ".oxlintrc.json"), "utf8")).replace(/^\s*\/\/.*$/gm, ""),
  ) as { options: object };
  await plant(
    ".oxlintrc.json",
    JSON.stringify({
      ...config,
      options: { ...config.options, typeAware: false },
      ignorePatterns: [],
    }),
  );
  await cp(join(root, "imports.json"), join(tree, "imports.json"));
  await cp(join(root, "test/house"), join(tree, "test/house"), { recursive: true });
  reported = await lint();
}, 60_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

test.each(Object.keys(importers))(
  "%s imports what the table allows and nothing else",
  (importer) => {
    const lines = reported.get(importers[importer]?.file ?? "") ?? new Set();
    const plants = planted.get(importer) ?? [];
    expect(plants.filter((each) => !each.allowed).length).toBeGreaterThan(100);
    const wrong = plants.flatMap(({ target, name, way, allowed }, index) => {
      const refused = lines.has(index + 1);
      if (refused !== allowed) return [];
      return [`${target}: ${ways[way](name, index)} ${refused ? "was refused" : "passed"}`];
    });
    expect(wrong).toEqual([]);
  },
);

test("the table knows every workspace by its package's name", async () => {
  const { workspaces } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    workspaces: string[];
  };
  for (const folder of workspaces) {
    const { name } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8")) as {
      name: string;
    };
    expect(rooms[folder]).toBe(name);
  }
});

test("a fixture imports what it likes", () => {
  expect(reported.get("workbench/src/analysis/fixtures/shop/app.ts")).toBeUndefined();
});

test("a name that is computed is refused outside the files that may", () => {
  expect(reported.get("emulator/src/nats/protocol.ts")).toEqual(new Set([2, 3]));
});

function isAllowed(may: readonly string[], target: Target, way: Way, name: string): boolean {
  // A room's door is its package, even for those who may use it.
  if (name.startsWith("/") && !reachableByPath.includes(target)) return false;
  if (may.includes(target)) return true;
  if (asType.includes(way)) return may.includes(`type:${target}`);
  return dynamically.includes(way) && may.includes(`dynamic:${target}`);
}

/** A room's own files and its own package are its own business, but for the files that are told apart by the table. */
function isOwn(file: string, name: string): boolean {
  const apart = ["protocol.ts", "topology.ts"].some((end) => file === `workbench/src/${end}`);
  const inner =
    name.includes("/analysis/") ||
    name.endsWith("/topology.ts") ||
    name.includes("/emulator/src/nats/session/");
  if (apart || inner) return false;
  const room = Object.keys(rooms).find((folder) => file.startsWith(`${folder}/`)) ?? "";
  if (name.startsWith("/")) {
    const fromAnalysisToSession = file.includes("/analysis/") && name.includes("/session/");
    return name.startsWith(`/${room}/`) && !fromAnalysisToSession;
  }
  const door = rooms[room];
  return name === door || name.startsWith(`${door}/`);
}

/** As the file would write it: a path becomes relative. */
function written(file: string, name: string): string {
  if (!name.startsWith("/")) return name;
  const path = posix.relative(posix.dirname(`/${file}`), name);
  return path.startsWith(".") ? path : `./${path}`;
}

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, file)), { recursive: true });
  await writeFile(join(tree, file), text);
}

/** The lines the import rule reports, by file. */
async function lint(): Promise<Map<string, Set<number>>> {
  const program = join(root, "node_modules/oxlint/bin/oxlint");
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [program, "-f", "json"],
      { cwd: tree, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve(stdout || stderr),
    );
  });
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: {
      code?: string;
      message: string;
      filename: string;
      labels: { span: { line: number } }[];
    }[];
  };
  const lines = new Map<string, Set<number>>();
  for (const { code, message, filename, labels } of diagnostics) {
    if (code === undefined) throw new Error(`${filename} could not be linted: ${message}`);
    if (code !== "millrace(imports)") continue;
    const file = filename.replaceAll("\\", "/");
    const known = lines.get(file) ?? new Set();
    for (const { span } of labels) known.add(span.line);
    lines.set(file, known);
  }
  return lines;
}
