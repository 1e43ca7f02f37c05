/** A .proto file in the layout in which it is kept: two that differ in space and comments only are the same schema. */

const TOKEN = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[^]*?\*\/|[\w.+-]+|[^\s]/g;

/** The text has been parsed before: it is well formed. */
export function laidOut(text: string): string {
  const tokens = (text.match(TOKEN) ?? []).filter((token) => !/^\/[/*]/.test(token));
  const lines: string[] = [];
  let words: string[] = [];
  let indent = 0;
  /** Inside of brackets, and of the value of an option, braces belong to the statement. */
  let depth = 0;
  let kind = "";
  const end = (mark: string) => {
    if (indent === 0) separate(lines, kind, words[0] ?? "");
    if (indent === 0) kind = words[0] ?? "";
    lines.push(`${"  ".repeat(indent)}${joined(words)}${mark}`);
    words = [];
  };
  for (const token of tokens) {
    if (depth === 0 && token === ";") {
      if (words.length > 0) end(";");
    } else if (depth === 0 && token === "{" && !words.includes("=")) {
      end(" {");
      indent++;
    } else if (depth === 0 && token === "}") {
      indent--;
      lines.push(`${"  ".repeat(indent)}}`);
    } else {
      if (OPENING.has(token)) depth++;
      if (CLOSING.has(token)) depth--;
      words.push(token);
    }
  }
  return `${lines.join("\n")}\n`;
}

const OPENING = new Set(["(", "[", "{", "<"]);
const CLOSING = new Set([")", "]", "}", ">"]);

/** Imports and options stand apart; the package is right below the syntax. */
function separate(lines: string[], former: string, next: string): void {
  if (former === "" || former === next || (former === "syntax" && next === "package")) return;
  if (HEADER.has(former)) lines.push("");
}

const HEADER = new Set(["syntax", "edition", "package", "import", "option"]);

function joined(words: readonly string[]): string {
  return words.reduce((line, word, index) => {
    const former = words[index - 1] ?? "";
    const touches =
      index === 0 ||
      /^[,;\])>:]$/.test(word) ||
      /^[[(<]$/.test(former) ||
      (word === "<" && former === "map") ||
      (word.startsWith(".") && former === ")");
    return `${line}${touches ? "" : " "}${word}`;
  }, "");
}
