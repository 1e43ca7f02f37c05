/**
 * The one door to the other packages of the family: the workbench for `millrace dev`, the emulator for `testBroker`.
 * Both are optional peers, reached only when asked for; test/companions.test.ts proves that the real ones fit these interfaces.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MillraceError } from "./errors.ts";

/** What `millrace dev` needs of `@millrace/workbench/server`. */
export interface WorkbenchCompanion {
  /** Serves the workbench of a folder until the signal aborts; resolves with the exit code. */
  runWorkbench(options: WorkbenchRun): Promise<number>;
}

export interface WorkbenchRun {
  /** Absolute. */
  readonly folder: string;
  /** Whether the emulator and all services are started, too. */
  readonly run: boolean;
  /** The page's port; any free one where it is left out. */
  readonly port?: number;
  /** Whether the page is opened in the browser; its address is printed anyway. */
  readonly openBrowser?: boolean;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Ends it: services and emulator stop, the promise resolves. */
  readonly signal: AbortSignal;
}

/** What `testBroker` needs of `@millrace/emulator`. */
export interface EmulatorCompanion {
  startEmulator(options?: EmulatorStart): Promise<RunningEmulator>;
}

/** What the emulator speaks. */
export type EmulatedProtocol = "nats" | "redis" | "mqtt" | "rabbitmq" | "kafka";

export interface EmulatorStart {
  /** 0 means any free port. */
  readonly ports?: { readonly [Protocol in EmulatedProtocol]?: number };
  readonly only?: readonly EmulatedProtocol[];
}

export interface RunningEmulator extends AsyncDisposable {
  readonly servers: readonly {
    readonly protocol: string;
    readonly url: string;
    readonly port: number;
  }[];
  close(): Promise<void>;
}

/** The package of a companion is not there. */
export class CompanionMissingError extends MillraceError {
  constructor(name: string, what: string, options?: { cause?: unknown }) {
    super(`${what} needs the package "${name}", which is not installed: npm i -D ${name}`, options);
  }
}

/** Runs the workbench. @throws {CompanionMissingError} */
export async function runWorkbench(options: WorkbenchRun): Promise<number> {
  const workbench = await load<WorkbenchCompanion>(
    "@millrace/workbench/server",
    "millrace dev",
    options.folder,
  );
  return workbench.runWorkbench(options);
}

/** Starts an emulator in this process. @throws {CompanionMissingError} */
export async function startEmulator(options: EmulatorStart = {}): Promise<RunningEmulator> {
  const emulator = await load<EmulatorCompanion>(
    "@millrace/emulator",
    'testBroker(broker, { on: "emulator" })',
    process.cwd(),
  );
  return emulator.startEmulator(options);
}

/** Beside this package first, then where the project is: `npx millrace` may run from a cache of its own. */
async function load<Companion>(
  specifier: string,
  what: string,
  folder: string,
): Promise<Companion> {
  try {
    return (await import(specifier)) as Companion;
  } catch (error) {
    if (!isMissing(error, specifier)) throw error;
    const found = resolveFrom(folder, specifier);
    if (found === null)
      throw new CompanionMissingError(packageOf(specifier), what, { cause: error });
    return (await import(pathToFileURL(found).href)) as Companion;
  }
}

/** Whether it is this package that was not found, not one that it imports. */
function isMissing(error: unknown, specifier: string): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code;
  return (
    (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") &&
    error.message.includes(`'${packageOf(specifier)}`)
  );
}

function resolveFrom(folder: string, specifier: string): string | null {
  try {
    return createRequire(join(folder, "package.json")).resolve(specifier);
  } catch {
    return null;
  }
}

function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, 2).join("/");
}
