/** redis.register_function: a name and a function, or a table of named arguments. */
import type { Bytes } from "../values.ts";
import { REGISTRY, type State, TYPE } from "./lua-api.ts";
import { SCRIPT_FLAGS, type ScriptFlag } from "./shebang.ts";
import { pushError } from "./lua-values.ts";
import type { Machine } from "./vm.ts";

export interface Registration {
  readonly name: Bytes;
  readonly description: Bytes | null;
  readonly flags: ReadonlySet<ScriptFlag>;
  /** In Lua's registry. */
  readonly compiled: number;
}

/** What the call that runs registers. Raises an error where that is nothing. */
export function readRegistration(lua: Machine, L: State): Registration {
  const count = lua.api.lua_gettop(L);
  if (count < 1 || count > 2)
    refuse(lua, L, "wrong number of arguments to redis.register_function");
  return count === 1 ? named(lua, L) : positional(lua, L);
}

/** Ends the call with an error. */
export function refuse(lua: Machine, L: State, message: string): never {
  pushError(lua, L, `ERR ${message}`);
  return lua.raise(L);
}

function positional(lua: Machine, L: State): Registration {
  const { api } = lua;
  if (api.lua_isstring(L, 1) === 0)
    refuse(lua, L, "first argument to redis.register_function must be a string");
  if (api.lua_type(L, 2) !== TYPE.function)
    refuse(lua, L, "second argument to redis.register_function must be a function");
  const compiled = api.luaL_ref(L, REGISTRY);
  return { name: lua.bytes(L, 1), description: null, flags: new Set(), compiled };
}

function named(lua: Machine, L: State): Registration {
  const { api } = lua;
  if (api.lua_type(L, 1) !== TYPE.table)
    refuse(
      lua,
      L,
      "calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).",
    );
  let name: Bytes | null = null;
  let description: Bytes | null = null;
  let compiled: number | null = null;
  let flags: ReadonlySet<ScriptFlag> = new Set();
  api.lua_pushnil(L);
  while (api.lua_next(L, 1) !== 0) {
    if (api.lua_isstring(L, -2) === 0)
      refuse(lua, L, "named argument key given to redis.register_function is not a string");
    // A copy, as reading a number as a string would change the key.
    api.lua_pushvalue(L, -2);
    const key = lua.bytes(L, -1).toLowerCase();
    api.lua_settop(L, -2);
    if (key === "function_name") name = text(lua, L, key);
    else if (key === "description") description = text(lua, L, key);
    else if (key === "callback") {
      if (api.lua_type(L, -1) !== TYPE.function)
        refuse(lua, L, "callback argument given to redis.register_function must be a function");
      compiled = api.luaL_ref(L, REGISTRY);
      continue;
    } else if (key === "flags") flags = readFlags(lua, L);
    else refuse(lua, L, "unknown argument given to redis.register_function");
    api.lua_settop(L, -2);
  }
  if (name === null)
    return refuse(lua, L, "redis.register_function must get a function name argument");
  if (compiled === null)
    return refuse(lua, L, "redis.register_function must get a callback argument");
  return { name, description, flags, compiled };
}

function text(lua: Machine, L: State, argument: string): Bytes {
  if (lua.api.lua_isstring(L, -1) === 0)
    refuse(lua, L, `${argument} argument given to redis.register_function must be a string`);
  return lua.bytes(L, -1);
}

function readFlags(lua: Machine, L: State): ReadonlySet<ScriptFlag> {
  const { api } = lua;
  if (api.lua_type(L, -1) !== TYPE.table)
    refuse(
      lua,
      L,
      "flags argument to redis.register_function must be a table representing function flags",
    );
  const flags = new Set<ScriptFlag>();
  for (let place = 1; ; place++) {
    api.lua_rawgeti(L, -1, place);
    if (api.lua_type(L, -1) === TYPE.nil) break;
    const given = api.lua_isstring(L, -1) === 0 ? "" : lua.bytes(L, -1).toLowerCase();
    const flag = SCRIPT_FLAGS.find((each) => each === given);
    if (flag === undefined) return refuse(lua, L, "unknown flag given");
    flags.add(flag);
    api.lua_settop(L, -2);
  }
  api.lua_settop(L, -2);
  return flags;
}
