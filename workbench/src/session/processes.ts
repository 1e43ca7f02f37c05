/**
 * One service as a child process, in a process group of its own so that nothing it starts is left behind.
 * Its own code never runs in the workbench.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import type { ServiceState } from "../protocol.ts";
import type { Runnable } from "./commands.ts";
import { readLines } from "./lines.ts";

/** How long a service may take to finish what it is doing before it is killed. */
export const STOP_DEADLINE = 10_000;
/** Lines of output that a crash is shown with. */
const LAST_LINES = 20;
/** How long what a process left behind may take to end, ms. */
const SWEEP = 500;
/** How often the group is looked at while it ends. */
const LOOK_EVERY = 25;

export interface ProcessOptions {
  readonly name: string;
  /** Asked at each start: what to run may have changed. Throws where it cannot be run. */
  readonly command: () => Runnable;
  /** Added to the workbench's own environment, asked at each start. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly onState: (state: ProcessState) => void;
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
}

export type ProcessState = Omit<ServiceState, "command">;

export class ServiceProcess {
  readonly #options: ProcessOptions;
  #state: ProcessState = { status: "stopped" };
  #run: Run | undefined;
  #wanted = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** The environment it was last started with. */
  get environment(): Readonly<Record<string, string>> | undefined {
    return this.#run?.environment;
  }

  /** Whether it was started and not stopped since, be it running or crashed. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Resolves when it is ready, has crashed or was stopped: `state` tells which. Starting twice is starting once. */
  async start(): Promise<void> {
    this.#wanted = true;
    if (this.#state.status === "stopping") await this.#run?.gone;
    // It may have been stopped again while the one before was ending.
    if (this.#run === undefined && this.#wanted) this.#spawn();
    await this.#run?.settled;
  }

  /** Ends the process and all that it started; resolves when they are gone. Kills what is left at the deadline. */
  async stop(deadline: number = STOP_DEADLINE): Promise<void> {
    this.#wanted = false;
    const run = this.#run;
    if (run === undefined) {
      if (this.#state.status === "crashed") this.#become({ status: "stopped" });
      return;
    }
    if (this.#state.status !== "stopping") {
      this.#become({ status: "stopping", ...pidOf(run.child) });
      askToEnd(run.child);
    }
    const timer = setTimeout(() => signalGroup(run.child, "SIGKILL"), deadline);
    await run.gone;
    clearTimeout(timer);
  }

  #spawn(): void {
    const environment = this.#options.environment();
    let command: Runnable;
    try {
      command = this.#options.command();
    } catch (error) {
      this.#become({
        status: "crashed",
        error: error instanceof Error ? error.message : String(error),
      });
      return;
    }
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: {
        ...process.env,
        ...command.environment,
        ...environment,
        MILLRACE_SERVICE: this.#options.name,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const last: string[] = [];
    this.#read(child, last);
    const { promise: settled, resolve: settle } = withResolver();
    const { promise: gone, resolve: leave } = withResolver();
    const run: Run = { child, environment, settled, gone };
    this.#run = run;

    const ready = () => {
      if (this.#run === run && this.#state.status === "starting")
        this.#become({ status: "running", ...pidOf(child) });
      settle();
    };
    this.#become({ status: "starting", ...pidOf(child) });
    child.on("message", (message) => {
      if (isReady(message)) ready();
    });
    child.once("spawn", () => {
      if (!command.saysReady) ready();
    });
    // `close` comes after the last of the output; `error` alone where it could not be started.
    const end = (how: string, failed: boolean) => {
      void endGroup(child).then(() => {
        if (this.#run === run) this.#ended(how, failed, last);
        settle();
        leave();
      });
    };
    child.on("error", (error) => {
      if (child.pid === undefined) end(`cannot be started: ${error.message}`, true);
    });
    child.once("exit", (code, signal) => {
      // What it started may hold its output open for ever, so `close` is not waited for without bounds.
      const done = once(() =>
        end(signal === null ? `ended with code ${code}` : `was ended by ${signal}`, code !== 0),
      );
      child.once("close", done);
      setTimeout(done, 200).unref();
    });
  }

  #read(child: ChildProcess, last: string[]): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = readLines((line) => {
        last.push(stripVTControlCharacters(line));
        if (last.length > LAST_LINES) last.shift();
        this.#options.onLine(line, stream);
      });
      child[stream]?.setEncoding("utf8");
      child[stream]?.on("data", (chunk: string) => lines.push(chunk));
      child[stream]?.on("close", () => lines.end());
    }
  }

  #ended(how: string, failed: boolean, last: readonly string[]): void {
    const { status } = this.#state;
    this.#run = undefined;
    if (status === "stopping" || (status === "running" && !failed)) {
      this.#become({ status: "stopped" });
      return;
    }
    const sentence = status === "starting" ? `${how} before it was ready` : how;
    const output = last.join("\n").slice(-4000);
    this.#become({ status: "crashed", error: output === "" ? sentence : `${sentence}\n${output}` });
  }

  #become(state: ProcessState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

interface Run {
  readonly child: ChildProcess;
  readonly environment: Readonly<Record<string, string>>;
  /** Ready, or gone. */
  readonly settled: Promise<void>;
  readonly gone: Promise<void>;
}

/** `millrace run` sends it over the IPC channel when its app has started. */
function isReady(message: unknown): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    "millrace" in message &&
    message.millrace === "ready"
  );
}

/**
 * The process itself is asked first and hands it on to what it started; asking the whole group at once would reach
 * workers twice, and a second signal means "now". Windows has no signals: there a message asks.
 */
function askToEnd(child: ChildProcess): void {
  if (process.platform === "win32" && child.connected) child.send({ millrace: "stop" }, () => {});
  else child.kill("SIGTERM");
}

/** After the process has ended: ends what it left behind in its group. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (!signalGroup(child, "SIGTERM")) return;
  for (let waited = 0; waited < SWEEP; waited += LOOK_EVERY) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    if (!signalGroup(child, 0)) return;
  }
  signalGroup(child, "SIGKILL");
}

/** false where nobody is left in the group. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    if (process.platform === "win32") return signal !== 0 && child.kill(signal);
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

function pidOf(child: ChildProcess): { pid?: number } {
  return child.pid === undefined ? {} : { pid: child.pid };
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
