/** An error as the user reads it: what failed, where in their code, and the remedy; the stack only when LOG_LEVEL=debug. */
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { maskSecrets } from "../logger.ts";
import { codeFrame, userPlace } from "./code-frame.ts";

/** Explains an error. */
export function explain(error: unknown): string {
  const text = explanation(error);
  const details = isDebug() ? `\n\n${inspect(error)}` : "";
  return maskSecrets(text + details);
}

function explanation(error: unknown): string {
  if (!(error instanceof Error)) return `${inspect(error)} was thrown`;
  // A package that is missing is all there is to it.
  if (/^(Client|Companion)MissingError$/.test(error.name)) return error.message;
  if (isMillraceError(error)) return withCauses(error);
  return (
    missingModule(error) ??
    transformError(error) ??
    syntaxError(error) ??
    `${withCauses(error, error.name)}${whereThrown(error)}`
  );
}

const isDebug = (): boolean => /^(debug|trace)$/i.test(process.env["LOG_LEVEL"] ?? "");

/** Ours say what to do themselves. By name: they may come from another copy of the package. */
function isMillraceError(error: Error): boolean {
  for (
    let prototype: unknown = Object.getPrototypeOf(error);
    prototype instanceof Error;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    if (prototype.constructor.name === "MillraceError") return true;
  }
  return false;
}

/** The message, and those of its causes that it does not repeat already. */
function withCauses(error: Error, prefix?: string): string {
  let text = prefix === undefined ? error.message : `${prefix}: ${error.message}`;
  for (
    let cause = error.cause, depth = 0;
    cause instanceof Error && depth < 5;
    cause = cause.cause, depth++
  ) {
    const message = cause.message || (cause as NodeJS.ErrnoException).code || cause.name;
    if (!text.includes(message)) text += `\nbecause: ${message}`;
  }
  return text;
}

/** Node's two ways, ESM and CommonJS, of not finding an import. */
function missingModule(error: Error): string | null {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return null;
  const [, specifier] = /Cannot find (?:package|module) '([^']+)'/.exec(error.message) ?? [];
  if (specifier === undefined) return null;
  const { requireStack } = error as Error & { requireStack?: string[] };
  const importer = /imported from (.+)$/m.exec(error.message)?.[1] ?? requireStack?.[0];
  const where =
    importer === undefined
      ? "the file"
      : shown(importer.startsWith("file:") ? fileURLToPath(importer) : importer);
  if (/^(\.|\/|[A-Za-z]:\\|file:)/.test(specifier)) {
    const path = specifier.startsWith(".") ? specifier : shown(specifier);
    return `${where} imports ${path}, which does not exist`;
  }
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  return `${where} imports "${specifier}", which is not installed: npm i ${name}`;
}

/** esbuild's, through tsx: each problem has its place, `file:line:column: ERROR: text`; columns count from 0. */
function transformError(error: Error): string | null {
  if (error.name !== "TransformError") return null;
  const problems = [...error.message.matchAll(/^(.+):(\d+):(\d+): ERROR: (.+)$/gm)].map(
    ([, file = "", line, column, text = ""]) => {
      const hint = text.includes("Top-level await")
        ? '\nIts package.json has no "type": "module": add it, or name the file .mts'
        : "";
      return `SyntaxError: ${text}${hint}\n${codeFrame({ file, line: Number(line), column: Number(column) + 1 })}`;
    },
  );
  return problems.length === 0 ? null : problems.join("\n");
}

/** JavaScript's: Node puts place and line before the stack. */
function syntaxError(error: Error): string | null {
  if (error.name !== "SyntaxError") return null;
  const [, file, line, before = ""] =
    /^(\S.*?):(\d+)\n.*\n([ \t]*)\^/.exec(error.stack ?? "") ?? [];
  if (file === undefined) return null;
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  return `SyntaxError: ${error.message}\n${codeFrame({ file: path, line: Number(line), column: before.length + 1 })}`;
}

function whereThrown(error: Error): string {
  const place = userPlace(error.stack ?? "", isOurs);
  return place === null ? "" : `\n${codeFrame(place)}`;
}

/** This package's folder. Its code is not the user's, in the repository neither, where it is in no node_modules. */
const here = fileURLToPath(import.meta.url);
const home = here.slice(
  0,
  Math.max(here.lastIndexOf(`${sep}dist${sep}`), here.lastIndexOf(`${sep}src${sep}`)) + 1,
);
const isOurs = (file: string): boolean => file.startsWith(home);

const shown = (path: string): string => relative(process.cwd(), path) || path;
