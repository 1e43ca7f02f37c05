/** The library `struct`: Roberto Ierusalimschy's, as Redis has it on 64 bits. http://www.inf.puc-rio.br/~roberto/struct/ */
import type { Bytes } from "../values.ts";
import type { State } from "./lua-api.ts";
import type { Machine } from "./vm.ts";

const MOST_INTEGER = 32;
const MOST_ALIGNMENT = 8;
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  B: 1,
  h: 2,
  H: 2,
  l: 8,
  L: 8,
  T: 8,
  f: 4,
  d: 8,
  x: 1,
};

/** Pushes the library's table. */
export function pushStruct(lua: Machine, L: State): void {
  const { api } = lua;
  api.lua_createtable(L, 0, 3);
  lua.setFunction(L, "pack", (at) => {
    lua.push(at, pack(lua, at));
    return 1;
  });
  lua.setFunction(L, "unpack", (at) => unpack(lua, at));
  lua.setFunction(L, "size", (at) => {
    api.lua_pushnumber(at, sizeOf(lua, at));
    return 1;
  });
}

function pack(lua: Machine, L: State): Bytes {
  const format = new Format(lua, L);
  // What is missing is nil, not nothing: so says the message.
  lua.api.lua_pushnil(L);
  let packed = "";
  let argument = 2;
  for (let option = format.next(); option !== null; option = format.next()) {
    packed += "\0".repeat(format.padding(packed.length, option));
    if (isInteger(option.letter))
      packed += integerBytes(lua.api.luaL_checknumber(L, argument++), option.size, format.little);
    else if (option.letter === "x") packed += "\0";
    else if (option.letter === "f" || option.letter === "d")
      packed += floatBytes(lua.api.luaL_checknumber(L, argument++), option.size, format.little);
    else if (option.letter === "c" || option.letter === "s") {
      const text = lua.checkBytes(L, argument++);
      const size = option.size === 0 ? text.length : option.size;
      if (text.length < size) lua.failArgument(L, argument, "string too short");
      packed += text.slice(0, size) + (option.letter === "s" ? "\0" : "");
    }
  }
  return packed;
}

function unpack(lua: Machine, L: State): number {
  const { api } = lua;
  const format = new Format(lua, L);
  const data = lua.checkBytes(L, 2);
  let at = api.luaL_optinteger(L, 3, 1) - 1;
  if (at === -1) lua.failArgument(L, 3, "offset must be 1 or greater");
  let count = 0;
  for (let option = format.next(); option !== null; option = format.next()) {
    const { letter } = option;
    let { size } = option;
    at += format.padding(at, option);
    if (at < 0 || at + size > data.length) lua.failArgument(L, 2, "data string too short");
    api.luaL_checkstack(L, 2, lua.text("too many results"));
    if (letter === "c" && size === 0) {
      if (count === 0 || api.lua_isnumber(L, -1) === 0)
        lua.fail(L, "format 'c0' needs a previous size");
      size = Math.trunc(api.lua_tonumber(L, -1));
      api.lua_settop(L, -2);
      count--;
      if (size < 0 || at + size > data.length) lua.failArgument(L, 2, "data string too short");
    }
    if (letter === "s") {
      const end = data.indexOf("\0", at);
      if (end < 0) lua.fail(L, "unfinished string in data");
      size = end - at + 1;
    }
    const bytes = data.slice(at, at + size);
    at += size;
    if (letter === "x" || letter === "") continue;
    if (letter === "c") lua.push(L, bytes);
    else if (letter === "s") lua.push(L, bytes.slice(0, -1));
    else if (letter === "f" || letter === "d") api.lua_pushnumber(L, floatOf(bytes, format.little));
    else api.lua_pushnumber(L, integerOf(bytes, format.little, letter === letter.toLowerCase()));
    count++;
  }
  api.lua_pushnumber(L, at + 1);
  return count + 1;
}

function sizeOf(lua: Machine, L: State): number {
  const format = new Format(lua, L, true);
  let size = 0;
  for (let option = format.next(); option !== null; option = format.next()) {
    size += format.padding(size, option);
    if (option.letter === "s") lua.failArgument(L, 1, "option 's' has no fixed size");
    if (option.letter === "c" && option.size === 0)
      lua.failArgument(L, 1, "option 'c0' has no fixed size");
    size += option.size;
  }
  return size;
}

/** What stands at one place: a letter and its size in bytes; no letter where it only set something. */
interface Option {
  readonly letter: string;
  readonly size: number;
}

class Format {
  little = true;
  readonly #lua: Machine;
  readonly #L: State;
  readonly #text: Bytes;
  readonly #lenient: boolean;
  #at = 0;
  #alignment = 1;

  /** Leniently, letters that mean nothing are passed over. */
  constructor(lua: Machine, L: State, lenient = false) {
    this.#lua = lua;
    this.#L = L;
    this.#lenient = lenient;
    this.#text = lua.checkBytes(L, 1);
  }

  next(): Option | null {
    const letter = this.#text[this.#at++];
    if (letter === undefined || letter === "\0") return null;
    const size = SIZES[letter];
    if (size !== undefined) return { letter, size };
    if (letter === "c") return { letter, size: this.#number(1) };
    if (letter === "s") return { letter, size: 0 };
    if (letter === "i" || letter === "I") {
      const width = this.#number(4);
      if (width > MOST_INTEGER)
        this.#lua.fail(this.#L, `integral size ${width} is larger than limit of ${MOST_INTEGER}`);
      return { letter, size: width };
    }
    this.#control(letter);
    return { letter: "", size: 0 };
  }

  /** How many bytes come before it, so that it is aligned. */
  padding(at: number, { letter, size }: Option): number {
    if (size === 0 || letter === "c") return 0;
    const unit = Math.min(size, this.#alignment);
    return (unit - (at & (unit - 1))) & (unit - 1);
  }

  #control(letter: string): void {
    if (letter === " ") return;
    if (letter === "<" || letter === ">") this.little = letter === "<";
    else if (letter === "!") {
      const alignment = this.#number(MOST_ALIGNMENT);
      if (alignment === 0 || (alignment & (alignment - 1)) !== 0)
        this.#lua.fail(this.#L, `alignment ${alignment} is not a power of 2`);
      this.#alignment = alignment;
    } else if (!this.#lenient || !/[\da-z]/i.test(letter))
      this.#lua.failArgument(this.#L, 1, `invalid format option '${letter}'`);
  }

  #number(otherwise: number): number {
    const digits = /^\d+/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0];
    if (digits === undefined) return otherwise;
    this.#at += digits.length;
    const number = Number(digits);
    if (number > 2 ** 31 - 1) this.#lua.fail(this.#L, "integral size overflow");
    return number;
  }
}

function isInteger(letter: string): boolean {
  return letter !== "" && "bBhHlLTiI".includes(letter);
}

/** Only 64 bits count: what is wider is filled up with zeros, as C's shifts leave it. */
function integerBytes(value: number, size: number, little: boolean): Bytes {
  let rest = BigInt.asUintN(64, Number.isFinite(value) ? BigInt(Math.trunc(value)) : 1n << 63n);
  let bytes = "";
  for (let place = 0; place < size; place++) {
    const byte = String.fromCharCode(Number(rest & 0xffn));
    bytes = little ? bytes + byte : byte + bytes;
    rest >>= 8n;
  }
  return bytes;
}

function integerOf(bytes: Bytes, little: boolean, signed: boolean): number {
  let value = 0n;
  for (let place = 0; place < bytes.length; place++) {
    const at = little ? bytes.length - 1 - place : place;
    value = BigInt.asUintN(64, value << 8n) | BigInt(bytes.charCodeAt(at));
  }
  return Number(signed ? BigInt.asIntN(Math.min(64, 8 * bytes.length), value) : value);
}

function floatBytes(value: number, size: number, little: boolean): Bytes {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, value, little);
  else view.setFloat64(0, value, little);
  return Buffer.from(view.buffer).toString("latin1");
}

function floatOf(bytes: Bytes, little: boolean): number {
  const { buffer, byteOffset } = Buffer.from(bytes, "latin1");
  const view = new DataView(buffer, byteOffset, bytes.length);
  return bytes.length === 4 ? view.getFloat32(0, little) : view.getFloat64(0, little);
}
