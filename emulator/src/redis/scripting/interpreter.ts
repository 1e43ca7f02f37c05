/** Runs what was compiled, and makes an answer of what it returns or throws. One for EVAL's scripts and one for functions. */
import { type Argv, type Bytes, Failure, type Reply } from "../values.ts";
import { REGISTRY, type State, TYPE } from "./lua-api.ts";
import { pushLoadingRedis, pushRedis, type Running } from "./redis-library.ts";
import { readRegistration, refuse, type Registration } from "./registration.ts";
import { Sandbox } from "./sandbox.ts";
import { isCounted, popReply, pushError } from "./lua-values.ts";
import type { Machine } from "./vm.ts";

/** After how many instructions it is looked how long a script has run. */
const INSTRUCTIONS = 100_000;
const LOADING_MS = 500;

/** A compiled function: its place in Lua's registry. */
export type Compiled = number;

export interface ScriptRun extends Running {
  /** What errors call it: the script's SHA1, the function's name. */
  readonly name: string;
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
  /** How long it may run, ms of real time; 0 for ever. */
  readonly limit: number;
}

export class Interpreter {
  readonly #lua: Machine;
  readonly #sandbox: Sandbox;
  #run: Running | null = null;

  constructor(lua: Machine) {
    this.#lua = lua;
    this.#sandbox = new Sandbox(lua, (L) => pushRedis(lua, L, () => this.#run));
  }

  /** @throws {Failure} with Lua's message as its text, without a code */
  compile(source: Bytes, chunk: "@user_script" | "@user_function"): Compiled {
    const { L } = this.#sandbox;
    this.#sandbox.restore();
    if (!this.#lua.load(L, source, chunk)) throw new Failure(this.#lua.bytes(L, -1));
    return this.#lua.api.luaL_ref(L, REGISTRY);
  }

  release(compiled: Compiled): void {
    this.#lua.api.luaL_unref(this.#sandbox.L, REGISTRY, compiled);
  }

  /** Runs an EVAL's script: it finds keys and arguments in global variables. */
  runScript(script: Compiled, run: ScriptRun): Reply {
    const { L } = this.#sandbox;
    this.#prepare(script);
    this.#pushList(run.keys);
    this.#sandbox.setGlobal("KEYS");
    this.#pushList(run.args);
    this.#sandbox.setGlobal("ARGV");
    return this.#call(L, 0, run);
  }

  /** Runs a function: it is given keys and arguments. */
  runFunction(compiled: Compiled, run: ScriptRun): Reply {
    this.#prepare(compiled);
    this.#pushList(run.keys);
    this.#pushList(run.args);
    return this.#call(this.#sandbox.L, 2, run);
  }

  /**
   * Runs a library of functions, which registers them by redis.register_function: there is nothing else it could use.
   * `register` may refuse one with a message. Returns what the library has failed with, or null.
   */
  runLibrary(
    library: Compiled,
    register: (registration: Registration) => string | null,
  ): string | null {
    const { L } = this.#sandbox;
    this.#prepare(library);
    return this.#loading(register, () => {
      const stop = this.#limit(L, LOADING_MS, "FUNCTION LOAD timeout");
      const failed = this.#lua.api.lua_pcall(L, 0, 0, 0) !== 0;
      stop();
      return failed ? this.#errorText(L) : null;
    });
  }

  #loading<Result>(
    register: (registration: Registration) => string | null,
    action: () => Result,
  ): Result {
    const { api } = this.#lua;
    const { L } = this.#sandbox;
    api.lua_createtable(L, 0, 1);
    let loading = true;
    pushLoadingRedis(this.#lua, L, (at) => {
      // A function may have kept it.
      if (!loading)
        refuse(
          this.#lua,
          at,
          "redis.register_function can only be called on FUNCTION LOAD command",
        );
      const registration = readRegistration(this.#lua, at);
      const refusal = register(registration);
      if (refusal === null) return 0;
      this.release(registration.compiled);
      return refuse(this.#lua, at, refusal);
    });
    this.#sandbox.refuseMissing();
    this.#sandbox.protect();
    api.lua_setfield(L, -2, this.#lua.text("redis"));
    this.#sandbox.refuseMissing();
    try {
      return this.#sandbox.withGlobals(action);
    } finally {
      loading = false;
    }
  }

  #prepare(compiled: Compiled): void {
    const { api } = this.#lua;
    this.#sandbox.restore();
    api.lua_rawgeti(this.#sandbox.L, REGISTRY, this.#sandbox.handler);
    api.lua_rawgeti(this.#sandbox.L, REGISTRY, compiled);
  }

  #pushList(items: Argv): void {
    const { L } = this.#sandbox;
    this.#lua.api.lua_createtable(L, items.length, 0);
    for (const [index, item] of items.entries()) {
      this.#lua.push(L, item);
      this.#lua.api.lua_rawseti(L, -2, index + 1);
    }
  }

  #call(L: State, parameters: number, run: ScriptRun): Reply {
    this.#run = run;
    const stop = this.#limit(
      L,
      run.limit,
      `Script stopped after ${run.limit} ms (busy-reply-threshold): here nobody could be told that it is busy`,
    );
    try {
      const failed = this.#lua.api.lua_pcall(L, parameters, 1, 1) !== 0;
      return failed ? this.#failure(L, run.name) : popReply(this.#lua, L, run.version);
    } finally {
      stop();
      this.#run = null;
    }
  }

  /**
   * The server would answer BUSY to everybody else until somebody kills the script. One thread cannot, so it ends by
   * itself: it fails at the next line, and again at each one where it catches that. Real time, as only that goes on while
   * it runs.
   */
  #limit(L: State, limit: number, message: string): () => void {
    if (limit === 0) return () => {};
    const began = performance.now();
    const interrupt = (at: State) => {
      if (performance.now() - began < limit) return;
      this.#lua.interruptEvery(at, 0, interrupt);
      pushError(this.#lua, at, `ERR ${message}`);
      this.#lua.raise(at);
    };
    this.#lua.interruptEvery(L, INSTRUCTIONS, interrupt);
    return () => this.#lua.interruptEvery(L, 0, null);
  }

  /** The error on top of the stack, as the handler has left it. */
  #failure(L: State, name: string): Failure {
    const { api } = this.#lua;
    if (api.lua_type(L, -1) !== TYPE.table)
      return new Failure(
        `ERR Error running script ${name}, ${this.#errorText(L).slice("ERR ".length, 104)}`,
      );
    const message = this.#field(L, "err") ?? "(null)";
    const counted = isCounted(this.#lua, L);
    const source = this.#field(L, "source");
    const line = this.#field(L, "line");
    return new Failure(
      source === null || line === null
        ? message
        : `${message} script: ${name}, on ${source}:${line}.`,
      counted,
    );
  }

  #errorText(L: State): string {
    const { api } = this.#lua;
    if (api.lua_type(L, -1) === TYPE.table) return this.#field(L, "err") ?? "(null)";
    return api.lua_isstring(L, -1) === 0 ? "execution failure" : `ERR ${this.#lua.bytes(L, -1)}`;
  }

  #field(L: State, name: string): Bytes | null {
    const { api } = this.#lua;
    this.#lua.push(L, name);
    api.lua_rawget(L, -2);
    const value = api.lua_isstring(L, -1) === 0 ? null : this.#lua.bytes(L, -1);
    api.lua_settop(L, -2);
    return value;
  }
}
