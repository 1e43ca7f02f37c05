/** `FILE[:export]`: which file, and which of its exports is the App. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { CommandError } from "./command.ts";
import { didYouMean } from "./suggest.ts";

export interface Target {
  /** Absolute. */
  readonly file: string;
  /** As it is shown: relative to the current folder. */
  readonly shown: string;
  readonly exportName: string | undefined;
}

const extensions = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs"];

/**
 * Finds the file; its extension may be left out.
 * @throws {CommandError} where there is no such file
 */
export function findTarget(text: string, folder: string = process.cwd()): Target {
  const { path, exportName } = splitTarget(text);
  const wanted = resolve(folder, path);
  const file = [wanted, ...extensions.map((extension) => wanted + extension)].find(isFile);
  if (file === undefined) throw noSuchFile(path, wanted, folder);
  if (!extensions.some((extension) => file.endsWith(extension))) {
    throw new CommandError(
      `${path} is neither TypeScript nor JavaScript: name the file that exports the App`,
    );
  }
  return { file, shown: relative(folder, file) || basename(file), exportName };
}

/** The export stands behind the last colon; the one of `C:\shop\app.ts` is not it. */
export function splitTarget(text: string): { path: string; exportName: string | undefined } {
  const [, path, exportName] = /^(.{2,}):([A-Za-z_$][\w$]*)$/.exec(text) ?? [];
  return path === undefined ? { path: text, exportName: undefined } : { path, exportName };
}

function noSuchFile(path: string, wanted: string, folder: string): CommandError {
  if (existsSync(wanted))
    return new CommandError(
      `${path} is a folder: name the file that exports the App, such as ${join(path, "app.ts")}`,
    );
  const parent = dirname(wanted);
  if (!existsSync(parent))
    return new CommandError(
      `there is no file ${path} in ${folder}, nor a folder ${relative(folder, parent)}`,
    );
  const others = readdirSync(parent).filter((name) =>
    extensions.some((extension) => name.endsWith(extension)),
  );
  const hint = didYouMean(basename(wanted), others, (name) => join(dirname(path), name));
  return new CommandError(`there is no file ${path} in ${folder}${hint}`);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
