/**
 * The world that scripts see: Lua's harmless libraries, those that Redis adds, and nothing that can be changed, so that
 * no script leaves something behind for the next one.
 *
 * Lua 5.1 knows no tables that cannot be written. So scripts get empty tables in front of the real ones, which read from
 * them and refuse to be written, and functions that could look behind those know of them.
 */
import { baseFunctions, HANDLER } from "./base-functions.ts";
import { pushBit } from "./bit.ts";
import { pushCjson } from "./cjson.ts";
import { pushCmsgpack } from "./cmsgpack.ts";
import { GLOBALS, REGISTRY, type State } from "./lua-api.ts";
import { setRandom } from "./random.ts";
import { pushStruct } from "./struct.ts";
import { type Fronts, READ_ONLY, tableFunctions } from "./table-functions.ts";
import type { Machine } from "./vm.ts";

const PROTECTED = [
  "bit",
  "cjson",
  "cmsgpack",
  "coroutine",
  "math",
  "redis",
  "string",
  "struct",
  "table",
];
const REMOVED = ["debug", "dofile", "loadfile", "print"];

export class Sandbox {
  readonly L: State;
  /** The function for lua_pcall's errors. In the registry, as what else is a number here. */
  readonly handler: number;
  readonly #lua: Machine;
  /** The real globals. */
  readonly #globals: number;
  readonly #fronts: Fronts = { real: new Map(), globals: 0, globalsMetatable: 0 };

  /** `pushRedis` pushes the library `redis`. */
  constructor(lua: Machine, pushRedis: (L: State) => void) {
    const { api } = lua;
    const L = api.luaL_newstate();
    this.L = L;
    this.#lua = lua;
    for (const open of ["base", "table", "string", "math", "debug"] as const)
      api[`luaopen_${open}`](L);
    api.lua_settop(L, 0);
    this.handler = this.#handler();
    this.#setLibraries(pushRedis);
    for (const name of REMOVED) this.#setGlobal(name, () => api.lua_pushnil(L));
    const functions = { ...baseFunctions(lua), ...tableFunctions(lua, L, this.#fronts) };
    for (const [name, native] of Object.entries(functions))
      this.#setGlobal(name, () => lua.pushFunction(L, native));
    for (const name of PROTECTED) this.#setGlobal(name, () => this.#pushFrontOf(name));
    this.#protectStrings();
    api.lua_pushvalue(L, GLOBALS);
    this.#globals = this.#keep();
    this.#fronts.globalsMetatable = this.#protectGlobals();
    this.#fronts.globals = this.#frontOfGlobals();
    this.restore();
  }

  /** Sets a global variable to what is on top of the stack: KEYS, ARGV. */
  setGlobal(name: string): void {
    const { api } = this.#lua;
    api.lua_rawgeti(this.L, REGISTRY, this.#globals);
    api.lua_insert(this.L, -2);
    api.lua_setfield(this.L, -2, this.#lua.text(name));
    api.lua_settop(this.L, -2);
  }

  /** An empty stack, and the globals as they were: a script may have given the thread others. */
  restore(): void {
    const { api } = this.#lua;
    api.lua_settop(this.L, 0);
    api.lua_rawgeti(this.L, REGISTRY, this.#fronts.globals);
    api.lua_replace(this.L, GLOBALS);
  }

  /** While `action` runs, scripts have no global but those of the table on top of the stack, which goes. */
  withGlobals<Result>(action: () => Result): Result {
    const { api } = this.#lua;
    api.lua_rawgeti(this.L, REGISTRY, this.#fronts.globals);
    api.lua_getmetatable(this.L, -1);
    const metatable = this.#keep();
    api.lua_settop(this.L, -2);
    this.#setIndexOf(metatable);
    try {
      return action();
    } finally {
      api.lua_rawgeti(this.L, REGISTRY, this.#globals);
      this.#setIndexOf(metatable);
      api.luaL_unref(this.L, REGISTRY, metatable);
    }
  }

  /** Gives the table on top of the stack a refusal of fields that it has not. */
  refuseMissing(): void {
    const { api } = this.#lua;
    api.lua_createtable(this.L, 0, 1);
    this.#lua.setFunction(this.L, "__index", (L) => this.#missing(L));
    api.lua_setmetatable(this.L, -2);
  }

  /** Replaces the table on top of the stack by one in front of it. */
  protect(): void {
    const { api } = this.#lua;
    const real = this.#keep();
    api.lua_createtable(this.L, 0, 0);
    api.lua_createtable(this.L, 0, 2);
    api.lua_rawgeti(this.L, REGISTRY, real);
    api.lua_setfield(this.L, -2, this.#lua.text("__index"));
    this.#lua.setFunction(this.L, "__newindex", (L) => this.#lua.fail(L, READ_ONLY));
    api.lua_setmetatable(this.L, -2);
    this.#fronts.real.set(api.lua_topointer(this.L, -1), real);
  }

  // ------------------------------------------------------------ building

  #handler(): number {
    this.#lua.load(this.L, HANDLER, "@handler");
    this.#lua.api.lua_call(this.L, 0, 1);
    return this.#keep();
  }

  #setLibraries(pushRedis: (L: State) => void): void {
    this.#setGlobal("bit", () => pushBit(this.#lua, this.L));
    this.#setGlobal("cjson", () => pushCjson(this.#lua, this.L));
    this.#setGlobal("cmsgpack", () => pushCmsgpack(this.#lua, this.L));
    this.#setGlobal("struct", () => pushStruct(this.#lua, this.L));
    this.#setGlobal("redis", () => pushRedis(this.L));
    this.#setGlobal("math", () => {
      this.#lua.api.lua_getfield(this.L, GLOBALS, this.#lua.text("math"));
      setRandom(this.#lua, this.L);
    });
  }

  #pushFrontOf(name: string): void {
    this.#lua.api.lua_getfield(this.L, GLOBALS, this.#lua.text(name));
    this.protect();
  }

  /** Strings have their methods from the same table, by a metatable that is one for all of them. */
  #protectStrings(): void {
    const { api } = this.#lua;
    this.#lua.push(this.L, "");
    api.lua_getmetatable(this.L, -1);
    api.lua_getfield(this.L, GLOBALS, this.#lua.text("string"));
    api.lua_setfield(this.L, -2, this.#lua.text("__index"));
    api.lua_pushvalue(this.L, -1);
    this.protect();
    api.lua_setfield(this.L, -2, this.#lua.text("__metatable"));
    api.lua_settop(this.L, 0);
  }

  #protectGlobals(): number {
    const { api } = this.#lua;
    api.lua_rawgeti(this.L, REGISTRY, this.#globals);
    this.refuseMissing();
    api.lua_getmetatable(this.L, -1);
    this.protect();
    const metatable = this.#keep();
    api.lua_settop(this.L, 0);
    return metatable;
  }

  #frontOfGlobals(): number {
    const { api } = this.#lua;
    api.lua_rawgeti(this.L, REGISTRY, this.#globals);
    this.protect();
    api.lua_pushvalue(this.L, -1);
    api.lua_setfield(this.L, GLOBALS, this.#lua.text("_G"));
    return this.#keep();
  }

  #setGlobal(name: string, push: () => void): void {
    push();
    this.#lua.api.lua_setfield(this.L, GLOBALS, this.#lua.text(name));
  }

  #setIndexOf(metatable: number): void {
    const { api } = this.#lua;
    api.lua_rawgeti(this.L, REGISTRY, metatable);
    api.lua_insert(this.L, -2);
    api.lua_setfield(this.L, -2, this.#lua.text("__index"));
    api.lua_settop(this.L, -2);
  }

  #keep(): number {
    return this.#lua.api.luaL_ref(this.L, REGISTRY);
  }

  #missing(L: State): never {
    const { api } = this.#lua;
    if (api.lua_isstring(L, 2) === 0)
      this.#lua.fail(L, "Second argument to luaProtectedTableError must be a string or number");
    const name = this.#lua.bytes(L, 2);
    return this.#lua.fail(L, `Script attempted to access nonexistent global variable '${name}'`);
  }
}
