/** The program that stands in for nats-server, spawned as suites of NATS clients spawn one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, type NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { bringUpToDate } from "../../build.js";

const program = fileURLToPath(new URL("../../emulator/programs/nats-server", import.meta.url));
let folder: string;
const running: ChildProcess[] = [];

beforeAll(() => bringUpToDate("emulator"), 60_000);
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "millrace-nats-server-"))));
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => expect(running).toEqual([]));

/** With these lines in its configuration. Resolves when its ports file is there. */
async function start(conf: string) {
  const file = join(folder, "server.conf");
  writeFileSync(
    file,
    `host: "127.0.0.1"\nhttp: "127.0.0.1:-1"\nports_file_dir: ${JSON.stringify(folder)}\n${conf}\n`,
  );
  const child = spawn(process.execPath, [program, "-c", file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const portsFile = join(folder, `nats-server_${child.pid}.ports`);
  // It may be there and not written yet.
  const ports = await vi.waitFor(
    () => JSON.parse(readFileSync(portsFile, "utf8")) as { nats: [string]; monitoring: [string] },
    30_000,
  );
  return { child, file, portsFile, log: () => log, url: ports.nats[0], http: ports.monitoring[0] };
}

const client = (servers: string, options = {}): Promise<NatsConnection> =>
  connect({ servers, reconnect: false, timeout: 10_000, ...options });

test("writes its ports file, answers tools, and takes it away when it ends", async () => {
  const server = await start("port: -1");
  const varz = (await (await fetch(`${server.http}/varz`)).json()) as Record<string, unknown>;
  expect(varz).toMatchObject({ version: "2.10.27", server_name: "millrace-emulator" });
  await expect.poll(() => server.log()).toContain("Server is ready");
  const connection = await client(server.url);
  await connection.close();
  server.child.kill("SIGTERM");
  await once(server.child, "exit");
  // Windows ends a process without a word.
  if (process.platform !== "win32") expect(existsSync(server.portsFile)).toBe(false);
});

test("killed and started again on the same port and store, it has its streams of storage file", async () => {
  const store = JSON.stringify(join(folder, "store"));
  const first = await start(`port: -1\njetstream { store_dir: ${store} }`);
  const before = await client(first.url);
  const manager = await before.jetstreamManager();
  await manager.streams.add({ name: "JOBS", subjects: ["jobs.*"] });
  await before.jetstream().publish("jobs.a", "one");
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const { port } = new URL(first.url);
  const again = await start(`port: ${port}\njetstream { store_dir: ${store} }`);
  const after = await client(again.url);
  const kept = await (await after.jetstreamManager()).streams.getMessage("JOBS", { seq: 1 });
  expect([kept.subject, kept.string()]).toEqual(["jobs.a", "one"]);
  await after.close();
});

test.runIf(process.platform !== "win32")("SIGHUP reads the configuration again", async () => {
  const server = await start('port: -1\nauthorization { user: "anna", password: "one" }');
  const { port } = new URL(server.url);
  await (await client(server.url, { user: "anna", pass: "one" })).close();
  const conf = readFileSync(server.file, "utf8");
  writeFileSync(server.file, conf.replace("port: -1", `port: ${port}`).replace('"one"', '"two"'));
  server.child.kill("SIGHUP");
  await expect
    .poll(() =>
      client(server.url, { user: "anna", pass: "two" }).then(
        (connection) => connection.close().then(() => "in"),
        String,
      ),
    )
    .toBe("in");
  await expect(client(server.url, { user: "anna", pass: "one" })).rejects.toThrow(/Authorization/);
});

test.runIf(process.platform !== "win32")(
  "SIGUSR2 is the lame duck: clients are told, then it ends",
  async () => {
    const server = await start(
      'port: -1\nlame_duck_grace_period: "1ms"\nlame_duck_duration: "30s"',
    );
    const connection = await client(server.url);
    const told = (async () => {
      for await (const { type } of connection.status()) if (String(type) === "ldm") return true;
      return false;
    })();
    server.child.kill("SIGUSR2");
    expect(await told).toBe(true);
    await connection.closed();
  },
);

test("a configuration that is wrong is refused, with its line", async () => {
  const file = join(folder, "wrong.conf");
  writeFileSync(file, "port: 4222\nauthorization { user anna\n");
  const child = spawn(process.execPath, [program, "-c", file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(1);
  expect(log).toContain("wrong.conf");
});
