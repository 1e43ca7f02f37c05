/**
 * Judges one import by the table in imports.json: data in, an answer out, no file is read.
 * Plain JavaScript, since the linter loads it on Node 20.
 */
import { isBuiltin } from "node:module";
import { posix } from "node:path";

/**
 * @typedef {"value" | "type" | "dynamic"} Kind How it is imported: `require` counts as a value.
 * @typedef {{ files: string[], may?: string[], types?: string[], dynamic?: string[], not?: string[], closed?: boolean, computed?: boolean }} Area
 * @typedef {{ rooms: Record<string, string>, guarded: Record<string, string[]>, apart: string[], areas: Area[] }} Table
 */

/**
 * Why this file may not import that; undefined where it may.
 * @param {Table} table
 * @param {{ file: string, specifier: string | undefined, kind: Kind }} found The file from the root, with slashes;
 *   no specifier where it is computed at run time.
 * @returns {string | undefined}
 */
export function judge(table, { file, specifier, kind }) {
  const room = roomOf(table, file);
  if (room === undefined || matches(table.apart, file)) return undefined;
  const area = table.areas.find((candidate) => matches(candidate.files, file));
  if (area === undefined) return `${file} is in no area of imports.json`;
  if (specifier === undefined) {
    return area.computed
      ? undefined
      : "the name of an import() must be written there, so that it can be checked";
  }
  const asked = [
    ...(area.may ?? []),
    ...(kind === "type" ? (area.types ?? []) : []),
    ...(kind === "dynamic" ? (area.dynamic ?? []) : []),
  ];
  if (asked.includes(specifier)) return undefined;
  if (area.closed)
    return `${file} imports nothing${area.types ? ` but types of ${area.types.join(", ")}` : ""}`;
  return specifier.startsWith(".")
    ? judgePath(table, { file, room, specifier, area })
    : judgePackage(table, { room, specifier, kind, area, asked });
}

/** @param {Table} table @param {{ file: string, room: string, specifier: string, area: Area }} found */
function judgePath(table, { file, room, specifier, area }) {
  const target = posix.join(posix.dirname(file), specifier);
  const targetRoom = roomOf(table, target);
  // The root holds what builds and checks the rooms: build.js, vitest.config.ts.
  if (targetRoom === undefined) return undefined;
  if (targetRoom !== room)
    return `${room} reaches into the files of ${targetRoom}: its door is the package ${table.rooms[targetRoom]}`;
  if (area.not && matches(area.not, target)) return `${area.files[0]} knows nothing of ${target}`;
  return undefined;
}

/** @param {Table} table @param {{ room: string, specifier: string, kind: Kind, area: Area, asked: string[] }} found */
function judgePackage(table, { room, specifier, kind, area, asked }) {
  const name =
    isBuiltin(specifier) && !specifier.startsWith("node:") ? `node:${specifier}` : specifier;
  const target = Object.entries(table.rooms).find(([, door]) => within(door, name));
  if (target !== undefined) {
    const [targetRoom, door] = target;
    if (targetRoom === room || asked.some((allowed) => within(allowed, name))) return undefined;
    const other =
      kind === "type"
        ? undefined
        : area.types?.find((allowed) => within(allowed, name)) && "by `import type`";
    const later =
      kind === "dynamic"
        ? undefined
        : area.dynamic?.some((allowed) => within(allowed, name)) && "by import()";
    const way = other ?? later;
    return `${area.files[0]} ${way ? `imports ${door} ${way} only` : `does not import ${door}`}`;
  }
  const group = Object.entries(table.guarded).find(([, names]) =>
    names.some((guarded) => within(guarded.replace(/\*$/, ""), name)),
  );
  if (group === undefined || asked.includes(group[0])) return undefined;
  return `${area.files[0]} does not import ${group[0]} (${name})`;
}

/** Whether a specifier is this package or a subpath of it. @param {string} name @param {string} specifier */
function within(name, specifier) {
  return (
    specifier === name ||
    specifier.startsWith(name.endsWith(":") || name.endsWith("/") ? name : `${name}/`)
  );
}

/** @param {Table} table @param {string} file */
function roomOf(table, file) {
  return Object.keys(table.rooms).find((folder) => file.startsWith(`${folder}/`));
}

/** @param {string[]} globs @param {string} file */
function matches(globs, file) {
  return globs.some((glob) => toRegExp(glob).test(file));
}

/** @type {Map<string, RegExp>} */
const compiled = new Map();

/** `*` stays within a folder, `**` does not. @param {string} glob */
function toRegExp(glob) {
  let known = compiled.get(glob);
  if (known === undefined) {
    const source = glob
      .split(/(\*\*\/|\*\*|\*)/)
      .map((part) =>
        part === "**/"
          ? "(?:.*/)?"
          : part === "**"
            ? ".*"
            : part === "*"
              ? "[^/]*"
              : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"),
      )
      .join("");
    known = new RegExp(`^${source}$`);
    compiled.set(glob, known);
  }
  return known;
}
