/** One App in this process, from its file to its last settled message. */
import type { App } from "../app.ts";
import { type Role, tellParent } from "./child.ts";
import { clientNameOf } from "./client-name.ts";
import { CommandError, type PassedOptions } from "./command.ts";
import { findApp } from "./find-app.ts";
import { loadFile } from "./loader.ts";
import { explain } from "./report.ts";
import type { StopRequests } from "./stop-requests.ts";
import type { Target } from "./target.ts";
import { catchUncaught, type Uncaught } from "./uncaught.ts";

export interface ServiceRun {
  readonly stop: StopRequests;
  /** ms for messages in hand. */
  readonly deadline: number;
  readonly role: Role | null;
  readonly factory: boolean;
  readonly options: PassedOptions;
}

/** What a start that was interrupted is given to come to an end: nothing is in hand yet. */
const START_GRACE_MS = 1000;
/** What shutdown hooks may take beyond the deadline. */
const HOOKS_GRACE_MS = 5000;

/** Resolves with the exit code when the App has stopped. */
export async function runService(
  target: Target,
  { stop, deadline, role, factory, options }: ServiceRun,
): Promise<number> {
  const uncaught = catchUncaught();
  const app = await unlessStopped(loadApp(target, role, factory), stop, uncaught.first);
  if (app === STOPPED || stop.signal.aborted) return 0;
  refuseFanOut(app, role);
  const clientName = clientNameOf(app, target, role);
  if ((await unlessStopped(app.start({ options, clientName }), stop, uncaught.first)) === STOPPED)
    return 0;

  if (!stop.signal.aborted) {
    app.logger.info("%s is ready: %s", clientName, describe(app));
    tellParent({ millrace: "ready" });
  }
  // An app that has nothing open, such as one on the memory broker, runs on all the same. The command's end ends this, too.
  setInterval(() => undefined, 2 ** 30);
  uncaught.report((error) => {
    process.stderr.write(
      `millrace run: ${clientName} failed outside of a handler and stops\n${explain(error)}\n`,
    );
  });
  const reason = await Promise.race([stop.requested, uncaught.first.then(() => "failure")]);
  app.logger.info("%s: %s stops; messages in hand have %d s", reason, clientName, deadline / 1000);

  const stopped = await within(deadline + HOOKS_GRACE_MS, app.stop({ deadline }));
  if (!stopped) {
    throw new CommandError(
      `${clientName} did not stop ${HOOKS_GRACE_MS / 1000} s after its deadline: a shutdown hook or connection hangs`,
    );
  }
  app.logger.info("%s stopped", clientName);
  return uncaught.count() === 0 ? 0 : 1;
}

async function loadApp(target: Target, role: Role | null, factory: boolean): Promise<App> {
  const report =
    role?.kind === "reloaded"
      ? (file: string) => tellParent({ millrace: "imported", files: [file] })
      : undefined;
  return findApp(target, await loadFile(target.file, report), factory);
}

/** Every worker would handle each message: once too often. */
function refuseFanOut(app: App, role: Role | null): void {
  if (role?.kind !== "worker") return;
  const everywhere = app.subscribers.filter(
    ({ group, address }) => group === undefined && !address.startsWith("$share/"),
  );
  if (everywhere.length === 0) return;
  const names = everywhere.map(({ protocol, address }) => `  ${address} (${protocol})`).join("\n");
  const channels = everywhere.some(({ protocol }) => protocol === "redis")
    ? `; Redis channels have none: use stream("…", { group }) or list("…")`
    : "";
  throw new CommandError(
    `with --workers, every worker would handle every message of\n${names}\nGive ${everywhere.length === 1 ? "it" : "them"} a group, which the workers then share: { group: "${app.title}" }${channels}`,
  );
}

function describe(app: App): string {
  const { length } = app.subscribers;
  const protocols = [...new Set(app.brokers.map((broker) => broker.protocol))].join(" and ");
  return `${length} ${length === 1 ? "subscriber" : "subscribers"} on ${protocols}`;
}

const STOPPED: unique symbol = Symbol("stopped");

/** The work's result; STOPPED where the end was asked for and the work did not finish soon after. Throws what was thrown aside. */
async function unlessStopped<Result>(
  work: Promise<Result>,
  stop: StopRequests,
  failure: Uncaught["first"],
): Promise<Awaited<Result> | typeof STOPPED> {
  const interrupted = stop.requested.then(async (): Promise<typeof STOPPED> => {
    await within(START_GRACE_MS, work);
    return STOPPED;
  });
  const failed = failure.then(({ error }) => {
    throw error;
  });
  return Promise.race([work, interrupted, failed]);
}

/** Whether it ended in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
