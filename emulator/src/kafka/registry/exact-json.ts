/**
 * JSON whose numbers stay as they were written: a schema's default of 9223372036854775807 must not be rounded, and 1.0
 * is not 1 to who reads it as text. Such a number is a string behind a mark that no JSON of a client begins with.
 */

const MARK = "\u0000number:";

/** A string, or a number outside of one. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A string, or space outside of one. */
const SPACE = /("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g;

/** @throws {SyntaxError} */
export function parseJson(text: string): unknown {
  return JSON.parse(
    text.replace(TOKEN, (token) =>
      token.startsWith('"') || String(Number(token)) === token
        ? token
        : JSON.stringify(MARK + token),
    ),
  );
}

export function writeJson(value: unknown): string {
  if (typeof value === "string")
    return value.startsWith(MARK) ? value.slice(MARK.length) : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, each]) => `${writeJson(key)}:${writeJson(each)}`,
  );
  return `{${members.join(",")}}`;
}

/** As `writeJson`, with the keys of all objects in order. */
export function writeSortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeSortedJson).join(",")}]`;
  if (!isObject(value)) return writeJson(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${writeJson(key)}:${writeSortedJson(value[key])}`).join(",")}}`;
}

/** The same text without the space between its tokens. */
export function compactJson(text: string): string {
  return text.replace(SPACE, "$1");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && !value.startsWith(MARK);
}

export function isNumber(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && value.startsWith(MARK));
}

/** The integer that this is; undefined for everything else. */
export function integerOf(value: unknown): bigint | undefined {
  const text = typeof value === "string" && value.startsWith(MARK) ? value.slice(MARK.length) : "";
  if (/^-?\d+$/.test(text)) return BigInt(text);
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
