/** COMMAND DOCS' arguments, from the syntax of a command. https://redis.io/docs/latest/develop/reference/command-arguments/ */
import type { Bytes } from "../values.ts";

export interface Argument {
  readonly name: Bytes;
  readonly type: Bytes;
  readonly token?: Bytes;
  readonly display?: Bytes;
  readonly flags: readonly ("optional" | "multiple" | "multiple_token")[];
  /** Of `oneof` and `block`. */
  readonly inner?: readonly Argument[];
}

const WORDS = /[[(|\]]|\)[^\s)\]|]*|[^\s()[\]|]+/g;
const NAMED = /^([^:~*]+)(?::([^~*]+))?(?:~([^*]+))?(\*{0,2})$/;

/** @throws {SyntaxError} where the syntax is none of ours. */
export function argumentsOf(syntax: string): readonly Argument[] {
  return new Reader(syntax.match(WORDS) ?? []).sequence();
}

class Reader {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  sequence(): Argument[] {
    const items: Argument[] = [];
    while (!/^[|)\]]|^$/.test(this.#next)) items.push(this.#item());
    return items;
  }

  get #next(): string {
    return this.#words[this.#at] ?? "";
  }

  #take(): string {
    const word = this.#next;
    this.#at++;
    return word;
  }

  #item(): Argument {
    if (this.#next === "[") {
      this.#take();
      const item = this.#item();
      if (this.#take() !== "]") throw new SyntaxError("one item in brackets");
      return { ...item, flags: ["optional", ...item.flags] };
    }
    if (!isToken(this.#next)) return this.#typed();
    const word = this.#take();
    const [, renamed, name] = /^(.+)=(.+)$/.exec(word) ?? [];
    if (renamed !== undefined && name !== undefined) return pureToken(renamed, name);
    const token = word.replaceAll("'", "");
    if (/^[|)\]]|^$|^\[/.test(this.#next) || isToken(this.#next))
      return pureToken(token, token.toLowerCase());
    return { ...this.#typed(), token };
  }

  #typed(): Argument {
    const inner = this.#next === "(" ? this.#group() : null;
    const word = this.#take();
    const [, name = "", type = "", display, stars = ""] =
      NAMED.exec(inner === null ? word : word.slice(2)) ?? [];
    const flags = (["multiple", "multiple_token"] as const).slice(0, stars.length);
    if (inner !== null) return { name, ...inner, flags };
    const given = type === "" ? (name === "key" ? "key" : "string") : type;
    return { name, type: given, display: display ?? name, flags };
  }

  /** What stands in parentheses, of which the second is not taken. */
  #group(): { type: Bytes; inner: readonly Argument[] } {
    this.#take();
    const inner = this.sequence();
    if (this.#next !== "|") return { type: "block", inner };
    while (this.#next === "|") {
      this.#take();
      inner.push(this.#item());
    }
    return { type: "oneof", inner };
  }
}

function isToken(word: string): boolean {
  return word.startsWith("'") || /^[^a-z([:]+(?:=.*)?$/.test(word);
}

function pureToken(token: Bytes, name: Bytes): Argument {
  return { name, type: "pure-token", token: token.replaceAll("'", ""), display: name, flags: [] };
}
