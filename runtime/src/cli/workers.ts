/** `--workers N`: N processes of the same service. The first shows whether it works at all; one that dies later is started again. */
import { createBackoff } from "../backoff.ts";
import { createLogger } from "../logger.ts";
import { type Child, type Ending, endingText, startChild, tellParent } from "./child.ts";
import { deferred } from "./deferred.ts";
import type { StopRequests } from "./stop-requests.ts";

export interface Supervision {
  readonly stop: StopRequests;
  /** ms; a process that is still there some time after it is killed. */
  readonly deadline: number;
}

/** How long a process must have been ready for its next death to count as the first. */
const STEADY_MS = 30_000;
/** What a process may take beyond the deadline that it keeps itself. */
export const KILL_GRACE_MS = 7000;

/** Resolves with the exit code when all have stopped. */
export async function runWorkers(count: number, { stop, deadline }: Supervision): Promise<number> {
  const running = new Set<Child>();
  killAtExit(running);
  const logger = createLogger();

  const ready = new Set<number>();
  const start = (number: number) =>
    startWorker(number, running, () => {
      if (ready.has(number)) return;
      ready.add(number);
      if (ready.size < count) return;
      logger.info("%d workers are ready", count);
      tellParent({ millrace: "ready" });
    });

  void stop.requested.then(() => {
    for (const child of running) child.stop();
  });

  // One message about a missing group, a wrong file or an unreachable broker is enough.
  const first = start(1);
  if (!(await first.ready)) {
    const { code } = await first.child.ended;
    return stop.signal.aborted ? 0 : (code ?? 1);
  }
  const missing = stop.signal.aborted ? 0 : count - 1;
  const others = Array.from({ length: missing }, (_, index) => start(index + 2));
  const lives = [first, ...others].map((worker) => keepAlive(worker));

  await stop.requested;
  const timer = setTimeout(() => killAll(running), deadline + KILL_GRACE_MS);
  const endings = await Promise.all(lives);
  clearTimeout(timer);
  return endings.every(({ code }) => code === 0) ? 0 : 1;

  /** Starts the worker again whenever it ends before the end was asked for. Resolves with its last ending. */
  async function keepAlive(worker: Worker): Promise<Ending> {
    const backoff = createBackoff({ first: 250, longest: 30_000 });
    for (let current = worker; ;) {
      const ending = await current.child.ended;
      if (stop.signal.aborted) return ending;
      if (current.steady()) backoff.reset();
      logger.warn(
        "worker %d ended (%s): starting it again in %d ms",
        worker.number,
        endingText(ending),
        backoff.delay,
      );
      await pause(backoff.delay, stop.signal);
      if (stop.signal.aborted) return { code: 0, signal: null };
      backoff.failed();
      current = start(worker.number);
    }
  }
}

interface Worker {
  readonly number: number;
  readonly child: Child;
  /** Whether it got ready before it ended. */
  readonly ready: Promise<boolean>;
  /** Whether it had been ready for long. */
  steady(): boolean;
}

function startWorker(number: number, running: Set<Child>, onReady: () => void): Worker {
  let readySince = Number.POSITIVE_INFINITY;
  const ready = deferred<boolean>();
  const child = startChild(
    { kind: "worker", number },
    {
      onReady() {
        readySince = Date.now();
        ready.resolve(true);
        onReady();
      },
    },
  );
  running.add(child);
  void child.ended.then(() => {
    running.delete(child);
    ready.resolve(false);
  });
  return { number, child, ready: ready.promise, steady: () => Date.now() - readySince > STEADY_MS };
}

/** Nobody is left behind when this process is forced to end. */
export function killAtExit(running: ReadonlySet<Child>): void {
  process.once("exit", () => killAll(running));
}

export function killAll(running: ReadonlySet<Child>): void {
  for (const child of running) child.kill();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
