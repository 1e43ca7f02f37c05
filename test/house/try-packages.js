/**
 * Does with the packed tarballs what a user would: installs them into an empty folder, runs both commands,
 * loads every entry point and compiles ten lines against the declarations.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { npm, run } from "../../pack.js";

const service = `
import { App, type } from "millrace";
import { MqttBroker } from "millrace/mqtt";
import { NatsBroker } from "millrace/nats";
import { testBroker } from "millrace/testing";

const broker = new NatsBroker();
const invoices = broker.publisher("invoices", { schema: type<{ orderId: string; amount: number }>() });
export const bill = broker.subscriber(
  "orders.{id}",
  { schema: type<{ total: number }>(), group: "billing", publish: invoices },
  async (order, { params }) => ({ orderId: params.id, amount: order.total }),
);
broker.subscriber(
  "orders.{id}",
  { schema: type<{ total: number }>(), publish: invoices },
  // @ts-expect-error: an invoice has an orderId
  async (order) => ({ amount: order.total }),
);
export const app = new App(broker, new MqttBroker(), { title: "billing" });
export const test = () => testBroker(broker, { on: "memory" });
`;

const tsconfig = {
  compilerOptions: {
    target: "es2023",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    noEmit: true,
  },
  files: ["app.ts"],
};

/** Prints a line for each step and a closing count. Resolves to whether all went well. @param {string[]} tarballs */
export async function tryPackages(tarballs) {
  const folder = await mkdtemp(join(tmpdir(), "millrace-try-"));
  const count = { passed: 0, failed: 0 };

  /** @param {string} name @param {() => Promise<unknown>} action */
  async function step(name, action) {
    try {
      await action();
      count.passed++;
      console.log(`✓ ${name}`);
    } catch (error) {
      count.failed++;
      console.log(`✗ ${name}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }

  try {
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ private: true, type: "module" }),
    );
    await step("the tarballs install into an empty folder", () =>
      run(
        npm,
        [
          "install",
          "--prefer-offline",
          "--no-audit",
          "--no-fund",
          ...tarballs,
          "nats",
          "mqtt",
          "@types/node@20",
        ],
        { cwd: folder },
      ),
    );
    await step("they hold nothing but bin, programs and dist", () => onlyWhatIsBuilt(folder));
    await step("millrace --version says the version", async () => {
      const { stdout } = await run(npm, ["exec", "--no", "--", "millrace", "--version"], {
        cwd: folder,
      });
      const { version } = JSON.parse(
        await readFile(join(folder, "node_modules/millrace/package.json"), "utf8"),
      );
      if (stdout.trim() !== version) throw new Error(`it said ${stdout}`);
    });
    await step(
      "npx millrace-emulator --json says where it listens, runs a script of Redis, and ends",
      () => startEmulator(folder),
    );
    await step("its nats-server says which one it stands in for", async () => {
      const program = join(folder, "node_modules/@millrace/emulator/programs/nats-server");
      const { stdout } = await run(process.execPath, [program, "--version"], { cwd: folder });
      if (!stdout.startsWith("nats-server: v2.")) throw new Error(`it said ${stdout}`);
    });
    await step("every entry point can be imported", () => importAll(folder));
    await step("a service compiles against the declarations, and they against each other", () =>
      compile(folder),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0;
}

/** @param {string} folder */
async function onlyWhatIsBuilt(folder) {
  const expected = new Set([
    "bin",
    "programs",
    "dist",
    "package.json",
    "LICENSE",
    "README.md",
    "node_modules",
  ]);
  for (const name of ["millrace", "@millrace/emulator", "@millrace/workbench"]) {
    const entries = await readdir(join(folder, "node_modules", name));
    const odd = entries.filter((entry) => !expected.has(entry));
    if (odd.length > 0 || !entries.includes("dist"))
      throw new Error(`${name} has ${entries.join(", ")}`);
  }
}

/** @param {string} folder */
async function startEmulator(folder) {
  const bin = join(folder, "node_modules/@millrace/emulator/bin/millrace-emulator.js");
  const child = spawn(
    process.execPath,
    [bin, "--json", "--nats", "0", "--redis", "0", "--mqtt", "0"],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = new Promise((resolve) => child.on("close", resolve));
  try {
    const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const urls = JSON.parse(value ?? "null");
    if (
      !/^nats:\/\/127\.0\.0\.1:\d+$/.test(urls?.nats) ||
      !/^mqtt:\/\/127\.0\.0\.1:\d+$/.test(urls?.mqtt)
    )
      throw new Error(`it said ${value}`);
    const socket = connect(Number(new URL(urls.redis).port), "127.0.0.1");
    socket.write("EVAL 'return 6 * 7' 0\r\n");
    const [answer] = await once(socket, "data");
    socket.destroy();
    if (String(answer) !== ":42\r\n") throw new Error(`a script answered ${answer}`);
  } finally {
    child.kill("SIGINT");
    await ended;
  }
}

/** Complaints about other people's declarations are theirs: nats and mqtt's do not stand without the DOM's. @param {string} folder */
async function compile(folder) {
  await writeFile(join(folder, "app.ts"), service);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  const compiler = fileURLToPath(new URL("../bin/tsc", import.meta.resolve("typescript")));
  try {
    await run(process.execPath, [compiler, "-p", folder, "--pretty", "false"], { cwd: folder });
  } catch (error) {
    const lines = String(error).split("\n").slice(1);
    const ours = lines.filter(
      (line) => /error TS/.test(line) && !/^node_modules\/(?!@?millrace\/)/.test(line),
    );
    if (ours.length > 0) throw new Error(ours.join("\n"), { cause: error });
    if (!lines.some((line) => /error TS/.test(line))) throw error;
  }
}

/** Loads what `exports` names, but for worker entries, which need a parent. @param {string} folder */
async function importAll(folder) {
  for (const name of ["millrace", "@millrace/emulator", "@millrace/workbench"]) {
    const manifest = JSON.parse(
      await readFile(join(folder, "node_modules", name, "package.json"), "utf8"),
    );
    for (const entry of Object.keys(manifest.exports)) {
      if (entry.endsWith("worker") || entry === "./package.json") continue;
      const specifier = join(name, entry).replaceAll("\\", "/");
      await run(
        process.execPath,
        ["--input-type=module", "-e", `await import(${JSON.stringify(specifier)}); process.exit()`],
        { cwd: folder },
      );
    }
  }
}
