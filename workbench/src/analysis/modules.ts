/** From a specifier to the workspace's file it means: relative, by tsconfig `paths`, by `imports`, or by the name of a package of the workspace. */
import type { Disk } from "./disk.ts";
import { type Package, type Packages, parentOf, targetsOf } from "./packages.ts";
import { absolute, PathMappings } from "./path-mappings.ts";
import { isMillrace } from "./recognised.ts";

export interface Resolution {
  /** Absolute; null for a package that is not the workspace's, or a file that is not there. */
  readonly path: string | null;
  /** Every path that was looked for: a file that appears or vanishes at one of them changes the answer. */
  readonly asked: readonly string[];
}

const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".d.ts"];
/** TypeScript is imported by the name it will be compiled to. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".js", ".jsx"],
  ".jsx": [".tsx", ".jsx"],
  ".mjs": [".mts", ".mjs"],
  ".cjs": [".cts", ".cjs"],
};

export class Modules {
  readonly #disk: Disk;
  readonly #packages: Packages;
  readonly #mappings: PathMappings;
  readonly #known = new Map<string, Resolution>();

  constructor(disk: Disk, packages: Packages) {
    this.#disk = disk;
    this.#packages = packages;
    this.#mappings = new PathMappings(disk);
  }

  resolve(specifier: string, from: string): Resolution {
    const key = `${parentOf(from)}\n${specifier}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const resolution = this.#resolve(specifier, from);
    this.#known.set(key, resolution);
    return resolution;
  }

  /** A file appeared or vanished: the answers that depended on it are asked anew. */
  forget(path: string): void {
    for (const [key, { asked }] of this.#known) if (asked.includes(path)) this.#known.delete(key);
  }

  #resolve(specifier: string, from: string): Resolution {
    if (isMillrace(specifier) || specifier.startsWith("node:")) return { path: null, asked: [] };
    return this.#first(this.#bases(specifier, from).flatMap(variants));
  }

  #bases(specifier: string, from: string): string[] {
    if (/^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..")
      return [absolute(parentOf(from), specifier)];
    const mapped = this.#mappings.candidates(specifier, from);
    if (specifier.startsWith("#")) {
      const own = this.#packages.nearest(from);
      return own === undefined
        ? mapped
        : [
            ...mapped,
            ...targetsOf(own.imports, specifier).flatMap((target) => sourcesOf(own, target)),
          ];
    }
    const sibling = this.#packages.named(specifier);
    return sibling === undefined
      ? mapped
      : [...mapped, ...entriesOf(sibling.package, sibling.subpath)];
  }

  #first(candidates: readonly string[]): Resolution {
    const asked: string[] = [];
    for (const path of candidates) {
      asked.push(path);
      if (this.#disk.isFile(path)) return { path, asked };
    }
    return { path: null, asked };
  }
}

/** Where a package of the workspace keeps the source of one of its entry points. */
function entriesOf(found: Package, subpath: string): string[] {
  const declared = targetsOf(found.exports, subpath).flatMap((target) => sourcesOf(found, target));
  if (subpath !== ".")
    return [...declared, absolute(found.folder, subpath), absolute(`${found.folder}/src`, subpath)];
  return [
    ...declared,
    ...found.entries.flatMap((entry) => sourcesOf(found, entry)),
    `${found.folder}/src/index`,
    `${found.folder}/index`,
  ];
}

/** A built file, and the source it was probably built from, which comes first. */
function sourcesOf(found: Package, target: string): string[] {
  const path = absolute(found.folder, target);
  const source = path
    .replace(/\/(dist|build|lib|out)\//, "/src/")
    .replace(/\.d\.([cm]?)ts$/, ".$1ts");
  return source === path ? [path] : [source, path];
}

function variants(base: string): string[] {
  const ending = /\.[cm]?[jt]sx?$|\.json$/.exec(base)?.[0];
  if (ending !== undefined) {
    const stem = base.slice(0, -ending.length);
    return (SOURCES[ending] ?? [ending]).map((source) => stem + source);
  }
  return [...ENDINGS.map((end) => base + end), ...ENDINGS.map((end) => `${base}/index${end}`)];
}
