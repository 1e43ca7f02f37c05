/** The workbench in a browser: what `millrace dev` runs. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createAnnouncer } from "./announcing.ts";
import type { Session } from "../session/contract.ts";
import { createSession } from "../session/session.ts";
import { openInBrowser } from "./browser.ts";
import { serve } from "./serve.ts";
import { createTerminal, type Terminal } from "./terminal.ts";
import { watchFolder } from "./watch.ts";

export interface RunWorkbenchOptions {
  readonly folder: string;
  /** Whether the emulator and all services are started, too. */
  readonly run: boolean;
  /** The page's port; any free one where it is left out. */
  readonly port?: number;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Whether the page is opened in the browser. Default false: its address is printed. */
  readonly openBrowser?: boolean;
}

/** A service that is neither ready nor crashed by then does not keep the page's address back any longer, ms. */
const READY_WITHIN = 30_000;
/** Ctrl-C leaves nothing behind after two seconds. */
const STOP_DEADLINE = 1000;

/** Serves the workbench of a folder until the signal aborts; then all that it started has ended. Resolves with the exit code. */
export async function runWorkbench(options: RunWorkbenchOptions): Promise<number> {
  const terminal = createTerminal(options.stdout, options.stderr);
  const folder = resolve(options.folder);
  if (!(await isFolder(folder))) {
    terminal.warn(`${folder} is no folder: give the one that has your services in it`);
    return 1;
  }
  const aborted = new Promise<void>((resolve) => {
    if (options.signal.aborted) resolve();
    options.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const session = open(folder, terminal);
  const ending = createEnding();
  ending.add(() => session.close(STOP_DEADLINE));
  try {
    const started = start(session, folder, options, terminal, ending);
    await Promise.race([started, aborted]);
    await aborted;
    return 0;
  } catch (error) {
    terminal.warn(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await ending.end();
  }
}

function open(folder: string, terminal: Terminal): Session {
  // Found by name, not by place: this file may stand in `src` or in `dist`.
  const { resolve: find } = createRequire(import.meta.url);
  const session = createSession({
    folder,
    shell: "browser",
    trusted: true,
    workers: {
      analysis: find("@millrace/workbench/analysis-worker"),
      emulator: find("@millrace/emulator/worker"),
    },
    draftsFile: join(
      cacheFolder(),
      "millrace",
      "drafts",
      `${createHash("sha256").update(folder).digest("hex").slice(0, 16)}.json`,
    ),
    serviceEnvironment: terminal.coloured ? { FORCE_COLOR: "1" } : {},
    log: (line) => terminal.warn(line),
  });
  session.onOutput((line) => terminal.service(line));
  return session;
}

async function start(
  session: Session,
  folder: string,
  options: RunWorkbenchOptions,
  terminal: Terminal,
  ending: Ending,
): Promise<void> {
  const { signal } = options;
  const page = join(
    dirname(createRequire(import.meta.url).resolve("@millrace/workbench/package.json")),
    "dist",
    "page",
  );
  const serving = await serve({
    ...(options.port === undefined ? {} : { port: options.port }),
    page,
    connect: session.connect,
  });
  ending.add(() => serving.close());
  if (options.port !== undefined && options.port !== 0 && serving.port !== options.port) {
    terminal.say(`port ${options.port} is taken: the page is on ${serving.port}`);
  }
  const watching = watchFolder(folder, session.fileChanged, ({ message }) =>
    terminal.warn(`files that change may not be seen: ${message}`),
  );
  void watching.then((watcher) => ending.add(() => watcher.close()));

  const announce = createAnnouncer(terminal);
  session.onState(announce);
  if (options.run) await startAll(session, terminal, signal);
  if (signal.aborted) return;
  // Changes are told a turn later: what is ready is said before the address.
  announce(session.state);
  terminal.say(`workbench: ${serving.url}`);
  terminal.say("Ctrl-C ends it.");
  if (options.openBrowser === true) ending.add(await openInBrowser(serving.url));
}

/** What has to be closed at the end; what is opened too late is closed at once. */
interface Ending {
  add(close: () => Promise<unknown>): void;
  end(): Promise<void>;
}

function createEnding(): Ending {
  const open: (() => Promise<unknown>)[] = [];
  let ended = false;
  return {
    add(close) {
      if (ended) void close();
      else open.push(close);
    },
    async end() {
      ended = true;
      await Promise.allSettled(open.map((close) => close()));
    },
  };
}

/** Starts everything. What does not start does not keep the rest from running, nor the page from opening. */
async function startAll(session: Session, terminal: Terminal, signal: AbortSignal): Promise<void> {
  terminal.say("reading the code and starting the emulator …");
  const emulator = session.startEmulator().catch(() => {});
  await Promise.all([emulator, session.analysed()]);
  if (signal.aborted) return;
  const { services } = session.state.topology;
  if (services.length === 0)
    terminal.warn("there is no service here: nothing exports an App of millrace");
  if (services.length === 0 || session.state.emulator.status !== "running") return;

  terminal.say(`starting ${services.map(({ name }) => name).join(", ")} …`);
  const timeout = pause(READY_WITHIN, undefined, { ref: false, signal }).catch(() => {});
  await Promise.race([session.startAll(), timeout]);
  if (signal.aborted) return;
  for (const { id, name } of services) {
    if (session.state.services[id]?.status === "starting")
      terminal.warn(`${name} is not ready yet`);
  }
}

/** Where this system keeps what may be lost. */
function cacheFolder(): string {
  if (process.platform === "win32")
    return process.env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  return process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
