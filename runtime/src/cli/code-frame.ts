/** Shows a place in the user's code, two lines around it. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Lines and columns count from 1. */
export interface CodePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `src/app.ts:3:12` and the lines around it; only the place where the file cannot be read. */
export function codeFrame(place: CodePlace): string {
  const title = `${relative(process.cwd(), place.file) || place.file}:${place.line}:${place.column}`;
  const lines = linesOf(place.file);
  if (lines === null || place.line > lines.length) return title;
  const first = Math.max(1, place.line - 2);
  const shown = lines.slice(first - 1, place.line + 1);
  const width = String(first + shown.length - 1).length;
  const frame = shown.flatMap((text, index) => {
    const number = first + index;
    const row = `  ${number === place.line ? ">" : " "} ${String(number).padStart(width)} | ${text}`;
    // Tabs before the caret stay tabs, so that it stands below its letter.
    const caret = `    ${" ".repeat(width)} | ${text.slice(0, place.column - 1).replace(/[^\t]/g, " ")}^`;
    return number === place.line ? [row, caret] : [row];
  });
  return [title, ...frame.map((row) => row.trimEnd())].join("\n");
}

/** The first frame of a stack that is the user's own: not Node's, not a package's, not ours. */
export function userPlace(stack: string, ours: (file: string) => boolean): CodePlace | null {
  for (const row of stack.split("\n")) {
    const [, location, line, column] = /^\s+at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(row) ?? [];
    if (location === undefined || location.startsWith("node:")) continue;
    const file = location.startsWith("file:") ? fileURLToPath(location) : location;
    if (/[\\/]node_modules[\\/]/.test(file) || ours(file)) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return null;
}

function linesOf(file: string): string[] | null {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    return null;
  }
}
