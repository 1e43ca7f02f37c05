/** Patterns that are no addresses: Kafka's regular expressions and Redis' globs. */
import { createContext, Script } from "node:vm";
import type { ProtocolName } from "../topology.ts";
import { ANY, type Dialect, segmentsOf } from "./dialects.ts";

/** Longer than any name takes that is not meant to hang us, ms. */
const TRY_FOR = 100;
/** What stands for a parameter when a template is held against a pattern: a word, a number, an id. */
const EXAMPLES = ["x", "1", "a1b2c3"];

const searching = new Script("new RegExp(source, flags).test(name)");

/** Whether a concrete name is one that a pattern (`Channel.kind`) means. */
export function fitsPattern(protocol: ProtocolName, written: string, name: string): boolean {
  return protocol === "kafka" ? matchesExpression(written, name) : matchesGlob(written, name);
}

/** Whether a regular expression, written as `/…/i`, finds a name; below a prefix (`admin. /…/`) what follows that. */
export function matchesExpression(written: string, name: string): boolean {
  const [, prefix = "", source, flags = ""] = /^(?:(\S*) )?\/(.*)\/([a-z]*)$/s.exec(written) ?? [];
  if (source === undefined || !name.startsWith(prefix)) return false;
  const given = { source, flags: flags.replaceAll(/[gy]/g, ""), name: name.slice(prefix.length) };
  try {
    // Somebody else's expression: one that goes astray is ended, and is not valid for all we know.
    return searching.runInContext(createContext(given), { timeout: TRY_FOR }) === true;
  } catch {
    return false;
  }
}

/** Whether a name matches a pattern of PSUBSCRIBE: `*`, `?`, `[a-z]`, `[^a]`, and `\` before what is meant literally. */
export function matchesGlob(glob: string, name: string): boolean {
  const parts = partsOf(glob);
  let [part, at] = [0, 0];
  let star: { readonly part: number; at: number } | null = null;
  // Only the last `*` is tried again, so no pattern takes more than its length times the name's.
  while (at < name.length) {
    const now = parts[part];
    if (now === "*") star = { part: part++, at };
    else if (now?.(name.charAt(at)) === true) [part, at] = [part + 1, at + 1];
    else if (star !== null) [part, at] = [star.part + 1, ++star.at];
    else return false;
  }
  return parts.slice(part).every((rest) => rest === "*");
}

/** A text as a glob that matches only it. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\^]/g, "\\$&");
}

/** Names that an address can become: itself, or with examples in its parameters. */
export function examplesOf(pattern: string, dialect: Dialect): readonly string[] {
  const segments = segmentsOf(pattern, dialect);
  const isOpen = (text: string) => text === ANY || text === dialect.one;
  if (!segments.some(({ text }) => isOpen(text))) return [pattern];
  return EXAMPLES.map((example) =>
    segments.map(({ before, text }) => before + (isOpen(text) ? example : text)).join(""),
  );
}

type Part = "*" | ((character: string) => boolean);

function partsOf(glob: string): readonly Part[] {
  const parts: Part[] = [];
  for (const [text] of glob.matchAll(/\\[^]|\[(?:\\[^]|[^\]])*\]?|[^]/g)) {
    if (text === "*") parts.push("*");
    else if (text === "?") parts.push(() => true);
    else if (text.startsWith("[")) parts.push(classOf(text));
    else {
      const literal = text.length > 1 ? text.slice(1) : text;
      parts.push((character) => character === literal);
    }
  }
  return parts;
}

/** `[a-z_]`; one that is never closed ends with the pattern. */
function classOf(text: string): (character: string) => boolean {
  const [, not = "", inner = ""] = /^\[(\^?)([^]*?)\]?$/.exec(text) ?? [];
  const members = [...inner.matchAll(/\\([^])|([^])-([^])|([^])/g)].map(
    ([, escaped, from, to, single]) => {
      const [low = "", high = ""] =
        from !== undefined && to !== undefined
          ? [from, to].toSorted()
          : [escaped ?? single, escaped ?? single];
      return (character: string) => character >= low && character <= high;
    },
  );
  return (character) => members.some((includes) => includes(character)) !== (not === "^");
}
