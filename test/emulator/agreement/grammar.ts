/**
 * Random commands from a line that looks like the manual's: `SET <key> <value> [NX|XX] [GET]`.
 *
 *     <name>      one of the words of that name
 *     [a b|c]     nothing, `a b` or `c`
 *     (a|b c)     `a` or `b c`
 *     …+          the word or group before it, one to three times
 */
import fc from "fast-check";

export type Words = Readonly<Record<string, fc.Arbitrary<string>>>;

/** Any of the commands. Names that the words do not have throw at once. */
export function anyOf(lines: readonly string[], words: Words): fc.Arbitrary<readonly string[]> {
  return fc.oneof(...lines.map((line) => parse(line, words)));
}

type Part = fc.Arbitrary<readonly string[]>;

function parse(line: string, words: Words): Part {
  const tokens = line.match(/<[^>]+>|[[\]()|+]|[^\s[\]()|+<]+/g) ?? [];
  let at = 0;
  const result = choice();
  if (at < tokens.length) throw new Error(`"${line}" goes wrong at its word ${at + 1}`);
  return result;

  function choice(): Part {
    const branches = [sequence()];
    while (tokens[at] === "|") {
      at++;
      branches.push(sequence());
    }
    return fc.oneof(...branches);
  }

  function sequence(): Part {
    const parts: Part[] = [];
    for (
      let token = tokens[at];
      token !== undefined && !"|])".includes(token);
      token = tokens[at]
    ) {
      at++;
      let part = one(token);
      if (tokens[at] === "+") {
        at++;
        part = fc.array(part, { minLength: 1, maxLength: 3 }).map((several) => several.flat());
      }
      parts.push(part);
    }
    return fc.tuple(...parts).map((several) => several.flat());
  }

  function one(token: string): Part {
    if (token === "[" || token === "(") {
      const inner = choice();
      at++;
      return token === "(" ? inner : fc.oneof(fc.constant([]), inner);
    }
    const name = /^<(.*)>$/.exec(token)?.[1];
    if (name === undefined) return fc.constant([token]);
    const word = words[name];
    if (word === undefined) throw new Error(`"${line}": there are no words called ${name}`);
    return word.map((text) => [text]);
  }
}
