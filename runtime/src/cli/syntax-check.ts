/** Where a JavaScript ES module cannot be parsed. Node 20 does not say when it is imported, but does when it is checked. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { CodePlace } from "./code-frame.ts";

/** Each check is a process of its own: an end, should a project be large. */
const MOST_FILES = 40;

/** Looks through the file and what it imports by relative paths. Null where all can be parsed. */
export function findSyntaxError(entry: string): CodePlace | null {
  const seen = new Set<string>([entry]);
  for (const file of seen) {
    if (seen.size > MOST_FILES) return null;
    const place = check(file);
    if (place !== null) return place;
    for (const imported of importsOf(file)) seen.add(imported);
  }
  return null;
}

function check(file: string): CodePlace | null {
  const { stderr } = spawnSync(process.execPath, ["--check", file], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const [, path, line, before] = /^(\S.*?):(\d+)\n.*\n([ \t]*)\^/m.exec(stderr) ?? [];
  if (path === undefined || !stderr.includes("SyntaxError")) return null;
  return {
    file: path.startsWith("file:") ? fileURLToPath(path) : path,
    line: Number(line),
    column: (before ?? "").length + 1,
  };
}

/** By their text, which is enough to look further: the file may not parse. */
function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, "utf8").matchAll(
    /(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+\.[cm]?js)["']/g,
  );
  return [...specifiers]
    .map(([, specifier = ""]) => resolve(dirname(file), specifier))
    .filter((path) => existsSync(path));
}
