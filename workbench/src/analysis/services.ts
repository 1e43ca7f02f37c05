/** From Apps to services: their names, their folders and how they are started. */
import type { Service, ServiceCommand } from "../topology.ts";
import type { Disk } from "./disk.ts";
import type { AppFound } from "./found.ts";
import { isRecord, type Package, parentOf } from "./packages.ts";
import type { Workspace } from "./workspace.ts";

export interface ServiceFound {
  readonly service: Service;
  readonly app: AppFound;
  /** Its entry and every file of the workspace that it needs. */
  readonly files: ReadonlySet<string>;
}

/** One for each App, named apart where two have the same name. */
export function servicesOfApps(apps: readonly AppFound[], workspace: Workspace): ServiceFound[] {
  const names = new Names();
  return apps.map((app) => {
    const owner = workspace.packages.nearest(app.file);
    const alone =
      apps.filter((other) => workspace.packages.nearest(other.file) === owner).length === 1;
    const folder = owner !== undefined && alone ? owner.folder : parentOf(app.file);
    const name = names.free(app.title ?? owner?.name ?? folderName(folder));
    const service: Service = {
      id: `service:${name}`,
      name,
      directory: directoryName(folder, workspace.disk),
      place: app.place,
      command: commandOf(app, owner, alone, workspace.disk),
    };
    return { service, app, files: workspace.closureOf(app.file) };
  });
}

/** Declarations that no App uses belong to the package they are in. */
export function serviceOfPackage(file: string, workspace: Workspace): Service {
  const owner = workspace.packages.nearest(file);
  const folder = owner?.folder ?? workspace.disk.folder;
  const name = owner?.name ?? folderName(folder);
  return {
    id: `service:${name}`,
    name,
    directory: directoryName(folder, workspace.disk),
    place: null,
    command: configured(owner, workspace.disk) ?? scriptOf(owner, workspace.disk),
  };
}

class Names {
  readonly #taken = new Set<string>();

  free(name: string): string {
    let free = name;
    for (let count = 2; this.#taken.has(free); count++) free = `${name}-${count}`;
    this.#taken.add(free);
    return free;
  }
}

/**
 * The `millrace` key of its package.json, else `millrace run` of the file that exports the App, else its `dev` script, else `start`.
 * A package of several Apps cannot say it once for all of them: its key counts for the App in the file that it names.
 */
function commandOf(
  app: AppFound,
  owner: Package | undefined,
  alone: boolean,
  disk: Disk,
): ServiceCommand | null {
  const said = configured(owner, disk);
  if (said !== null && (alone || (said.kind === "millrace" && fileIn(said, owner) === app.file)))
    return said;
  if (app.exported !== null) {
    const folder = owner?.folder ?? disk.folder;
    const target = `${app.file.slice(folder.length + 1)}:${app.exported.name}`;
    return {
      kind: "millrace",
      cwd: directoryName(folder, disk),
      args: ["run", target, ...(app.exported.factory ? ["--factory"] : [])],
    };
  }
  return scriptOf(owner, disk);
}

/**
 * `"millrace": { "entry": "src/app.ts:app" }` is `millrace run src/app.ts:app`; `"millrace": "dev:events"` is the script of that name;
 * any other text is what follows `millrace`, as in `"millrace": "run src/app.ts --workers 2"`.
 */
function configured(owner: Package | undefined, disk: Disk): ServiceCommand | null {
  if (owner === undefined) return null;
  const cwd = directoryName(owner.folder, disk);
  const { millrace } = owner;
  if (isRecord(millrace) && typeof millrace["entry"] === "string")
    return { kind: "millrace", cwd, args: ["run", millrace["entry"]] };
  if (typeof millrace !== "string" || millrace.trim() === "") return null;
  if (Object.hasOwn(owner.scripts, millrace)) return { kind: "script", cwd, script: millrace };
  const words = millrace.trim().split(/\s+/);
  return { kind: "millrace", cwd, args: words[0] === "millrace" ? words.slice(1) : words };
}

function fileIn(
  command: ServiceCommand & { kind: "millrace" },
  owner: Package | undefined,
): string {
  const target = (command.args[1] ?? "").replace(/^\.\//, "");
  return `${owner?.folder ?? ""}/${target.replace(/:[\w$]+$/, "")}`;
}

function scriptOf(owner: Package | undefined, disk: Disk): ServiceCommand | null {
  const script = ["dev", "start"].find(
    (name) => owner !== undefined && Object.hasOwn(owner.scripts, name),
  );
  return script === undefined || owner === undefined
    ? null
    : { kind: "script", cwd: directoryName(owner.folder, disk), script };
}

/** `src` says nothing about a service: the folder above it does. */
function folderName(folder: string): string {
  const parts = folder.split("/");
  const last = parts.at(-1) ?? folder;
  return last === "src" || last === "app" ? (parts.at(-2) ?? last) : last;
}

function directoryName(folder: string, disk: Disk): string {
  const name = disk.name(folder);
  return name === "" ? "." : name;
}
