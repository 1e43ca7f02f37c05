/** The first line of scripts and libraries: `#!lua name=orders flags=no-writes,allow-oom`. */
import { Failure, type Bytes } from "../values.ts";
import { splitLine } from "../wire/inline.ts";

/** In the order in which FUNCTION LIST tells them. */
export const SCRIPT_FLAGS = [
  "no-writes",
  "allow-oom",
  "allow-stale",
  "no-cluster",
  "allow-cross-slot-keys",
] as const;

export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

/** What a script says of itself, and where its code begins: at the end of that line, so that lines keep their numbers. */
export interface Shebang {
  /** Null where it says nothing: then it may write. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
  readonly code: Bytes;
}

/** @throws {Failure} */
export function scriptShebang(source: Bytes): Shebang {
  if (!source.startsWith("#!")) return { flags: null, code: source };
  const end = source.indexOf("\n");
  if (end < 0) throw new Failure("ERR Invalid script shebang");
  const words = splitLine(source.slice(0, end));
  if (words === null || words[0] === undefined)
    throw new Failure("ERR Invalid engine in script shebang");
  if (words[0] !== "#!lua")
    throw new Failure(`ERR Unexpected engine in script shebang: ${words[0]}`);
  const flags = new Set<ScriptFlag>();
  for (const word of words.slice(1)) {
    if (!word.startsWith("flags=")) throw new Failure(`ERR Unknown lua shebang option: ${word}`);
    const names = word.slice("flags=".length);
    for (const name of names === "" ? [] : names.split(",")) {
      const flag = SCRIPT_FLAGS.find((each) => each === name);
      if (flag === undefined) throw new Failure(`ERR Unexpected flag in script shebang: ${name}`);
      flags.add(flag);
    }
  }
  return { flags, code: source.slice(end) };
}

/** A library's: it must name itself. @throws {Failure} */
export function libraryShebang(source: Bytes): {
  readonly engine: string;
  readonly name: string;
  readonly code: Bytes;
} {
  if (!source.startsWith("#!")) throw new Failure("ERR Missing library metadata");
  const end = source.indexOf("\n");
  if (end < 0) throw new Failure("ERR Invalid library metadata");
  const words = splitLine(source.slice(0, end));
  if (words === null || words[0] === undefined) throw new Failure("ERR Invalid library metadata");
  let name: string | null = null;
  for (const word of words.slice(1)) {
    if (!word.toLowerCase().startsWith("name="))
      throw new Failure(`ERR Invalid metadata value given: ${word}`);
    if (name !== null)
      throw new Failure("ERR Invalid metadata value, name argument was given multiple times");
    name = word.slice("name=".length);
  }
  if (name === null) throw new Failure("ERR Library name was not given");
  return { engine: words[0].slice(2), name, code: source.slice(end) };
}

/** What a command that runs it does then: flags of the command table. Null of a script that says nothing. */
export function effectsOf(
  flags: ReadonlySet<ScriptFlag> | null,
): ReadonlySet<"write" | "denyoom" | "stale"> | null {
  if (flags === null) return null;
  const effects = new Set<"write" | "denyoom" | "stale">();
  if (flags.has("allow-stale")) effects.add("stale");
  if (!flags.has("no-writes")) {
    effects.add("write");
    if (!flags.has("allow-oom")) effects.add("denyoom");
  }
  return effects;
}
