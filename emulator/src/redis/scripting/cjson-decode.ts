/** cjson.decode. What it takes is wider than JSON: hexadecimal numbers, NaN, Infinity, and bytes that are no UTF-8. */
import type { Bytes } from "../values.ts";
import type { JsonSettings } from "./cjson.ts";
import type { State } from "./lua-api.ts";
import type { Machine } from "./vm.ts";

/** Pushes the value that a text is, or fails. */
export function decodeJson(lua: Machine, L: State, text: Bytes, settings: JsonSettings): void {
  if (text.length >= 2 && (text[0] === "\0" || text[1] === "\0"))
    lua.fail(L, "JSON parser does not support UTF-16 or UTF-32");
  const reader = new Reader(lua, L, text, settings);
  reader.value(reader.next());
  reader.expect(reader.next(), "T_END", "the end");
}

type Token = { readonly at: number } & (
  | { readonly type: "T_STRING"; readonly text: Bytes }
  | { readonly type: "T_NUMBER"; readonly number: number }
  | { readonly type: "T_BOOLEAN"; readonly value: boolean }
  | { readonly type: "T_ERROR"; readonly why: string }
  | {
      readonly type:
        | "T_OBJ_BEGIN"
        | "T_OBJ_END"
        | "T_ARR_BEGIN"
        | "T_ARR_END"
        | "T_COLON"
        | "T_COMMA"
        | "T_NULL"
        | "T_END";
    }
);

const SIGNS = {
  "{": "T_OBJ_BEGIN",
  "}": "T_OBJ_END",
  "[": "T_ARR_BEGIN",
  "]": "T_ARR_END",
  ":": "T_COLON",
  ",": "T_COMMA",
} as const;

const PLAIN = /[^"\\\0]*/y;
const NUMBER =
  /[+-]?(?:0x[\da-f]+\.?[\da-f]*(?:p[+-]?\d+)?|inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/iy;
const UNUSUAL = /-?(?:0[x\d]|inf|nan)|\+/iy;

class Reader {
  readonly #lua: Machine;
  readonly #L: State;
  readonly #text: Bytes;
  readonly #settings: JsonSettings;
  #at = 0;
  #depth = 0;

  constructor(lua: Machine, L: State, text: Bytes, settings: JsonSettings) {
    this.#lua = lua;
    this.#L = L;
    this.#text = text;
    this.#settings = settings;
  }

  value(token: Token): void {
    const { api } = this.#lua;
    switch (token.type) {
      case "T_STRING":
        return this.#lua.push(this.#L, token.text);
      case "T_NUMBER":
        return api.lua_pushnumber(this.#L, token.number);
      case "T_BOOLEAN":
        return api.lua_pushboolean(this.#L, Number(token.value));
      case "T_NULL":
        return api.lua_pushlightuserdata(this.#L, 0);
      case "T_OBJ_BEGIN":
        return this.#object();
      case "T_ARR_BEGIN":
        return this.#array();
      default:
        this.#unexpected(token, "value");
    }
  }

  expect(token: Token, type: Token["type"], expected: string): void {
    if (token.type !== type) this.#unexpected(token, expected);
  }

  next(): Token {
    while (" \t\n\r".includes(this.#text[this.#at] ?? "end")) this.#at++;
    const at = this.#at;
    const character = this.#text[at];
    if (character === undefined || character === "\0") return { type: "T_END", at };
    if (Object.hasOwn(SIGNS, character)) {
      this.#at++;
      return { type: SIGNS[character as keyof typeof SIGNS], at };
    }
    if (character === '"') return this.#string();
    if (character === "-" || (character >= "0" && character <= "9")) return this.#number(at);
    for (const word of ["true", "false", "null"]) {
      if (!this.#text.startsWith(word, at)) continue;
      this.#at += word.length;
      return word === "null"
        ? { type: "T_NULL", at }
        : { type: "T_BOOLEAN", value: word === "true", at };
    }
    if (this.#settings.decodeInvalid && this.#isUnusual()) return this.#number(at);
    return { type: "T_ERROR", why: "invalid token", at };
  }

  #object(): void {
    const { api } = this.#lua;
    this.#descend(3);
    api.lua_createtable(this.#L, 0, 0);
    let token = this.next();
    while (token.type !== "T_OBJ_END") {
      if (token.type !== "T_STRING") return this.#unexpected(token, "object key string");
      this.#lua.push(this.#L, token.text);
      this.expect(this.next(), "T_COLON", "colon");
      this.value(this.next());
      api.lua_rawset(this.#L, -3);
      token = this.next();
      if (token.type === "T_OBJ_END") break;
      this.expect(token, "T_COMMA", "comma or object end");
      token = this.next();
      this.#notTheEnd(token, "T_OBJ_END", "object key string");
    }
    this.#depth--;
  }

  #array(): void {
    const { api } = this.#lua;
    this.#descend(2);
    api.lua_createtable(this.#L, 0, 0);
    let token = this.next();
    for (let place = 1; token.type !== "T_ARR_END"; place++) {
      this.value(token);
      api.lua_rawseti(this.#L, -2, place);
      token = this.next();
      if (token.type === "T_ARR_END") break;
      this.expect(token, "T_COMMA", "comma or array end");
      token = this.next();
      this.#notTheEnd(token, "T_ARR_END", "value");
    }
    this.#depth--;
  }

  /** After a comma something comes. */
  #notTheEnd(token: Token, end: Token["type"], expected: string): void {
    if (token.type === end) this.#unexpected(token, expected);
  }

  #descend(slots: number): void {
    this.#depth++;
    if (
      this.#depth > this.#settings.decodeDepth ||
      this.#lua.api.lua_checkstack(this.#L, slots) === 0
    )
      this.#lua.fail(
        this.#L,
        `Found too many nested data structures (${this.#depth}) at character ${this.#at}`,
      );
  }

  #number(at: number): Token {
    if (!this.#settings.decodeInvalid && this.#isUnusual())
      return { type: "T_ERROR", why: "invalid number", at };
    const digits = this.#match(NUMBER);
    if (digits === "") return { type: "T_ERROR", why: "invalid number", at };
    return { type: "T_NUMBER", number: numberOf(digits.toLowerCase()), at };
  }

  #isUnusual(): boolean {
    UNUSUAL.lastIndex = this.#at;
    return UNUSUAL.test(this.#text);
  }

  #string(): Token {
    const at = this.#at++;
    let text = "";
    for (;;) {
      text += this.#match(PLAIN);
      const character = this.#text[this.#at];
      if (character === '"') {
        this.#at++;
        return { type: "T_STRING", text, at };
      }
      if (character !== "\\")
        return { type: "T_ERROR", why: "unexpected end of string", at: this.#at };
      const escape = this.#text[this.#at + 1] ?? "";
      const plain = Object.hasOwn(ESCAPED, escape) ? ESCAPED[escape] : undefined;
      if (plain !== undefined) {
        text += plain;
        this.#at += 2;
      } else if (escape === "u") {
        const point = this.#codePoint();
        if (point === null)
          return { type: "T_ERROR", why: "invalid unicode escape code", at: this.#at };
        text += Buffer.from(String.fromCodePoint(point)).toString("latin1");
      } else return { type: "T_ERROR", why: "invalid escape code", at: this.#at };
    }
  }

  /** What `\uXXXX` stands for, or two of them, as surrogates. */
  #codePoint(): number | null {
    const first = this.#hexadecimal(this.#at + 2);
    if (first === null || (first & 0xfc00) === 0xdc00) return null;
    if ((first & 0xfc00) !== 0xd800) {
      this.#at += 6;
      return first;
    }
    if (!this.#text.startsWith("\\u", this.#at + 6)) return null;
    const second = this.#hexadecimal(this.#at + 8);
    if (second === null || (second & 0xfc00) !== 0xdc00) return null;
    this.#at += 12;
    return ((first & 0x3ff) << 10) + (second & 0x3ff) + 0x10000;
  }

  #hexadecimal(at: number): number | null {
    const digits = this.#text.slice(at, at + 4);
    return /^[\da-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : null;
  }

  #match(pattern: RegExp): Bytes {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #unexpected(token: Token, expected: string): never {
    const found = token.type === "T_ERROR" ? token.why : token.type;
    return this.#lua.fail(
      this.#L,
      `Expected ${expected} but found ${found} at character ${token.at + 1}`,
    );
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** As strtod reads it. */
function numberOf(digits: string): number {
  const negative = digits.startsWith("-");
  const text = digits.replace(/^[+-]/, "");
  const value = text.startsWith("0x")
    ? hexadecimalOf(text.slice(2))
    : text.startsWith("inf")
      ? Number.POSITIVE_INFINITY
      : Number(text);
  return negative ? -value : value;
}

function hexadecimalOf(digits: string): number {
  const [mantissa = "", power = "0"] = digits.split("p");
  const [whole = "", rest = ""] = mantissa.split(".");
  return Number.parseInt(whole + rest, 16) * 2 ** (Number(power) - 4 * rest.length);
}
