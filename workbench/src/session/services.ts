/** The services of a workspace: one process each, restarted when its code changes. */
import { isAbsolute, relative, sep } from "node:path";
import type { ServiceState } from "../protocol.ts";
import type { Service } from "../topology.ts";
import { CommandError, resolveCommand, showCommand } from "./commands.ts";
import { ServiceProcess } from "./processes.ts";

/** Saving everything at once is one restart, ms. */
const DEBOUNCE = 150;

/** A line that a service printed. */
export interface OutputLine {
  /** The service's name. */
  readonly service: string;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

export interface ServicesOptions {
  readonly folder: string;
  /** `MILLRACE_…_URL` of the running emulator. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** What each service gets besides. */
  readonly settings: Readonly<Record<string, string>>;
  readonly onChange: () => void;
  readonly onOutput: (line: OutputLine) => void;
}

export class Services {
  readonly #options: ServicesOptions;
  readonly #processes = new Map<string, ServiceProcess>();
  #services = new Map<string, Service>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** A service that is gone from the code keeps its process: half a line typed must not stop it. */
  update(services: readonly Service[]): void {
    const running = [...this.#services].filter(([id]) => this.#processes.get(id)?.wanted === true);
    this.#services = new Map([
      ...running,
      ...services.map((service) => [service.id, service] as const),
    ]);
  }

  states(): Readonly<Record<string, ServiceState>> {
    return Object.fromEntries(
      [...this.#services.values()].map(({ id, command }) => [
        id,
        {
          ...(this.#processes.get(id)?.state ?? { status: "stopped" as const }),
          command: command === null ? null : showCommand(command),
        },
      ]),
    );
  }

  /** Those that something says how to start. */
  startable(): readonly string[] {
    return [...this.#services.values()]
      .filter(({ command }) => command !== null)
      .map(({ id }) => id);
  }

  /** Resolves when it is ready or has crashed. */
  async start(id: string): Promise<void> {
    const service = this.#services.get(id);
    if (service === undefined || this.#closed) return;
    let process = this.#processes.get(id);
    if (process === undefined) {
      process = this.#create(service);
      this.#processes.set(id, process);
    }
    await process.start();
  }

  async stop(id: string, deadline?: number): Promise<void> {
    await this.#processes.get(id)?.stop(deadline);
  }

  async stopAll(deadline?: number): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.stop(deadline)));
  }

  /** Services that talk to an emulator which is no longer there are started again. */
  async environmentChanged(): Promise<void> {
    const now = JSON.stringify(this.#options.environment());
    const stale = [...this.#processes].filter(
      ([, { wanted, environment }]) =>
        wanted && environment !== undefined && JSON.stringify(environment) !== now,
    );
    await Promise.all(stale.map(([id]) => this.#restart(id)));
  }

  /** Restarts the services whose code it is, once the saving is over. */
  fileChanged(path: string): void {
    if (this.#closed) return;
    for (const id of this.#usersOf(path)) this.#changed.add(id);
    if (this.#changed.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const ids = [...this.#changed];
      this.#changed.clear();
      for (const id of ids) if (this.#processes.get(id)?.wanted === true) void this.#restart(id);
    }, DEBOUNCE);
  }

  /** Nothing is started any more. */
  async close(deadline?: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.stopAll(deadline);
  }

  async #restart(id: string): Promise<void> {
    const process = this.#processes.get(id);
    void process?.stop();
    await process?.start();
  }

  #create({ id, name }: Service): ServiceProcess {
    return new ServiceProcess({
      name,
      command: () => {
        const command = this.#services.get(id)?.command ?? null;
        if (command === null)
          throw new CommandError(
            `nothing says how to start ${name}: export an App from it, or give its package.json a "dev" script`,
          );
        const runnable = resolveCommand(this.#options.folder, command);
        return { ...runnable, environment: { ...this.#options.settings, ...runnable.environment } };
      },
      environment: this.#options.environment,
      onState: this.#options.onChange,
      onLine: (line, stream) => this.#options.onOutput({ service: name, stream, line }),
    });
  }

  /**
   * A file in a service's own folder concerns that service; one that lies in no service's folder, such as schemas that
   * are shared, concerns all whose package it is in.
   */
  #usersOf(path: string): readonly string[] {
    const file = isAbsolute(path) ? relative(this.#options.folder, path) : path;
    const parts = file.split(sep).join("/").split("/");
    if (!isCode(parts)) return [];
    const services = [...this.#services.values()];
    const owners = services.filter(({ directory }) => isIn(parts, directory));
    const deepest = Math.max(...owners.map(({ directory }) => depth(directory)));
    if (owners.length > 0 && deepest > 0)
      return owners.filter(({ directory }) => depth(directory) === deepest).map(({ id }) => id);
    return services
      .filter(({ command }) => command !== null && isIn(parts, command.cwd))
      .map(({ id }) => id);
  }
}

/** Sources and what decides how they are run. Other JSON may be what the service itself writes: that must not restart it. */
function isCode(parts: readonly string[]): boolean {
  const [name = "", ...folders] = parts.toReversed();
  if (folders.some((folder) => GENERATED.has(folder) || /^\.+./.test(folder))) return false;
  if (/\.(test|spec|d)\.[cm]?tsx?$/.test(name)) return false;
  return /\.[cm]?[jt]sx?$|^(package|tsconfig(\..+)?)\.json$|^\.env(\..+)?$/.test(name);
}

const GENERATED = new Set(["node_modules", "dist"]);

function isIn(parts: readonly string[], directory: string): boolean {
  const folders = foldersOf(directory);
  return folders.length < parts.length && folders.every((folder, index) => parts[index] === folder);
}

function depth(directory: string): number {
  return foldersOf(directory).length;
}

function foldersOf(directory: string): readonly string[] {
  return directory.split("/").filter((part) => part !== "" && part !== ".");
}
