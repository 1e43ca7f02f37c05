/** A command typed by hand, in telnet for one: split as a shell would (sdssplitargs in sds.c). */
import type { Bytes } from "../values.ts";

const PART = /"((?:\\x[0-9a-fA-F]{2}|\\[^]|[^"\\])*)"|'((?:\\'|[^'])*)'|[^ \t-\r"'\0]+/y;
const BLANK = /[ \t-\r\0]/;

/** The words of a line; null where its quotes do not close, or something follows a closing quote. */
export function splitLine(line: Bytes): Bytes[] | null {
  const words: Bytes[] = [];
  let word: Bytes | null = null;
  let at = 0;
  while (at < line.length) {
    if (BLANK.test(line[at] ?? "")) {
      if (word !== null) words.push(word);
      word = null;
      at++;
      continue;
    }
    PART.lastIndex = at;
    const found = PART.exec(line);
    if (found === null) return null;
    const [whole, double, single] = found;
    at += whole.length;
    const quoted = double === undefined ? single?.replaceAll("\\'", "'") : unescape(double);
    if (quoted !== undefined && at < line.length && !BLANK.test(line[at] ?? "")) return null;
    word = (word ?? "") + (quoted ?? whole);
  }
  if (word !== null) words.push(word);
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

function unescape(text: Bytes): Bytes {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|([^]))/g,
    (_, hex: string | undefined, letter: string) =>
      hex === undefined
        ? (ESCAPES[letter] ?? letter)
        : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
