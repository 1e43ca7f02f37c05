/**
 * The only place where the analysis reads files. Paths are absolute with forward slashes, as TypeScript writes them.
 * Nothing is ever run. In a workspace that is not trusted nothing outside of its folder is read, not even through a symbolic link.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";

const SOURCE = /\.[cm]?[jt]sx?$/;
export const DECLARATIONS: RegExp = /\.d\.[cm]?ts$/;
const TEST = /\.(test|spec)\.[cm]?[jt]sx?$/;
/** What others wrote or a tool made: read when it is imported, never searched for declarations. */
const SKIPPED_FOLDERS = new Set([
  "node_modules",
  "dist",
  "build",
  "out",
  "coverage",
  "__tests__",
  "__mocks__",
]);
/** Larger ones are bundles. */
const LARGEST_FILE = 1_000_000;

export class Disk {
  /** The workspace folder. */
  readonly folder: string;
  readonly #trusted: boolean;
  readonly #realFolder: string;
  readonly #realFolders = new Map<string, string | null>();

  constructor(folder: string, trusted: boolean) {
    this.folder = slashed(resolve(folder));
    this.#realFolder = slashed(realpathSync(folder));
    this.#trusted = trusted;
  }

  /** Relative to the workspace folder: `src/app.ts`. */
  name(path: string): string {
    return slashed(relative(this.folder, path));
  }

  isFile(path: string): boolean {
    try {
      return statSync(path).isFile() && this.#allowed(path);
    } catch {
      return false;
    }
  }

  isFolder(path: string): boolean {
    try {
      return statSync(path).isDirectory() && this.#allowed(path);
    } catch {
      return false;
    }
  }

  /** A file's text; null where there is none or it may not be read. */
  text(path: string): string | null {
    if (!this.isFile(path)) return null;
    try {
      return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
    } catch {
      return null;
    }
  }

  json(path: string): unknown {
    const text = this.text(path);
    if (text === null) return null;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return null;
    }
  }

  realpath(path: string): string {
    try {
      return slashed(realpathSync(path));
    } catch {
      return path;
    }
  }

  /** Every source file that may declare something, and every package.json, in a steady order. Symbolic links are not followed. */
  find(below: string = this.folder): { sources: string[]; packages: string[] } {
    const sources: string[] = [];
    const packages: string[] = [];
    const visit = (folder: string): void => {
      for (const entry of entriesOf(folder)) {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
          if (!isSkippedFolder(entry.name)) visit(path);
        } else if (entry.isFile()) {
          if (entry.name === "package.json") packages.push(path);
          else if (isSourceName(entry.name) && isModest(path)) sources.push(path);
        }
      }
    };
    visit(below);
    return { sources, packages };
  }

  /** Whether `find` would return this path as a source, if it exists. */
  isSource(path: string): boolean {
    const name = this.name(path);
    if (name.startsWith("../") || name === "..") return false;
    const folders = name.split("/");
    const file = folders.pop() ?? "";
    return (
      isSourceName(file) && !folders.some(isSkippedFolder) && isModest(path) && this.isFile(path)
    );
  }

  #allowed(path: string): boolean {
    if (this.#trusted) return true;
    const folder = path.slice(0, path.lastIndexOf("/"));
    // A folder's real path is asked once; a file's own, since it may itself be a link, always.
    if (!this.#realFolders.has(folder)) this.#realFolders.set(folder, this.realpath(folder));
    return (
      this.#inside(this.#realFolders.get(folder) ?? folder) && this.#inside(this.realpath(path))
    );
  }

  #inside(real: string): boolean {
    return real === this.#realFolder || real.startsWith(`${this.#realFolder}/`);
  }
}

export function slashed(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function isSkippedFolder(name: string): boolean {
  return name.startsWith(".") || SKIPPED_FOLDERS.has(name);
}

function isSourceName(name: string): boolean {
  return SOURCE.test(name) && !DECLARATIONS.test(name) && !TEST.test(name) && !name.startsWith(".");
}

function isModest(path: string): boolean {
  try {
    return statSync(path).size <= LARGEST_FILE;
  } catch {
    return false;
  }
}
