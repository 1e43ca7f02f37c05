/**
 * Real brokers for the tests: nats-server and mosquitto as installed, each on a free port in a folder of its own,
 * or those that TEST_NATS_URL and TEST_MQTT_URL name. Whoever answers must first prove to be the real thing.
 */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { identifyMqtt, identifyNats } from "./identify.ts";

export interface RealBroker extends AsyncDisposable {
  readonly url: string;
  /** As the server says it: `nats-server 2.9.10`. */
  readonly version: string;
  /** Ends it in order and removes its folder. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would; the folder stays, so that `restart` finds what it had written. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same folder, stopping it in order first where it runs. */
  restart(): Promise<void>;
}

/** `config`: further lines of its configuration file. */
export async function startNatsServer(config = ""): Promise<RealBroker> {
  if (process.env.TEST_NATS_URL) return borrowed(process.env.TEST_NATS_URL, identifyNats);
  return start({
    command: "nats-server",
    scheme: "nats",
    configuration: (port) => `host: "127.0.0.1"\nport: ${port}\n${config}\n`,
    arguments: (file) => ["-c", file],
    identify: identifyNats,
  });
}

/** `config`: further lines of its configuration file. With `credentials` nobody else may connect. */
export async function startMosquitto(
  config = "",
  credentials: { username?: string; password?: string } = {},
): Promise<RealBroker> {
  const identify = (url: string) => identifyMqtt(url, credentials);
  if (process.env["TEST_MQTT_URL"]) return borrowed(process.env["TEST_MQTT_URL"], identify);
  const { username, password } = credentials;
  const guarded =
    username !== undefined && password !== undefined && !config.includes("password_file");
  return start({
    command: "mosquitto",
    scheme: "mqtt",
    files: guarded ? { passwords: `${username}:${hashed(password)}\n` } : {},
    configuration: (port, folder) =>
      [
        `listener ${port} 127.0.0.1`,
        ...(guarded ? ["allow_anonymous false", `password_file ${join(folder, "passwords")}`] : []),
        ...(guarded || config.includes("allow_anonymous") ? [] : ["allow_anonymous true"]),
        // Started by root it would become a user who may not read the folder.
        ...(process.getuid?.() === 0 ? ["user root"] : []),
        "persistence true",
        `persistence_location ${folder}/`,
        config,
        "",
      ].join("\n"),
    arguments: (file) => ["-c", file],
    identify,
  });
}

/** As mosquitto_passwd writes it: PBKDF2 with SHA-512, its rounds and salt before it. */
function hashed(password: string): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, 101, 64, "sha512");
  return `$7$101$${salt.toString("base64")}$${hash.toString("base64")}`;
}

interface Server {
  readonly command: string;
  readonly scheme: string;
  /** Beside its configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  configuration(port: number, folder: string): string;
  arguments(file: string): string[];
  identify(url: string): Promise<string>;
}

async function start(server: Server): Promise<RealBroker> {
  const folder = await mkdtemp(join(tmpdir(), `millrace-${server.command}-`));
  const file = join(folder, "server.conf");
  const port = await freePort();
  const url = `${server.scheme}://127.0.0.1:${port}`;
  await writeFile(file, server.configuration(port, folder));
  for (const [name, text] of Object.entries(server.files ?? {})) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  let child: ChildProcess;
  let stderr = "";

  async function run(): Promise<string> {
    stderr = "";
    child = spawn(server.command, server.arguments(file), {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PATH: withSbin() },
    });
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const failed = once(child, "error").then(([error]) => {
      throw new Error(
        `${server.command} cannot be started: install it (apt install ${server.command}), or set TEST_${server.scheme.toUpperCase()}_URL`,
        { cause: error },
      );
    });
    return Promise.race([failed, answering()]);
  }

  async function answering(): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      if (child.exitCode !== null)
        throw new Error(`${server.command} ended with code ${child.exitCode}:\n${stderr}`);
      try {
        return await server.identify(url);
      } catch (error) {
        if (attempt === 100 || (error instanceof Error && error.name === "NotTheRealThing"))
          throw error;
        await pause(50);
      }
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  // However the tests end (vitest's worker loses its parent, or is told to go), no server stays behind.
  const orphan = () => child.kill("SIGKILL");
  const terminated = () => process.exit(143);
  process.once("exit", orphan).once("disconnect", orphan).once("SIGTERM", terminated);
  const forget = () => {
    process.off("exit", orphan).off("disconnect", orphan).off("SIGTERM", terminated);
  };
  const version = await run().catch(async (error: unknown) => {
    forget();
    await end("SIGKILL");
    throw error;
  });
  console.log(`${url} is ${version}`);
  const broker: RealBroker = {
    url,
    version,
    async stop() {
      forget();
      await end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
    kill: () => end("SIGKILL"),
    async restart() {
      await end("SIGTERM");
      await run();
    },
    [Symbol.asyncDispose]: () => broker.stop(),
  };
  return broker;
}

async function borrowed(
  url: string,
  identify: (url: string) => Promise<string>,
): Promise<RealBroker> {
  const version = await identify(url);
  console.log(`${url.replace(/\/\/.*@/, "//")} is ${version}`);
  const refuse = () =>
    Promise.reject(new Error(`${url} was given by the environment; it is not ours to stop`));
  return {
    url,
    version,
    stop: async () => {},
    kill: refuse,
    restart: refuse,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Debian keeps servers where only root's PATH looks. */
const withSbin = () => [process.env.PATH, "/usr/sbin", "/usr/local/sbin"].join(delimiter);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
