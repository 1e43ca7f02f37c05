/** cmsgpack.unpack and its siblings. https://github.com/msgpack/msgpack/blob/master/spec.md */
import type { Bytes } from "../values.ts";
import type { State } from "./lua-api.ts";
import type { Machine } from "./vm.ts";

/** How deep arrays and maps may be in one another: bytes of a few kilobytes must not end the process. */
const DEEPEST = 2000;

/**
 * Pushes the values that the bytes hold from `from` on, `most` or all of them; with `most`, before them where the next
 * begins, -1 at the end. Returns how many it has pushed.
 */
export function unpackValues(
  lua: Machine,
  L: State,
  bytes: Bytes,
  from: number,
  most: number | null,
): number {
  const { api } = lua;
  const { length } = bytes;
  if (from < 0 || (most ?? 0) < 0)
    lua.fail(L, `Invalid request to unpack with offset of ${from} and limit of ${length}.`);
  if (from > length) lua.fail(L, `Start offset ${from} greater than input length ${length}.`);
  api.lua_settop(L, 1);
  const reader = new Reader(lua, L, bytes, from);
  let count = 0;
  while (reader.at < length && count < (most ?? Number.POSITIVE_INFINITY)) {
    reader.value();
    count++;
  }
  if (most === null) return count;
  api.luaL_checkstack(L, 1, lua.text("in function mp_unpack_full"));
  api.lua_pushnumber(L, reader.at >= length ? -1 : reader.at);
  api.lua_insert(L, 2);
  return count + 1;
}

class Reader {
  at: number;
  readonly #lua: Machine;
  readonly #L: State;
  readonly #bytes: Buffer;
  #depth = 0;

  constructor(lua: Machine, L: State, bytes: Bytes, from: number) {
    this.#lua = lua;
    this.#L = L;
    this.#bytes = Buffer.from(bytes, "latin1");
    this.at = from;
  }

  value(): void {
    const { api } = this.#lua;
    const L = this.#L;
    api.luaL_checkstack(
      L,
      1,
      this.#lua.text("too many return values at once; use unpack_one or unpack_limit instead."),
    );
    const type = this.#bytes.readUInt8(this.#take(1));
    if (type < 0x80) return api.lua_pushnumber(L, type);
    if (type < 0x90) return this.#map(type & 0xf);
    if (type < 0xa0) return this.#array(type & 0xf);
    if (type < 0xc0) return this.#text(type & 0x1f);
    if (type >= 0xe0) return api.lua_pushnumber(L, type - 0x100);
    switch (type) {
      case 0xc0:
        return api.lua_pushnil(L);
      case 0xc2:
      case 0xc3:
        return api.lua_pushboolean(L, type & 1);
      case 0xca:
        return api.lua_pushnumber(L, this.#bytes.readFloatBE(this.#take(4)));
      case 0xcb:
        return api.lua_pushnumber(L, this.#bytes.readDoubleBE(this.#take(8)));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return api.lua_pushnumber(L, this.#unsigned(1 << (type - 0xcc)));
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return api.lua_pushnumber(L, this.#signed(1 << (type - 0xd0)));
      // The unsigned one as well: lua_pushinteger makes it signed.
      case 0xcf:
      case 0xd3:
        return api.lua_pushnumber(L, Number(this.#bytes.readBigInt64BE(this.#take(8))));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(1 << (type - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(2 << (type - 0xdc)));
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(2 << (type - 0xde)));
      default:
        this.#lua.fail(L, "Bad data format in input.");
    }
  }

  #array(length: number): void {
    const { api } = this.#lua;
    this.#descend();
    api.lua_createtable(this.#L, 0, 0);
    for (let place = 1; place <= length; place++) {
      this.value();
      api.lua_rawseti(this.#L, -2, place);
    }
    this.#depth--;
  }

  #map(length: number): void {
    const { api } = this.#lua;
    this.#descend();
    api.lua_createtable(this.#L, 0, 0);
    for (let entry = 0; entry < length; entry++) {
      this.value();
      this.value();
      api.lua_settable(this.#L, -3);
    }
    this.#depth--;
  }

  #descend(): void {
    if (++this.#depth > DEEPEST) this.#lua.fail(this.#L, "Bad data format in input.");
  }

  #text(length: number): void {
    const from = this.#take(length);
    this.#lua.push(this.#L, this.#bytes.toString("latin1", from, from + length));
  }

  #unsigned(size: number): number {
    return this.#bytes.readUIntBE(this.#take(size), size);
  }

  #signed(size: number): number {
    return this.#bytes.readIntBE(this.#take(size), size);
  }

  /** Where the next so many bytes are; behind them it goes on. */
  #take(size: number): number {
    const { at } = this;
    if (at + size > this.#bytes.length) this.#lua.fail(this.#L, "Missing bytes in input.");
    this.at = at + size;
    return at;
  }
}
