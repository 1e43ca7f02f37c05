/** A `millrace run` in a process of its own, started by another: the same command line, told its part by the environment. */
import { type ChildProcess, fork } from "node:child_process";

/** What a started process is. */
export type Role =
  /** One of several; the number is in its client name. */
  | { readonly kind: "worker"; readonly number: number }
  /** Restarted on save; it tells what it imports. */
  | { readonly kind: "reloaded" };

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a started process says to the one that started it; workbench and supervisors understand the first. */
export type ChildMessage =
  | { readonly millrace: "ready" }
  | { readonly millrace: "imported"; readonly files: readonly string[] };

export interface Child {
  readonly pid: number | undefined;
  readonly ended: Promise<Ending>;
  /** Asks to drain; by message, since Windows has no signals. */
  stop(): void;
  kill(): void;
}

export interface ChildListener {
  onReady?(): void;
  onImported?(files: readonly string[]): void;
}

const VARIABLE = "MILLRACE_ROLE";

/** Starts this very command again. */
export function startChild(role: Role, listener: ChildListener): Child {
  const [, script = "", ...args] = process.argv;
  const child = fork(script, args, {
    env: {
      ...process.env,
      [VARIABLE]: role.kind === "worker" ? `worker ${role.number}` : role.kind,
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", (message) => {
    if (!isChildMessage(message)) return;
    if (message.millrace === "ready") listener.onReady?.();
    else listener.onImported?.(message.files);
  });
  return {
    pid: child.pid,
    ended: ending(child),
    stop: () => void (child.connected && child.send({ millrace: "stop" }, ignoreClosed)),
    kill: () => void child.kill("SIGKILL"),
  };
}

/** The part this process was started for, if any. Forgotten at once, so that processes which the app starts do not inherit it. */
export function takeRole(): Role | null {
  const text = process.env[VARIABLE];
  delete process.env[VARIABLE];
  if (text === "reloaded") return { kind: "reloaded" };
  const [, number] = /^worker (\d+)$/.exec(text ?? "") ?? [];
  return number === undefined ? null : { kind: "worker", number: Number(number) };
}

/** Says it to the process that started this one, if it listens. */
export function tellParent(message: ChildMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, ignoreClosed);
}

/** `exit code 1`, `SIGKILL` */
export function endingText({ code, signal }: Ending): string {
  return signal ?? `exit code ${code ?? "unknown"}`;
}

/** The other side may have gone in the same moment; its end is noticed elsewhere. */
const ignoreClosed = (): void => undefined;

function ending(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    // A process that could not be started has no exit.
    child.once("error", () => child.pid === undefined && resolve({ code: 1, signal: null }));
  });
}

function isChildMessage(message: unknown): message is ChildMessage {
  if (typeof message !== "object" || message === null) return false;
  const { millrace, files } = message as { millrace?: unknown; files?: unknown };
  return millrace === "ready" || (millrace === "imported" && Array.isArray(files));
}
