/** A string that fits a regular expression: the part of the language that schemas use. */
import type { Random } from "./random.ts";

/** Null where the pattern uses what is not understood here (look-around, back references) or the result does not fit. */
export function samplePattern(pattern: string, random: Random): string | null {
  try {
    const reader = { text: pattern, at: 0 };
    const made = alternatives(reader, random);
    return reader.at === pattern.length && new RegExp(pattern, "u").test(made) ? made : null;
  } catch {
    return null;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

type Characters = readonly [string, ...string[]];

class NotUnderstood extends Error {}

/** How many times `*` and `+` repeat at most, and the longest run of any count. */
const REPEATS = 3;
const LONGEST = 200;

function alternatives(reader: Reader, random: Random): string {
  const made: [string, ...string[]] = [sequence(reader, random)];
  while (reader.text[reader.at] === "|") {
    reader.at++;
    made.push(sequence(reader, random));
  }
  return random.pick(made);
}

function sequence(reader: Reader, random: Random): string {
  let made = "";
  for (;;) {
    const next = reader.text[reader.at];
    if (next === undefined || next === "|" || next === ")") return made;
    if (next === "^" || next === "$") {
      reader.at++;
      continue;
    }
    const start = reader.at;
    atom(reader, random);
    const end = reader.at;
    const [low, high] = quantifier(reader);
    const after = reader.at;
    for (let count = random.integer(low, high); count > 0; count--) {
      // Each repetition is drawn anew: `\d{3}` is 480, not 444.
      reader.at = start;
      made += atom(reader, random);
      if (made.length > LONGEST * REPEATS || reader.at !== end) throw new NotUnderstood();
    }
    reader.at = after;
  }
}

function atom(reader: Reader, random: Random): string {
  const next = take(reader);
  switch (next) {
    case "(": {
      if (reader.text.startsWith("?:", reader.at)) reader.at += 2;
      else if (
        reader.text.startsWith("?<", reader.at) &&
        !/[=!]/.test(reader.text[reader.at + 2] ?? "")
      ) {
        reader.at = reader.text.indexOf(">", reader.at) + 1;
      } else if (reader.text[reader.at] === "?") throw new NotUnderstood();
      const made = alternatives(reader, random);
      if (take(reader) !== ")") throw new NotUnderstood();
      return made;
    }
    case "[":
      return random.pick(characterClass(reader));
    case "\\":
      return random.pick(escaped(take(reader)));
    case ".":
      return random.pick(LETTERS);
    case "*":
    case "+":
    case "?":
    case "{":
      throw new NotUnderstood();
    default:
      return next;
  }
}

function quantifier(reader: Reader): readonly [number, number] {
  const [whole, sign, low, comma, high] =
    /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(reader.text.slice(reader.at)) ?? [];
  if (whole === undefined) return [1, 1];
  reader.at += whole.length;
  if (sign === "*") return [0, REPEATS];
  if (sign === "+") return [1, REPEATS];
  if (sign === "?") return [0, 1];
  const least = Number(low);
  if (least > LONGEST) throw new NotUnderstood();
  if (comma !== ",") return [least, least];
  return [least, high === "" ? least + REPEATS : Math.min(Number(high), least + 20)];
}

const DIGITS = range("0", "9");
const LETTERS = range("a", "z");
const WORD: Characters = [...LETTERS, ...DIGITS];
const PRINTABLE = range(" ", "~");

function range(first: string, last: string): Characters {
  const characters: [string, ...string[]] = [first];
  for (let code = first.charCodeAt(0) + 1; code <= last.charCodeAt(0); code++)
    characters.push(String.fromCharCode(code));
  return characters;
}

function escaped(letter: string): Characters {
  switch (letter) {
    case "d":
      return DIGITS;
    case "w":
      return WORD;
    case "s":
      return [" "];
    case "n":
      return ["\n"];
    case "t":
      return ["\t"];
    default:
      if (/[A-Za-z0-9]/.test(letter)) throw new NotUnderstood();
      return [letter];
  }
}

function characterClass(reader: Reader): Characters {
  const negated = reader.text[reader.at] === "^";
  if (negated) reader.at++;
  const found: string[] = [];
  for (;;) {
    const next = take(reader);
    if (next === "]") break;
    const characters = next === "\\" ? escaped(take(reader)) : ([next] as const);
    const to = reader.text[reader.at + 1];
    if (reader.text[reader.at] !== "-" || to === undefined || to === "]" || characters.length > 1) {
      found.push(...characters);
      continue;
    }
    reader.at += 2;
    const end = to === "\\" ? take(reader) : to;
    found.push(...range(characters[0], end));
  }
  const [first, ...rest] = negated
    ? PRINTABLE.filter((character) => !found.includes(character))
    : found;
  if (first === undefined) throw new NotUnderstood();
  return [first, ...rest];
}

function take(reader: Reader): string {
  const next = reader.text[reader.at++];
  if (next === undefined) throw new NotUnderstood();
  return next;
}
