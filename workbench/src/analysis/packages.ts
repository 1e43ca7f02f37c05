/** The package.json files of the workspace, and where each keeps its source. */
import type { Disk } from "./disk.ts";

export interface Package {
  /** Absolute. */
  readonly folder: string;
  readonly name: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** The `millrace` key as it stands. */
  readonly millrace: unknown;
  readonly exports: unknown;
  readonly imports: unknown;
  readonly entries: readonly string[];
}

export class Packages {
  readonly #byFolder = new Map<string, Package>();
  readonly #byName = new Map<string, Package>();
  readonly #folder: string;

  constructor(disk: Disk, paths: readonly string[]) {
    this.#folder = disk.folder;
    for (const path of paths) {
      const found = readPackage(disk, path);
      if (found === null) continue;
      this.#byFolder.set(found.folder, found);
      if (found.name !== undefined) this.#byName.set(found.name, found);
    }
  }

  /** The package that a file belongs to: the nearest package.json at or above it, inside the workspace folder. */
  nearest(path: string): Package | undefined {
    for (let folder = parentOf(path); folder.startsWith(this.#folder); folder = parentOf(folder)) {
      const found = this.#byFolder.get(folder);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The workspace's own package that a specifier names, and what it asks of it: `@shop/contracts/orders` asks for `./orders`. */
  named(specifier: string): { package: Package; subpath: string } | undefined {
    const parts = specifier.split("/");
    const name = parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
    const found = this.#byName.get(name);
    if (found === undefined) return undefined;
    const rest = specifier.slice(name.length + 1);
    return { package: found, subpath: rest === "" ? "." : `./${rest}` };
  }
}

/** Files, relative to the package, that its `exports` or `imports` map a key to, in the map's order; for every condition. */
export function targetsOf(map: unknown, key: string): string[] {
  if (map === undefined || map === null) return [];
  if (typeof map === "string" || !isSubpaths(map)) return key === "." ? strings(map) : [];
  if (key in map) return strings(map[key]);
  for (const [pattern, target] of Object.entries(map)) {
    const [head, tail] = pattern.split("*") as [string, string | undefined];
    if (
      tail === undefined ||
      !key.startsWith(head) ||
      !key.endsWith(tail) ||
      key.length < head.length + tail.length
    )
      continue;
    const middle = key.slice(head.length, key.length - tail.length);
    return strings(target).map((found) => found.replaceAll("*", middle));
  }
  return [];
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readPackage(disk: Disk, path: string): Package | null {
  const json = disk.json(path);
  if (!isRecord(json)) return null;
  const scripts = isRecord(json["scripts"]) ? json["scripts"] : {};
  return {
    folder: parentOf(path),
    name: typeof json["name"] === "string" ? json["name"] : undefined,
    scripts: Object.fromEntries(
      Object.entries(scripts).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
      ),
    ),
    millrace: json["millrace"],
    exports: json["exports"],
    imports: json["imports"],
    entries: [json["source"], json["types"], json["module"], json["main"]].filter(
      (entry) => typeof entry === "string",
    ),
  };
}

function isSubpaths(map: unknown): map is Record<string, unknown> {
  return (
    isRecord(map) && Object.keys(map).some((key) => key.startsWith(".") || key.startsWith("#"))
  );
}

/** Every string in a conditions object, in order. */
function strings(target: unknown): string[] {
  if (typeof target === "string") return [target];
  if (Array.isArray(target)) return target.flatMap(strings);
  return isRecord(target) ? Object.values(target).flatMap(strings) : [];
}
