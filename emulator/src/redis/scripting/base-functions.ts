/** Lua's own functions that are different for scripts, and know nothing of what is protected. */
import type { Bytes } from "../values.ts";
import { type State, TYPE } from "./lua-api.ts";
import type { Machine, Native } from "./vm.ts";

/** How long a text may be that `load` reads in pieces. */
const LONGEST = 16 * 1024 * 1024;

/** Turns what was thrown into a table that says where: in the script, not in the function of C that has thrown it. */
export const HANDLER: string = `
local getinfo, type, tostring = debug.getinfo, type, tostring
return function(problem)
  local place = getinfo(2, "Sl")
  if place and place.what == "C" then place = getinfo(3, "Sl") end
  if type(problem) ~= "table" then problem = { err = "ERR " .. tostring(problem) } end
  if place then problem.source, problem.line = place.source, place.currentline end
  return problem
end`;

export function baseFunctions(lua: Machine): Readonly<Record<string, Native>> {
  return {
    loadstring: (L) => {
      const source = lua.checkBytes(L, 1);
      return load(lua, L, source, source);
    },
    load: (L) => load(lua, L, pieces(lua, L), "=(load)"),
    pcall: (L) => pcall(lua, L),
  };
}

/** Returns the function, or nil and a message. The second argument may name it. */
function load(lua: Machine, L: State, source: Bytes, otherwise: Bytes): number {
  const { api } = lua;
  const name = api.lua_isstring(L, 2) === 0 ? otherwise : lua.bytes(L, 2);
  if (lua.load(L, source, name)) return 1;
  api.lua_pushnil(L);
  api.lua_insert(L, -2);
  return 2;
}

/** What the function that is the first argument gives, until it gives nothing. */
function pieces(lua: Machine, L: State): Bytes {
  const { api } = lua;
  api.luaL_checktype(L, 1, TYPE.function);
  let source = "";
  for (;;) {
    api.lua_pushvalue(L, 1);
    api.lua_call(L, 0, 1);
    const isText = api.lua_isstring(L, -1) !== 0;
    if (!isText && api.lua_type(L, -1) !== TYPE.nil)
      lua.fail(L, "reader function must return a string");
    const piece = isText ? lua.bytes(L, -1) : "";
    api.lua_settop(L, -2);
    if (piece === "") return source;
    source += piece;
    if (source.length > LONGEST) lua.fail(L, "chunk has too many syntax levels");
  }
}

/** As scripts know pcall since before errors were tables: it returns the text of one. */
function pcall(lua: Machine, L: State): number {
  const { api } = lua;
  api.luaL_checkany(L, 1);
  const failed = api.lua_pcall(L, api.lua_gettop(L) - 1, -1, 0) !== 0;
  if (failed && api.lua_type(L, -1) === TYPE.table) {
    api.lua_getfield(L, -1, lua.text("err"));
    if (api.lua_isstring(L, -1) === 0) api.lua_settop(L, -2);
    else api.lua_replace(L, 1);
  }
  api.lua_pushboolean(L, Number(!failed));
  api.lua_insert(L, 1);
  return api.lua_gettop(L);
}
