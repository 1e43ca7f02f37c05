/** The servers that are measured, each a process of its own on a free port: the emulator, nats-server and mosquitto. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bringUpToDate } from "../build.js";

/** @typedef {{ kafka: string, nats: string, rabbitmq: string, redis: string, mqtt: string, stop(): Promise<void> }} EmulatorProcess */
/** @typedef {{ url: string, stop(): Promise<void> }} Server */

/** Why a measurement cannot be made on this machine. */
export class Missing extends Error {}

/** @type {Promise<boolean> | undefined} */
let built;

export const protocols = ["kafka", "nats", "rabbitmq", "redis", "mqtt"];

/** Resolves when it says that it is ready. @param {string[]} only @returns {Promise<EmulatorProcess>} */
export async function startEmulator(only = protocols) {
  await (built ??= bringUpToDate("emulator"));
  // As it is published: in the repository the command first looks each time whether its sources are newer.
  const dist = fileURLToPath(new URL("../emulator/dist", import.meta.url));
  const [start, script] = ["command.cjs", "cli.script"].map((name) =>
    JSON.stringify(join(dist, name)),
  );
  const command = `require(${start}).runCommand(${script}, process.argv.slice(1))`;
  const ports = only.flatMap((name) => [`--${name}`, "0"]);
  const args = ["-e", command, "--", "--json", "--only", only.join(","), ...ports];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const { value, done } = await createInterface({ input: child.stdout })
    [Symbol.asyncIterator]()
    .next();
  if (done) throw new Error("the emulator ended before it was ready");
  return { ...JSON.parse(value), stop: () => end(child) };
}

/** With JetStream, as the emulator. @returns {Promise<Server>} */
export async function startNatsServer() {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  const args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder];
  return disposing(await start("nats-server", args, `nats://127.0.0.1:${port}`, port), folder);
}

/** Keeps nothing on disk, as the emulator does. @returns {Promise<Server>} */
export async function startRedis() {
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", ""];
  return start("redis-server", args, `redis://127.0.0.1:${port}`, port);
}

/** @returns {Promise<Server>} */
export async function startMosquitto() {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  const file = join(folder, "mosquitto.conf");
  // Without the limit a burst is dropped and what is measured is luck; the emulator has none either.
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "max_queued_messages 0",
    "set_tcp_nodelay true",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  return disposing(
    await start("mosquitto", ["-c", file], `mqtt://127.0.0.1:${port}`, port),
    folder,
  );
}

/** The folder goes with the server. @param {Server} server @param {string} folder @returns {Server} */
function disposing(server, folder) {
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What a server's own words are for its version; "" where it is not installed. @param {string} command @param {string[]} args */
export async function versionOf(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"], env });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  await Promise.race([once(child, "close"), once(child, "error")]).catch(() => {});
  return output.split("\n")[0]?.replace(":", "") ?? "";
}

// Debian has the brokers where only root looks.
const env = { ...process.env, PATH: `${process.env["PATH"]}${delimiter}/usr/sbin` };

/** @param {string} command @param {string[]} args @param {string} url @param {number} port @returns {Promise<Server>} */
async function start(command, args, url, port) {
  const child = spawn(command, args, { stdio: "ignore", env });
  const missing = once(child, "error").then(() => {
    throw new Missing(`${command} is not installed`);
  });
  await Promise.race([missing, answers(port)]);
  return { url, stop: () => end(child) };
}

/** @param {import("node:child_process").ChildProcess} child */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}

/** Resolves when someone listens. @param {number} port @param {number} patience ms */
export async function answers(port, patience = 5_000) {
  for (let attempt = 0; attempt < patience / 25; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const connected = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (connected) return;
    await pause(25);
  }
  throw new Error(`nobody answers on port ${port} after ${patience / 1000} seconds`);
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}
