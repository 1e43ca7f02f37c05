/** The program nats-server: what test suites start by this name. */
import { readFileSync } from "node:fs";
import { CLAIMED_VERSION } from "./nats/model/server.ts";
import { readFlags, USAGE, UsageError } from "./nats/program/flags.ts";
import { loadSetup } from "./nats/program/load.ts";
import { runServer, type Running } from "./nats/program/run.ts";

const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  stop: "SIGKILL",
  quit: "SIGINT",
  term: "SIGTERM",
  reopen: "SIGUSR1",
  reload: "SIGHUP",
  ldm: "SIGUSR2",
};

/** Resolves when clients can connect. */
export async function run(args: readonly string[]): Promise<readonly string[]> {
  return main(args).catch(fail);
}

async function main(args: readonly string[]): Promise<readonly string[]> {
  const flags = readFlags(args);
  if (flags.help === true || flags.version === true) {
    const version = `nats-server: v${CLAIMED_VERSION}`;
    process.stdout.write(`${flags.help === true ? USAGE : version}\n`);
    return [];
  }
  if (flags.signal !== undefined) {
    signal(flags.signal);
    return [];
  }
  const setup = loadSetup(flags);
  if (flags.check === true) {
    process.stderr.write(`nats-server: configuration file ${flags.config ?? ""} is valid\n`);
    return [];
  }
  const running = await runServer(setup);
  obey(running, () => loadSetup(flags));
  return ["nats"];
}

function obey(running: Running, load: () => ReturnType<typeof loadSetup>): void {
  const end = (ending: Promise<void>) => void ending.then(() => process.exit(0), fail);
  process.once("SIGTERM", () => end(running.close()));
  process.once("SIGINT", () => end(running.close()));
  process.once("SIGUSR2", () => end(running.lameDuck()));
  process.on("SIGUSR1", () => running.reopenLog());
  process.on("SIGHUP", () => {
    try {
      running.reload(load());
    } catch (error) {
      process.stderr.write(
        `[${process.pid}] [ERR] Failed to reload server configuration: ${text(error)}\n`,
      );
    }
  });
}

/** `reload=1234`, or a file with the number. */
function signal(given: string): void {
  const [name = "", target = ""] = given.split("=");
  const found = Object.hasOwn(SIGNALS, name) ? SIGNALS[name] : undefined;
  if (found === undefined) throw new UsageError(`unknown signal "${name}"`);
  const pid = Number(/^\d+$/.test(target) ? target : readFileSync(target, "utf8").trim());
  if (!Number.isInteger(pid) || pid < 1)
    throw new UsageError(`invalid pid: ${target}: write ${name}=PID, or ${name}=FILE`);
  process.kill(pid, found);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fail(error: unknown): never {
  process.stderr.write(`nats-server: ${text(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(USAGE);
  process.exit(1);
}
