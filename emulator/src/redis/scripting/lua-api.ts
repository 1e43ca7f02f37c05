/** What is used of Lua's C API, and of what carries it. https://www.lua.org/manual/5.1/manual.html#3.7 */

/** A lua_State: a pointer. A coroutine has one of its own. */
export type State = number;

type Pointer = number;

export const REGISTRY = -10_000;
export const GLOBALS = -10_002;

/** lua_type. */
export const TYPE = {
  none: -1,
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
} as const;

export interface LuaApi {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly __indirect_function_table: {
    get(index: number): (...parameters: number[]) => number;
    set(index: number, entry: never): void;
    grow(by: number): number;
  };
  __wasm_call_ctors(): void;
  malloc(size: number): Pointer;
  free(at: Pointer): void;
  stackSave(): number;
  stackRestore(stack: number): void;
  setThrew(threw: number, value: number): void;

  luaL_newstate(): State;
  lua_close(L: State): void;
  lua_gc(L: State, what: number, data: number): number;
  lua_sethook(L: State, hook: number, mask: number, count: number): number;
  luaopen_base(L: State): number;
  luaopen_table(L: State): number;
  luaopen_string(L: State): number;
  luaopen_math(L: State): number;
  luaopen_debug(L: State): number;

  lua_gettop(L: State): number;
  lua_settop(L: State, index: number): void;
  lua_pushvalue(L: State, index: number): void;
  lua_remove(L: State, index: number): void;
  lua_insert(L: State, index: number): void;
  lua_replace(L: State, index: number): void;
  lua_checkstack(L: State, size: number): number;

  lua_type(L: State, index: number): number;
  lua_typename(L: State, type: number): Pointer;
  lua_isnumber(L: State, index: number): number;
  lua_isstring(L: State, index: number): number;
  lua_iscfunction(L: State, index: number): number;
  lua_toboolean(L: State, index: number): number;
  lua_tonumber(L: State, index: number): number;
  lua_tolstring(L: State, index: number, length: Pointer): Pointer;
  lua_topointer(L: State, index: number): Pointer;
  lua_touserdata(L: State, index: number): Pointer;
  lua_objlen(L: State, index: number): number;

  lua_pushnil(L: State): void;
  lua_pushboolean(L: State, value: number): void;
  lua_pushnumber(L: State, value: number): void;
  lua_pushlstring(L: State, at: Pointer, length: number): void;
  lua_pushcclosure(L: State, entry: number, upvalues: number): void;
  lua_pushlightuserdata(L: State, at: Pointer): void;

  lua_createtable(L: State, items: number, fields: number): void;
  lua_gettable(L: State, index: number): void;
  lua_settable(L: State, index: number): void;
  lua_getfield(L: State, index: number, name: Pointer): void;
  lua_setfield(L: State, index: number, name: Pointer): void;
  lua_rawget(L: State, index: number): void;
  lua_rawset(L: State, index: number): void;
  lua_rawgeti(L: State, index: number, item: number): void;
  lua_rawseti(L: State, index: number, item: number): void;
  lua_next(L: State, index: number): number;
  lua_getmetatable(L: State, index: number): number;
  lua_setmetatable(L: State, index: number): number;

  lua_call(L: State, parameters: number, results: number): void;
  lua_pcall(L: State, parameters: number, results: number, handler: number): number;
  lua_error(L: State): number;
  lua_concat(L: State, count: number): void;
  luaL_where(L: State, level: number): void;
  luaL_loadbuffer(L: State, at: Pointer, size: number, chunk: Pointer): number;
  luaL_ref(L: State, table: number): number;
  luaL_unref(L: State, table: number, reference: number): void;
  luaL_argerror(L: State, argument: number, message: Pointer): number;
  luaL_typerror(L: State, argument: number, expected: Pointer): number;
  luaL_checktype(L: State, argument: number, type: number): void;
  luaL_checkany(L: State, argument: number): void;
  luaL_checknumber(L: State, argument: number): number;
  luaL_checkinteger(L: State, argument: number): number;
  luaL_optinteger(L: State, argument: number, otherwise: number): number;
  luaL_checklstring(L: State, argument: number, length: Pointer): Pointer;
  luaL_checkstack(L: State, size: number, message: Pointer): void;
  luaL_getmetafield(L: State, index: number, name: Pointer): number;
}
