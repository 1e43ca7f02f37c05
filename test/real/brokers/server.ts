/** A server of the tests' own: spawned on free loopback ports with a folder of its own, known before it is used, gone with the test. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface RealBroker extends AsyncDisposable {
  readonly url: string;
  /** As the server says it: `nats-server 2.9.10`. */
  readonly version: string;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would; the folder stays, so that `restart` finds what it had written. */
  kill(): Promise<void>;
  /** Starts it again on the same ports with the same folder, stopping it in order first where it runs. */
  restart(): Promise<void>;
}

export interface Server {
  readonly name: string;
  /** What to do where it is not installed: `apt install redis-server`. */
  readonly install: string;
  /** Names a lent one instead: `TEST_REDIS_URL`. */
  readonly variable: string;
  /** `stop` need not let it shut down in order, since that takes seconds and its folder is removed anyway. */
  readonly disposable?: boolean;
  /** How long it may take to answer, in milliseconds; default 30 s. */
  readonly patience?: number;
  /** Writes its configuration into the folder, and says how to run it. */
  prepare(folder: string): Promise<Launch>;
}

export interface Launch {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly url: string;
  /** Resolves with name and version once it serves; rejects with `NotTheRealThing` where somebody else does. */
  identify(url: string): Promise<string>;
}

/** There is no server here for this test. The suite `real` skips it then, and says so; in CI it fails. */
export class NotAvailable extends Error {
  override name = "NotAvailable";
  /** Whether CI goes without it as well. */
  readonly optional: boolean;

  constructor(message: string, options: ErrorOptions & { readonly optional?: boolean } = {}) {
    super(message, options);
    this.optional = options.optional ?? false;
  }

  static of(
    { name, install, variable }: Pick<Server, "name" | "install" | "variable">,
    cause?: unknown,
  ) {
    return new NotAvailable(
      `${name} is not installed: ${install}; or set ${variable} to one that runs`,
      { cause },
    );
  }
}

export async function startServer(server: Server): Promise<RealBroker> {
  const folder = await mkdtemp(join(tmpdir(), `millrace-${server.name}-`));
  const launch = await server.prepare(folder).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { url } = launch;
  let child: ChildProcess | undefined;
  let output = "";

  async function run(): Promise<string> {
    output = "";
    child = spawn(launch.command, launch.arguments, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PATH: searchPath(), ...launch.env },
    });
    tellReaper(folder, child.pid ?? 0);
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)));
    const failed = once(child, "error").then(([error]) => {
      throw NotAvailable.of(server, error);
    });
    return Promise.race([failed, answering(child)]);
  }

  async function answering(process: ChildProcess): Promise<string> {
    const latest = performance.now() + (server.patience ?? 30_000);
    for (;;) {
      if (process.exitCode !== null || process.signalCode !== null)
        throw new Error(
          `${server.name} ended with ${process.exitCode ?? process.signalCode}:\n${output}`,
        );
      try {
        return await launch.identify(url);
      } catch (error) {
        if (error instanceof Error && error.name === "NotTheRealThing") throw error;
        if (performance.now() > latest)
          throw new Error(`${server.name} does not answer at ${url}:\n${output}`, { cause: error });
        await pause(50);
      }
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    tellReaper(folder, 0);
  }

  const gone = async (signal: NodeJS.Signals) => {
    await end(signal);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    tellReaper(folder);
  };
  const version = await run().catch(async (error: unknown) => {
    await gone("SIGKILL");
    throw error;
  });
  console.log(`${withoutPassword(url)} is ${version}`);
  const broker: RealBroker = {
    url,
    version,
    stop: () => gone(server.disposable ? "SIGKILL" : "SIGTERM"),
    kill: () => end("SIGKILL"),
    async restart() {
      await end("SIGTERM");
      await run();
    },
    [Symbol.asyncDispose]: () => broker.stop(),
  };
  return broker;
}

/** A server somebody else runs: it may be used, not stopped. */
export async function borrow(
  url: string,
  identify: (url: string) => Promise<string>,
): Promise<RealBroker> {
  const version = await identify(url);
  const shown = withoutPassword(url);
  console.log(`${shown} is ${version}`);
  return lend(
    { url, version },
    new NotAvailable(`${shown} was given by the environment; it is not ours to stop`),
  );
}

/** One whose life is not the test's: `stop` leaves it alone, `kill` and `restart` reject. */
export function lend({ url, version }: { url: string; version: string }, why: Error): RealBroker {
  const refuse = () => Promise.reject(why);
  return {
    url,
    version,
    stop: async () => {},
    kill: refuse,
    restart: refuse,
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * Of those that no system gives to an outgoing connection: while a server is down, another process could get its port
 * so, or a client that tries to reconnect could find itself there.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = firstPort + randomInt(4_000);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.add(port);
  }
  return [...ports];
}

/** A server takes its ports a while after they were free: nobody else is given them, in this process or beside it. */
const given = new Set<number>();
const firstPort = 15_000 + (Number(process.env["VITEST_POOL_ID"] ?? 0) % 4) * 4_000;

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, "127.0.0.1"), "listening");
    return true;
  } catch {
    return false;
  } finally {
    if (probe.listening) await once(probe.close(), "close");
  }
}

export async function freePort(): Promise<number> {
  return (await freePorts(1))[0] as number;
}

let reaper: ChildProcess | undefined;

/** However the tests end, no server and no folder stays behind: another process sees to it. */
function tellReaper(folder: string, pid?: number): void {
  if (!reaper) {
    const script = fileURLToPath(new URL("reaper.js", import.meta.url));
    reaper = spawn(process.execPath, [script], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    reaper.unref();
    // A worker of vitest whose parent has died would go on testing for nobody.
    process.once("disconnect", () => process.exit(1));
    (reaper.stdin as Socket).unref();
  }
  reaper.stdin?.write(pid === undefined ? `${folder}\n` : `${folder}\t${pid}\n`);
}

const withoutPassword = (url: string) => url.replace(/\/\/.*@/, "//");

/** What .ci/run has installed comes first, being newer; Debian keeps servers where only root's PATH looks. */
function searchPath(): string {
  const cache = process.env["MILLRACE_CI_CACHE"] ?? join(homedir(), ".cache", "millrace-ci");
  const path = process.env["PATH"] ?? "";
  return [join(cache, "bin"), path, "/usr/sbin", "/usr/local/sbin"].join(delimiter);
}
