/** How a service is started: as it would be typed, and as it is run, without a shell. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type { ServiceCommand } from "../topology.ts";

export interface Runnable {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the child says over its IPC channel when it is ready. */
  readonly saysReady: boolean;
}

/** A service that cannot be started as it is; says what to do. */
export class CommandError extends Error {}

export function showCommand(command: ServiceCommand): string {
  return command.kind === "script"
    ? `npm run ${command.script}`
    : ["npx", "millrace", ...command.args].join(" ");
}

/** @throws {CommandError} where the service's folder has no millrace. */
export function resolveCommand(folder: string, command: ServiceCommand): Runnable {
  const cwd = join(folder, command.cwd);
  // For an editor without a Node beside it: this makes it plain Node. Elsewhere it means nothing.
  const asNode = { ELECTRON_RUN_AS_NODE: "1" };
  const node = nodeProgram();
  if (command.kind === "millrace") {
    return {
      file: node,
      args: [millraceOf(cwd), ...command.args],
      cwd,
      environment: asNode,
      saysReady: true,
    };
  }
  const [file, ...args] = npmRun(command.script);
  return {
    file: node,
    args: ["-e", GUARDIAN, file, ...args],
    cwd,
    environment: asNode,
    saysReady: false,
  };
}

/**
 * The Node for services: the one that runs us, but under an editor the user's own, which they chose for their code.
 * VS Code 1.96 brings Node 20.18, older than we support; it serves only where there is no other.
 */
export function nodeProgram(
  electron: string | undefined = process.versions["electron"],
  path: string = process.env["PATH"] ?? "",
): string {
  if (electron === undefined) return process.execPath;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const places = path.split(delimiter).filter((folder) => folder !== "");
  return (
    places.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? process.execPath
  );
}

/** The millrace that the service itself uses, not the workbench's own. */
function millraceOf(cwd: string): string {
  try {
    const manifest = createRequire(join(cwd, "package.json")).resolve("millrace/package.json");
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as {
      bin: string | Record<string, string>;
    };
    return join(dirname(manifest), typeof bin === "string" ? bin : (bin["millrace"] ?? ""));
  } catch (cause) {
    throw new CommandError(
      `${cwd} has no "millrace" installed: run npm install there, or npm i millrace`,
      { cause },
    );
  }
}

function npmRun(script: string): readonly [string, ...string[]] {
  if (process.platform !== "win32") return ["npm", "run", script];
  // npm is a batch file there, which only cmd runs; so nothing may reach it that cmd would read as more than a word.
  if (!/^[\w:./-]+$/.test(script))
    throw new CommandError(`the script "${script}" has a name that cannot be run on Windows`);
  return [process.env["ComSpec"] ?? "cmd.exe", "/d", "/s", "/c", "npm", "run", script];
}

/**
 * A script knows nothing of the workbench and would outlive it when that is killed. So this small program stands between:
 * it starts the script, ends as it ends, hands SIGTERM on, and when the IPC channel closes it ends its whole process group.
 * (A service run by `millrace run` watches the channel itself.)
 */
const GUARDIAN: string = `
const { spawn } = require("node:child_process");
delete process.env.ELECTRON_RUN_AS_NODE;
const child = spawn(process.argv[1], process.argv.slice(2), { stdio: ["ignore", "inherit", "inherit"] });
child.on("error", (error) => { console.error(error.message); process.exit(127); });
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
process.on("disconnect", () => {
  if (process.platform === "win32") return child.kill();
  child.removeAllListeners("exit");
  process.kill(-process.pid, "SIGTERM");
  setTimeout(() => process.kill(-process.pid, "SIGKILL"), 1000);
});
process.on("message", () => child.kill("SIGTERM"));
`;
