/**
 * Loads the user's file. TypeScript goes through tsx, the loader that is kept: Node 20 has none, and tsx honours the
 * paths of the tsconfig and lowers `await using`. JavaScript runs as it is.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { getTsconfig } from "get-tsconfig";
import { codeFrame } from "./code-frame.ts";
import { CommandError } from "./command.ts";
import { findSyntaxError } from "./syntax-check.ts";

/** What a file exports. */
export type Exports = Readonly<Record<string, unknown>>;

/** Called with each imported file that is not a package's. */
export type OnImport = (file: string) => void;

/** Imports a file. With `onImport`, JavaScript goes through tsx, too: it is what tells. */
export async function loadFile(file: string, onImport?: OnImport): Promise<Exports> {
  if (/\.[cm]?tsx?$/.test(file) || onImport !== undefined) await registerTsx(file, onImport);
  try {
    const namespace = (await import(pathToFileURL(file).href)) as Exports;
    return flattened(namespace);
  } catch (error) {
    throw located(error, file);
  } finally {
    if (onImport !== undefined) for (const required of requiredFiles()) onImport(required);
  }
}

async function registerTsx(file: string, onImport: OnImport | undefined): Promise<void> {
  // The tsconfig nearest to the file, not the current folder's: `millrace run services/billing/app.ts` from the root.
  const tsconfig = getTsconfig(dirname(file))?.path ?? false;
  const [esm, cjs] = await Promise.all([import("tsx/esm/api"), import("tsx/cjs/api")]);
  cjs.register();
  esm.register({
    tsconfig,
    ...(onImport === undefined
      ? {}
      : { onImport: (url: string) => isOwn(url) && onImport(fileURLToPath(url)) }),
  });
}

/** Node 20 does not say where an ES module cannot be parsed. */
function located(error: unknown, file: string): unknown {
  if (
    !(error instanceof SyntaxError) ||
    !/^SyntaxError.*\n\s+at (compileSourceTextModule|new ModuleWrap|ModuleLoader)/.test(
      error.stack ?? "",
    )
  )
    return error;
  const place = findSyntaxError(file);
  return place === null
    ? error
    : new CommandError(`SyntaxError: ${error.message}\n${codeFrame(place)}`, { cause: error });
}

/** A CommonJS module arrives as `default`, with its exports inside. */
function flattened(namespace: Exports): Exports {
  const inner = namespace["default"];
  const wraps = Object.keys(namespace).every(
    (name) => name === "default" || name === "module.exports",
  );
  return wraps && typeof inner === "object" && inner !== null && "__esModule" in inner
    ? (inner as Exports)
    : namespace;
}

/** CommonJS files are not announced, but kept. */
function requiredFiles(): string[] {
  return Object.keys(createRequire(import.meta.url).cache).filter(
    (path) => !path.includes("node_modules"),
  );
}

const isOwn = (url: string): boolean => url.startsWith("file:") && !url.includes("/node_modules/");
