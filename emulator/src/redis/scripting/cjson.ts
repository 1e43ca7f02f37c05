/** The library `cjson`: lua-cjson 2.1 as Redis has it. https://www.kyne.com.au/~mark/software/lua-cjson-manual.html */
import { decodeJson } from "./cjson-decode.ts";
import { encodeJson } from "./cjson-encode.ts";
import { type State, TYPE } from "./lua-api.ts";
import type { Machine, Native } from "./vm.ts";

/** What the functions of the library set; each table of `cjson.new()` has its own. */
export interface JsonSettings {
  sparseConvert: boolean;
  sparseRatio: number;
  sparseSafe: number;
  encodeDepth: number;
  decodeDepth: number;
  precision: number;
  keepsBuffer: boolean;
  encodeInvalid: "off" | "on" | "null";
  decodeInvalid: boolean;
}

const MOST = 2 ** 31 - 1;

/** Pushes the library's table. */
export function pushCjson(lua: Machine, L: State): void {
  const { api } = lua;
  const settings: JsonSettings = {
    sparseConvert: false,
    sparseRatio: 2,
    sparseSafe: 10,
    encodeDepth: 1000,
    decodeDepth: 1000,
    precision: 14,
    keepsBuffer: true,
    encodeInvalid: "off",
    decodeInvalid: true,
  };
  api.lua_createtable(L, 0, 13);
  for (const [name, native] of Object.entries(functions(lua, settings)))
    lua.setFunction(L, name, native);
  api.lua_pushlightuserdata(L, 0);
  api.lua_setfield(L, -2, lua.text("null"));
  lua.push(L, "cjson");
  api.lua_setfield(L, -2, lua.text("_NAME"));
  lua.push(L, "2.1.0");
  api.lua_setfield(L, -2, lua.text("_VERSION"));
}

function functions(lua: Machine, settings: JsonSettings): Record<string, Native> {
  const { api } = lua;
  const oneArgument = (L: State) => {
    if (api.lua_gettop(L) !== 1) api.luaL_argerror(L, 1, lua.text("expected 1 argument"));
  };
  return {
    encode: (L) => {
      oneArgument(L);
      lua.push(L, encodeJson(lua, L, settings));
      return 1;
    },
    decode: (L) => {
      oneArgument(L);
      decodeJson(lua, L, lua.checkBytes(L, 1), settings);
      return 1;
    },
    encode_sparse_array: (L) => {
      settingsOnly(lua, L, 3);
      settings.sparseConvert = onOff(lua, L, 1, settings.sparseConvert);
      settings.sparseRatio = whole(lua, L, 2, settings.sparseRatio, 0, MOST);
      settings.sparseSafe = whole(lua, L, 3, settings.sparseSafe, 0, MOST);
      return 3;
    },
    encode_max_depth: (L) => {
      settingsOnly(lua, L, 1);
      settings.encodeDepth = whole(lua, L, 1, settings.encodeDepth, 1, MOST);
      return 1;
    },
    decode_max_depth: (L) => {
      settingsOnly(lua, L, 1);
      settings.decodeDepth = whole(lua, L, 1, settings.decodeDepth, 1, MOST);
      return 1;
    },
    encode_number_precision: (L) => {
      settingsOnly(lua, L, 1);
      settings.precision = whole(lua, L, 1, settings.precision, 1, 14);
      return 1;
    },
    encode_keep_buffer: (L) => {
      settingsOnly(lua, L, 1);
      settings.keepsBuffer = onOff(lua, L, 1, settings.keepsBuffer);
      return 1;
    },
    encode_invalid_numbers: (L) => {
      settingsOnly(lua, L, 1);
      settings.encodeInvalid = offOnNull(lua, L, settings.encodeInvalid);
      return 1;
    },
    decode_invalid_numbers: (L) => {
      settingsOnly(lua, L, 1);
      settings.decodeInvalid = onOff(lua, L, 1, settings.decodeInvalid);
      return 1;
    },
    new: (L) => {
      pushCjson(lua, L);
      return 1;
    },
  };
}

/** A setting's function takes no more than its settings; those that are not given stay, and all are returned. */
function settingsOnly(lua: Machine, L: State, count: number): void {
  if (lua.api.lua_gettop(L) > count)
    lua.api.luaL_argerror(L, count + 1, lua.text("found too many arguments"));
  lua.api.lua_settop(L, count);
}

function whole(
  lua: Machine,
  L: State,
  argument: number,
  current: number,
  least: number,
  most: number,
): number {
  const { api } = lua;
  let value = current;
  if (api.lua_type(L, argument) !== TYPE.nil) {
    value = api.luaL_checkinteger(L, argument);
    if (value < least || value > most)
      api.luaL_argerror(L, 1, lua.text(`expected integer between ${least} and ${most}`));
  }
  api.lua_pushnumber(L, value);
  return value;
}

function onOff(lua: Machine, L: State, argument: number, current: boolean): boolean {
  const given = option(lua, L, argument, ["off", "on"]);
  const value = given === null ? current : given === "on";
  lua.api.lua_pushboolean(L, Number(value));
  return value;
}

function offOnNull(
  lua: Machine,
  L: State,
  current: JsonSettings["encodeInvalid"],
): JsonSettings["encodeInvalid"] {
  const value = option(lua, L, 1, ["off", "on", "null"] as const) ?? current;
  if (value === "null") lua.push(L, value);
  else lua.api.lua_pushboolean(L, Number(value === "on"));
  return value;
}

/** One of the words, or a boolean for the first two; null where nil stands. */
function option<Word extends string>(
  lua: Machine,
  L: State,
  argument: number,
  words: readonly Word[],
): Word | null {
  const { api } = lua;
  const type = api.lua_type(L, argument);
  if (type === TYPE.nil) return null;
  if (type === TYPE.boolean) return words[api.lua_toboolean(L, argument)] ?? null;
  const given = lua.checkBytes(L, argument);
  const word = words.find((each) => each === given);
  if (word !== undefined) return word;
  return lua.failArgument(L, argument, `invalid option '${given}'`);
}
