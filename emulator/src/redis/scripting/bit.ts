/** The library `bit`: LuaBitOp's functions over 32 bits. https://bitop.luajit.org/api.html */
import { type State, TYPE } from "./lua-api.ts";
import type { Machine, Native } from "./vm.ts";

/** Pushes the library's table. */
export function pushBit(lua: Machine, L: State): void {
  lua.api.lua_createtable(L, 0, 12);
  for (const [name, native] of Object.entries(functions(lua))) lua.setFunction(L, name, native);
}

function functions(lua: Machine): Record<string, Native> {
  const { api } = lua;
  const result = (L: State, value: number) => {
    api.lua_pushnumber(L, value | 0);
    return 1;
  };
  const overAll =
    (combine: (left: number, right: number) => number): Native =>
    (L) => {
      let value = bitsAt(lua, L, 1);
      for (let index = api.lua_gettop(L); index > 1; index--)
        value = combine(value, bitsAt(lua, L, index));
      return result(L, value);
    };
  const shift =
    (by: (value: number, places: number) => number): Native =>
    (L) =>
      result(L, by(bitsAt(lua, L, 1), bitsAt(lua, L, 2) & 31));
  return {
    tobit: (L) => result(L, bitsAt(lua, L, 1)),
    bnot: (L) => result(L, ~bitsAt(lua, L, 1)),
    band: overAll((left, right) => left & right),
    bor: overAll((left, right) => left | right),
    bxor: overAll((left, right) => left ^ right),
    lshift: shift((value, places) => value << places),
    rshift: shift((value, places) => value >>> places),
    arshift: shift((value, places) => value >> places),
    rol: shift((value, places) => (value << places) | (value >>> (32 - places))),
    ror: shift((value, places) => (value << (32 - places)) | (value >>> places)),
    bswap: (L) => {
      const value = bitsAt(lua, L, 1);
      return result(
        L,
        (value >>> 24) | ((value >>> 8) & 0xff00) | ((value & 0xff00) << 8) | (value << 24),
      );
    },
    tohex: (L) => {
      const value = bitsAt(lua, L, 1);
      const places = api.lua_type(L, 2) === TYPE.none ? 8 : bitsAt(lua, L, 2);
      const count = Math.min(8, Math.abs(places));
      const digits = count === 0 ? "" : (value >>> 0).toString(16).padStart(8, "0").slice(-count);
      lua.push(L, places < 0 ? digits.toUpperCase() : digits);
      return 1;
    },
  };
}

/** An argument as 32 bits: rounded to the nearest integer, then cut off. */
function bitsAt(lua: Machine, L: State, argument: number): number {
  const { api } = lua;
  if (api.lua_isnumber(L, argument) === 0) api.luaL_typerror(L, argument, lua.text("number"));
  return roundToEven(api.lua_tonumber(L, argument)) | 0;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}
