/**
 * Everything that asks this process to end: Ctrl-C, SIGTERM, and where another process started it, that one's word or its end.
 * The first asks to drain, a second signal forces.
 */
import { deferred } from "./deferred.ts";

/** Under npx or npm run, Ctrl-C comes twice within milliseconds: from the terminal, and passed on by npm. */
const ECHO_MS = 200;

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodes;

export interface StopRequests {
  /** Resolves with what asked: `SIGINT`, `stop message`, `parent ended`. */
  readonly requested: Promise<string>;
  readonly signal: AbortSignal;
}

export interface StopSources {
  /** Called with the exit code when a second signal comes. */
  readonly force: (exitCode: number) => void;
  /** Whether the end of the parent process is a request, too. */
  readonly followParent: boolean;
  /** Default: this process and this clock. */
  readonly process?: Pick<NodeJS.Process, "on">;
  readonly now?: () => number;
}

/** Listens from now on, for the life of the process. */
export function listenForStop({
  force,
  followParent,
  process: source = process,
  now = Date.now,
}: StopSources): StopRequests {
  const controller = new AbortController();
  const { promise: requested, resolve } = deferred<string>();
  let last = Number.NEGATIVE_INFINITY;
  let signals = 0;

  function request(reason: string): void {
    resolve(reason);
    controller.abort(new Error(reason));
  }
  for (const name of Object.keys(exitCodes) as StopSignal[]) {
    source.on(name, () => {
      if (now() - last < ECHO_MS) return;
      last = now();
      signals++;
      if (signals > 1) force(exitCodes[name]);
      request(name);
    });
  }
  // Windows has no signals between processes.
  source.on("message", (message: unknown) => {
    if (
      typeof message === "object" &&
      message !== null &&
      (message as { millrace?: unknown }).millrace === "stop"
    )
      request("stop message");
  });
  if (followParent) source.on("disconnect", () => request("parent ended"));
  return { requested, signal: controller.signal };
}
