/**
 * The text of a configuration file to values: nested maps, arrays, quotes or none, variables and includes.
 * https://docs.nats.io/running-a-nats-service/configuration#configuration-file-format
 */

/** A value with the place where it stands, for who must tell the user about it. */
export interface ConfValue {
  readonly at: Place;
  readonly value: string | number | boolean | ConfMap | readonly ConfValue[];
  /** Whether a variable has its value from here: then the key needs no other meaning. */
  used?: boolean;
}

/** By key as it was written; the last of two equal ones counts. */
export type ConfMap = ReadonlyMap<string, ConfValue>;

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What is wrong in the file, and where. */
export class ConfError extends Error {
  constructor({ file, line, column }: Place, reason: string) {
    super(`${file}:${line}:${column}: ${reason}`);
    this.name = "ConfError";
  }
}

/** What a file may take from outside. */
interface ConfSources {
  /** The text of a file that is named relative to another. Throws where it cannot be read. */
  include(name: string, from: string): { readonly file: string; readonly text: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** How deep maps, arrays and includes may be nested. */
const MAX_DEPTH = 100;

/** @throws {ConfError} */
export function parseConf(text: string, file: string, sources: ConfSources): ConfMap {
  return new Reader(text, file, sources, [], 0).file();
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #sources: ConfSources;
  /** The maps around, outermost first: where variables are looked up. */
  readonly #scopes: Map<string, ConfValue>[];
  #depth: number;
  #index = 0;

  constructor(
    text: string,
    file: string,
    sources: ConfSources,
    scopes: readonly Map<string, ConfValue>[],
    depth: number,
  ) {
    this.#text = text;
    this.#file = file;
    this.#sources = sources;
    this.#scopes = [...scopes];
    this.#depth = depth;
  }

  file(): ConfMap {
    this.#blank();
    // JSON is a configuration as well: braces around everything.
    const braces = this.#text[this.#index] === "{";
    if (braces) this.#index++;
    const map = this.#map(braces ? "}" : "");
    this.#blank();
    if (this.#index < this.#text.length)
      throw this.#error(`expected the end of the file, not ${this.#shown()}`);
    return map;
  }

  /** A value that stands alone: what an environment variable holds. */
  alone(): ConfValue {
    this.#blank();
    return this.#value();
  }

  /** Entries up to `end`; "" is the end of the file. */
  #map(end: "" | "}"): Map<string, ConfValue> {
    const map = new Map<string, ConfValue>();
    this.#deeper();
    this.#scopes.push(map);
    for (;;) {
      this.#skip(/[\s,;]/);
      if (this.#comment()) continue;
      const next = this.#text[this.#index];
      if (next === end || (next === undefined && end === "")) break;
      if (next === undefined) throw this.#error(`"}" is missing at the end of the file`);
      const at = this.#place();
      const key = this.#key();
      if (key === "include" && /^[ \t]/.test(this.#text.slice(this.#index))) {
        for (const [name, value] of this.#include(at)) map.set(name, value);
        continue;
      }
      this.#separator();
      map.set(key, this.#value());
    }
    if (end !== "") this.#index++;
    this.#scopes.pop();
    this.#depth--;
    return map;
  }

  #key(): string {
    const quote = this.#text[this.#index];
    if (quote === '"' || quote === "'") return this.#quoted(quote);
    const start = this.#index;
    this.#skip(/[^\s=:{}[\],;]/);
    if (this.#index === start) throw this.#error(`expected a key, not ${this.#shown()}`);
    return this.#text.slice(start, this.#index);
  }

  #separator(): void {
    this.#skip(/[ \t\r\n]/);
    if (/[=:]/.test(this.#text[this.#index] ?? "")) this.#index++;
    this.#blank();
  }

  #value(): ConfValue {
    const at = this.#place();
    const first = this.#text[this.#index];
    switch (first) {
      case undefined:
        throw this.#error("a value is missing at the end of the file");
      case "{":
        this.#index++;
        return { at, value: this.#map("}") };
      case "[":
        this.#index++;
        return { at, value: this.#array() };
      case "(":
        this.#index++;
        return { at, value: this.#block() };
      case '"':
      case "'":
        return { at, value: this.#quoted(first) };
      default:
        return this.#bare(at);
    }
  }

  #array(): ConfValue[] {
    const values: ConfValue[] = [];
    this.#deeper();
    for (;;) {
      this.#skip(/[\s,;]/);
      if (this.#comment()) continue;
      const next = this.#text[this.#index];
      if (next === undefined) throw this.#error(`"]" is missing at the end of the file`);
      if (next === "]") break;
      values.push(this.#value());
    }
    this.#index++;
    this.#depth--;
    return values;
  }

  /** Everything up to a line that is `)`. */
  #block(): string {
    const end = /\n[ \t]*\)/.exec(this.#text.slice(this.#index));
    if (end === null) throw this.#error(`")" on a line of its own is missing`);
    const text = this.#text.slice(this.#index, this.#index + end.index + 1);
    this.#index += end.index + end[0].length;
    return text.replace(/^[ \t]*\r?\n/, "");
  }

  #quoted(quote: string): string {
    let text = "";
    const opened = this.#place();
    this.#index++;
    for (;;) {
      const next = this.#text[this.#index++];
      if (next === undefined) throw new ConfError(opened, `the closing ${quote} is missing`);
      if (next === quote) return text;
      text += next === "\\" && quote === '"' ? this.#escaped() : next;
    }
  }

  #escaped(): string {
    const next = this.#text[this.#index++] ?? "";
    const plain = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" }[next];
    if (plain !== undefined) return plain;
    const hex = /^[0-9a-fA-F]{2}/.exec(this.#text.slice(this.#index, this.#index + 2));
    if (next !== "x" || hex === null)
      throw this.#error(`"\\${next}" is no escape: use \\n, \\t, \\r, \\", \\\\ or \\xHH`);
    this.#index += 2;
    return String.fromCharCode(Number.parseInt(hex[0], 16));
  }

  #bare(at: Place): ConfValue {
    const start = this.#index;
    this.#skip(/[^\s,;\]}]/);
    const text = this.#text.slice(start, this.#index);
    if (text === "") throw this.#error(`expected a value, not ${this.#shown()}`);
    // A bcrypt hash begins as a variable does.
    if (text.startsWith("$") && !/^\$2[aby]?\$/.test(text))
      return this.#variable(text.slice(1), at);
    return { at, value: plainValue(text) };
  }

  #variable(name: string, at: Place): ConfValue {
    for (const scope of this.#scopes.toReversed()) {
      const found = scope.get(name);
      if (found === undefined) continue;
      found.used = true;
      return { at, value: found.value };
    }
    const given = this.#sources.environment[name];
    if (given === undefined)
      throw new ConfError(
        at,
        `variable reference for '${name}' can not be found: set it above, or in the environment`,
      );
    this.#deeper();
    const { value } = new Reader(given, `$${name}`, this.#sources, [], this.#depth).alone();
    this.#depth--;
    return { at, value };
  }

  #include(at: Place): ConfMap {
    this.#skip(/[ \t]/);
    const { value } = this.#value();
    if (typeof value !== "string") throw new ConfError(at, "include takes the name of a file");
    this.#deeper();
    let found: { file: string; text: string };
    try {
      found = this.#sources.include(value, this.#file);
    } catch (error) {
      throw new ConfError(at, error instanceof Error ? error.message : String(error));
    }
    const included = new Reader(found.text, found.file, this.#sources, this.#scopes, this.#depth);
    this.#depth--;
    return included.file();
  }

  /** Blanks, line ends and comments. */
  #blank(): void {
    do this.#skip(/\s/);
    while (this.#comment());
  }

  #comment(): boolean {
    const next = this.#text[this.#index];
    if (next !== "#" && !this.#text.startsWith("//", this.#index)) return false;
    this.#skip(/[^\n]/);
    return true;
  }

  #skip(letters: RegExp): void {
    while (this.#index < this.#text.length && letters.test(this.#text[this.#index] ?? ""))
      this.#index++;
  }

  #deeper(): void {
    if (++this.#depth > MAX_DEPTH) throw this.#error(`nested more than ${MAX_DEPTH} deep`);
  }

  #place(): Place {
    const before = this.#text.slice(0, this.#index).split("\n");
    return {
      file: this.#file,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    };
  }

  #shown(): string {
    const next = this.#text[this.#index];
    return next === undefined ? "the end of the file" : JSON.stringify(next);
  }

  #error(reason: string): ConfError {
    return new ConfError(this.#place(), reason);
  }
}

const UNITS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5, e: 6 };

/** A number with its unit (`1k` is 1000, `1kb` and `1kib` are 1024), a truth value, or the text. */
function plainValue(text: string): string | number | boolean {
  if (/^(true|yes|on)$/i.test(text)) return true;
  if (/^(false|no|off)$/i.test(text)) return false;
  const [, digits, unit, binary] = /^(-?\d+)(?:([kmgtpe])(i?b?)?)?$/i.exec(text) ?? [];
  if (digits !== undefined) {
    const power = unit === undefined ? 0 : (UNITS[unit.toLowerCase()] ?? 0);
    return Number(digits) * (binary === undefined || binary === "" ? 1000 : 1024) ** power;
  }
  return /^-?\d+\.\d+$/.test(text) ? Number(text) : text;
}
