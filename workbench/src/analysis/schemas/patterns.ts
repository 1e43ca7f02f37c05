/** Regular expressions in code as JSON Schema's `pattern`, where that can say the same. */
import { ts } from "ts-morph";
import type { Bound } from "../follow.ts";
import { type Part, withGap, withKeywords } from "./part.ts";
import type { SchemaReader } from "./reader.ts";

/** `/^[a-z]+$/` as an argument. */
export function withPattern(part: Part, reader: SchemaReader, given: Bound | undefined): Part {
  const found = reader.follow(given);
  if (found === null || !ts.isRegularExpressionLiteral(found.node))
    return withGap(part, "its pattern could not be resolved");
  const { text } = found.node;
  const end = text.lastIndexOf("/");
  const source = text.slice(1, end);
  const flags = text.slice(end + 1).replaceAll(/[dguy]/g, "");
  if (flags !== "")
    return withGap(part, `its pattern ${text} is not checked: JSON Schema has no flags`);
  // JSON Schema 2020-12 6.4: patterns are read as Unicode, which allows less.
  if (!isUnicode(source))
    return withGap(part, `its pattern ${text} is not checked: it is not valid with the flag u`);
  return addPattern(part, source);
}

/** A text that must stand at the beginning, at the end or anywhere. */
export function withText(
  part: Part,
  reader: SchemaReader,
  given: Bound | undefined,
  around: (text: string) => string,
): Part {
  const value = reader.value(given);
  if (!value.known || typeof value.value !== "string")
    return withGap(part, "a text that it must contain could not be resolved");
  return addPattern(part, around(value.value.replaceAll(/[$()*+.?[\\\]^{|}/]/g, String.raw`\$&`)));
}

/** A second pattern does not replace the first. */
function addPattern(part: Part, pattern: string): Part {
  if (part.schema["pattern"] === undefined) return withKeywords(part, { pattern });
  const others = Array.isArray(part.schema["allOf"]) ? (part.schema["allOf"] as unknown[]) : [];
  return withKeywords(part, { allOf: [...others, { pattern }] });
}

function isUnicode(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}
