/** Lua's functions on tables, for scripts: they know which tables stand in front of others, and let nobody look behind. */
import { GLOBALS, REGISTRY, type State, TYPE } from "./lua-api.ts";
import type { Machine, Native } from "./vm.ts";

/** Tables in front of others. */
export interface Fronts {
  /** By where they are: the real ones' places in the registry. */
  readonly real: Map<number, number>;
  /** The place of the one in front of the globals, and of what getmetatable gives for it. */
  globals: number;
  globalsMetatable: number;
}

export const READ_ONLY = "Attempt to modify a readonly table";

export function tableFunctions(
  lua: Machine,
  L: State,
  fronts: Fronts,
): Readonly<Record<string, Native>> {
  const { api } = lua;
  // Lua's own, for loops: what it is given there is never in front of something.
  api.lua_getfield(L, GLOBALS, lua.text("next"));
  const realNext = api.luaL_ref(L, REGISTRY);
  return {
    getmetatable: (at) => getmetatable(lua, at, fronts),
    setmetatable: (at) => setmetatable(lua, at, fronts),
    rawset: (at) => {
      api.luaL_checktype(at, 1, TYPE.table);
      api.luaL_checkany(at, 2);
      api.luaL_checkany(at, 3);
      refuseIfProtected(lua, at, fronts);
      api.lua_settop(at, 3);
      api.lua_rawset(at, 1);
      return 1;
    },
    rawget: (at) => {
      uncover(lua, at, fronts);
      api.luaL_checktype(at, 1, TYPE.table);
      api.luaL_checkany(at, 2);
      api.lua_settop(at, 2);
      api.lua_rawget(at, 1);
      return 1;
    },
    next: (at) => {
      uncover(lua, at, fronts);
      return next(lua, at);
    },
    pairs: (at) => {
      uncover(lua, at, fronts);
      api.luaL_checktype(at, 1, TYPE.table);
      api.lua_settop(at, 1);
      api.lua_rawgeti(at, REGISTRY, realNext);
      api.lua_insert(at, 1);
      api.lua_pushnil(at);
      return 3;
    },
  };
}

function next(lua: Machine, L: State): number {
  const { api } = lua;
  api.luaL_checktype(L, 1, TYPE.table);
  api.lua_settop(L, 2);
  if (api.lua_next(L, 1) !== 0) return 2;
  api.lua_pushnil(L);
  return 1;
}

function getmetatable(lua: Machine, L: State, fronts: Fronts): number {
  const { api } = lua;
  api.luaL_checkany(L, 1);
  const front = api.lua_topointer(L, 1);
  if (fronts.real.has(front)) {
    api.lua_rawgeti(L, REGISTRY, fronts.globals);
    if (api.lua_topointer(L, -1) === front) api.lua_rawgeti(L, REGISTRY, fronts.globalsMetatable);
    else api.lua_pushnil(L);
    return 1;
  }
  if (api.lua_getmetatable(L, 1) === 0) api.lua_pushnil(L);
  else api.luaL_getmetafield(L, 1, lua.text("__metatable"));
  return 1;
}

function setmetatable(lua: Machine, L: State, fronts: Fronts): number {
  const { api } = lua;
  api.luaL_checktype(L, 1, TYPE.table);
  const type = api.lua_type(L, 2);
  if (type !== TYPE.nil && type !== TYPE.table) lua.failArgument(L, 2, "nil or table expected");
  refuseIfProtected(lua, L, fronts);
  if (api.luaL_getmetafield(L, 1, lua.text("__metatable")) !== 0)
    lua.fail(L, "cannot change a protected metatable");
  api.lua_settop(L, 2);
  api.lua_setmetatable(L, 1);
  return 1;
}

function refuseIfProtected(lua: Machine, L: State, fronts: Fronts): void {
  if (!fronts.real.has(lua.api.lua_topointer(L, 1))) return;
  lua.push(L, READ_ONLY);
  lua.raise(L);
}

/** Puts the real table in the place of the first argument, where that is in front of one. */
function uncover(lua: Machine, L: State, fronts: Fronts): void {
  const { api } = lua;
  if (api.lua_type(L, 1) !== TYPE.table) return;
  const real = fronts.real.get(api.lua_topointer(L, 1));
  if (real === undefined) return;
  api.lua_rawgeti(L, REGISTRY, real);
  api.lua_replace(L, 1);
}
