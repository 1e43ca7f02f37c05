/** `--reload`: the service in a process of its own, started again when a file that it imports is saved. */
import { relative } from "node:path";
import { createLogger } from "../logger.ts";
import { type Child, endingText, startChild, tellParent } from "./child.ts";
import { deferred } from "./deferred.ts";
import type { Target } from "./target.ts";
import { watchFolders } from "./watch.ts";
import { KILL_GRACE_MS, killAtExit, type Supervision } from "./workers.ts";

/** Resolves with the exit code when the end was asked for. */
export async function runReloading(
  target: Target,
  { stop, deadline }: Supervision,
): Promise<number> {
  const logger = createLogger();
  const running = new Set<Child>();
  killAtExit(running);
  const changes = nextChanges();
  const watching = watchFolders((file) => changes.push(file));
  watching.add(target.file, Date.now());

  for (;;) {
    const started = Date.now();
    const child = startChild(
      { kind: "reloaded" },
      {
        onReady: () => tellParent({ millrace: "ready" }),
        onImported: (files) => files.forEach((file) => watching.add(file, started)),
      },
    );
    running.add(child);
    const over = child.ended.then(() => running.delete(child));

    const first = await Promise.race([stop.requested.then(() => null), changes.next, child.ended]);
    const crashed = first !== null && typeof first === "object";
    if (crashed)
      logger.warn("%s ended (%s): waiting for a change", target.shown, endingText(first));
    const reason = await Promise.race([stop.requested.then(() => null), changes.next]);
    if (reason !== null) logger.info("%s changed: starting again", relative(process.cwd(), reason));
    changes.reset();
    child.stop();
    const timer = setTimeout(() => child.kill(), deadline + KILL_GRACE_MS);
    await over;
    clearTimeout(timer);
    if (stop.signal.aborted) {
      watching.close();
      const { code } = await child.ended;
      return crashed ? 0 : (code ?? 1);
    }
  }
}

/** The next change as a promise, which can be asked for more than once. */
function nextChanges(): {
  readonly next: Promise<string>;
  push(file: string): void;
  reset(): void;
} {
  let current = deferred<string>();
  return {
    get next() {
      return current.promise;
    },
    push: (file) => current.resolve(file),
    reset() {
      current = deferred();
    },
  };
}
