/** The library `cmsgpack`: lua-cmsgpack 0.4 as Redis has it. https://github.com/antirez/lua-cmsgpack */
import { packValue } from "./cmsgpack-pack.ts";
import { unpackValues } from "./cmsgpack-unpack.ts";
import type { State } from "./lua-api.ts";
import type { Machine } from "./vm.ts";

const FACTS = {
  _NAME: "cmsgpack",
  _VERSION: "lua-cmsgpack 0.4.0",
  _COPYRIGHT: "Copyright (C) 2012, Salvatore Sanfilippo",
  _DESCRIPTION: "MessagePack C implementation for Lua",
};

/** Pushes the library's table. */
export function pushCmsgpack(lua: Machine, L: State): void {
  const { api } = lua;
  api.lua_createtable(L, 0, 8);
  lua.setFunction(L, "pack", (at) => {
    const count = api.lua_gettop(at);
    if (count === 0) lua.failArgument(at, 0, "MessagePack pack needs input.");
    let packed = "";
    for (let argument = 1; argument <= count; argument++) {
      api.luaL_checkstack(at, 1, lua.text("in function mp_check"));
      api.lua_pushvalue(at, argument);
      packed += packValue(lua, at);
    }
    lua.push(at, packed);
    return 1;
  });
  lua.setFunction(L, "unpack", (at) => unpackValues(lua, at, lua.checkBytes(at, 1), 0, null));
  lua.setFunction(L, "unpack_one", (at) => {
    const from = api.luaL_optinteger(at, 2, 0);
    return unpackValues(lua, at, lua.checkBytes(at, 1), from, 1);
  });
  lua.setFunction(L, "unpack_limit", (at) => {
    const limit = api.luaL_checkinteger(at, 2);
    const from = api.luaL_optinteger(at, 3, 0);
    // Neither a limit nor an offset is all of it, without the offset where it ended.
    const most = limit === 0 && from === 0 ? null : limit;
    return unpackValues(lua, at, lua.checkBytes(at, 1), from, most);
  });
  for (const [name, text] of Object.entries(FACTS)) {
    lua.push(L, text);
    api.lua_setfield(L, -2, lua.text(name));
  }
}
