/**
 * The machine that runs scripts: Lua 5.1 itself as WebAssembly, from the package wasmoon-lua5.1, driven here through its
 * C API (https://www.lua.org/manual/5.1/manual.html#3) and without that package's JavaScript.
 *
 * Measured on Node 20 (EVAL "return 1" / 10,000 calls of a JavaScript function in one script / a loop of a million):
 *   this                    3,600,000/s   1.2 µs a call   27 ms   start 12 ms
 *   fengari 0.1.5             960,000/s   4.2 µs a call  250 ms   start 10 ms; Lua 5.3: no unpack, no setfenv, "3.0"
 *   wasmoon 1.16               13,700/s    20 µs a call   71 ms   start 150 ms; Lua 5.4, asynchronous, bytes become UTF-8
 *   wasmoon-lua5.1's own API   11,800/s    17 µs a call   42 ms   start 80 ms, asynchronous, bytes become UTF-8
 * lua-wasm-bindings 0.5.3 has Lua 5.1 too, but gives only a small part of the C API: no C functions, no hooks.
 * So scripts have Redis' own Lua (its number texts, patterns, messages), bytes go both ways as they are, a hook ends an
 * endless script, memory has a limit, and all is synchronous.
 */
import type { Bytes } from "../values.ts";
import type { LuaApi, State } from "./lua-api.ts";
import { LuaMemory } from "./lua-memory.ts";
import { luaWasm } from "./lua-wasm.ts";
import { type Imports, type Module, wasm } from "./web-assembly.ts";

/** A function that Lua calls: its arguments are on the stack, it pushes its results and says how many. */
export type Native = (L: State) => number;

/** What a machine may keep between scripts: it cannot give memory back, so a larger one is replaced. */
const MUCH_MEMORY = 48 * 1024 * 1024;
/** Strings of this size go through one buffer; a larger one gets its own. */
const SCRATCH = 65_536;
/** Where lua_pushcclosure's first upvalue is. */
const FIRST_UPVALUE = -10_003;
const TYPE_NAMES = [
  "nil",
  "boolean",
  "userdata",
  "number",
  "string",
  "table",
  "function",
  "userdata",
  "thread",
];
const MASK_LINE = 4;
const MASK_COUNT = 8;

/** What Lua throws to leave for the nearest pcall. */
const JUMP = new Error("a Lua error that nothing catches");

/** A module that makes a JavaScript function one that can stand in a table: (i32) → i32. */
const FUNCTION_MODULE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 2, 7, 1, 1, 101, 1, 102, 0, 0, 7, 5, 1,
  1, 102, 0, 0,
];
/** The same: (i32, i32) → nothing. */
const HOOK_MODULE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 2, 127, 127, 0, 2, 7, 1, 1, 101, 1, 102, 0, 0, 7, 5, 1,
  1, 102, 0, 0,
];

let compiled: Module | undefined;

export class Machine {
  readonly api: LuaApi;
  readonly #natives: Native[] = [];
  readonly #texts: Map<string, number> = new Map();
  readonly #enter: number;
  readonly #hook: number;
  readonly #scratch: number;
  readonly #length: number;
  readonly #memory: LuaMemory;
  #interrupt: ((L: State) => void) | null = null;
  #broken = false;
  /** The last message of failArgument. */
  #message = 0;

  constructor() {
    compiled ??= new wasm.Module(luaWasm());
    this.api = new wasm.Instance(compiled, this.#imports(compiled)).exports as never;
    this.#memory = new LuaMemory(this.api.memory);
    this.api.__wasm_call_ctors();
    this.#scratch = this.api.malloc(SCRATCH);
    this.#length = this.api.malloc(8);
    this.#enter = this.#tableEntry(FUNCTION_MODULE, (L = 0) => this.#run(L));
    this.#hook = this.#tableEntry(HOOK_MODULE, (L = 0) => this.#interrupt?.(L));
  }

  /** Whether it should run no further script: something other than a Lua error went through it, or it has grown large. */
  get isSpent(): boolean {
    return this.#broken || this.#memory.size > MUCH_MEMORY;
  }

  // ------------------------------------------------------------ values

  push(L: State, bytes: Bytes): void {
    if (bytes.length <= SCRATCH) {
      this.#memory.write(bytes, this.#scratch);
      this.api.lua_pushlstring(L, this.#scratch, bytes.length);
      return;
    }
    const at = this.#allocate(bytes);
    this.api.lua_pushlstring(L, at, bytes.length);
    this.api.free(at);
  }

  /** The string at a place of the stack; a number there becomes one. */
  bytes(L: State, index: number): Bytes {
    const at = this.api.lua_tolstring(L, index, this.#length);
    return at === 0 ? "" : this.#slice(at);
  }

  /** The same of an argument. Fails in Lua's words where it is none. */
  checkBytes(L: State, argument: number): Bytes {
    return this.#slice(this.api.luaL_checklstring(L, argument, this.#length));
  }

  /** A constant text as C has it. Kept for ever: not for what comes from outside. */
  text(constant: string): number {
    const known = this.#texts.get(constant);
    if (known !== undefined) return known;
    const at = this.#allocate(`${constant}\0`);
    this.#texts.set(constant, at);
    return at;
  }

  pushFunction(L: State, native: Native): void {
    this.api.lua_pushnumber(L, this.#natives.push(native) - 1);
    this.api.lua_pushcclosure(L, this.#enter, 1);
  }

  /** Sets a field of the table on top of the stack. */
  setFunction(L: State, name: string, native: Native): void {
    this.pushFunction(L, native);
    this.api.lua_setfield(L, -2, this.text(name));
  }

  // ------------------------------------------------------------ running

  /**
   * Pushes the function that a source text is. Returns false, and pushes the message, where it is none. Compiled code is
   * none either: it could be anything, so a blank before it has it read as text.
   */
  load(L: State, source: Bytes, chunk: Bytes): boolean {
    const text = source.startsWith("\x1b") ? ` ${source}` : source;
    const at = this.#allocate(text);
    const name = this.#allocate(`${chunk}\0`);
    const failed = this.api.luaL_loadbuffer(L, at, text.length, name);
    this.api.free(name);
    this.api.free(at);
    return failed === 0;
  }

  /** Ends a native with an error: a text that begins with the caller's place in the script. */
  fail(L: State, message: string): never {
    this.api.luaL_where(L, 1);
    this.push(L, message);
    this.api.lua_concat(L, 2);
    return this.raise(L);
  }

  /** Ends a native: this argument is wrong. */
  failArgument(L: State, argument: number, why: string): never {
    const at = this.#allocate(`${why.replaceAll("\0", "")}\0`);
    // luaL_argerror takes a copy, and does not return: the text is freed with the next one.
    this.api.free(this.#message);
    this.#message = at;
    this.api.luaL_argerror(L, argument, at);
    throw JUMP;
  }

  typeAt(L: State, index: number): string {
    const type = this.api.lua_type(L, index);
    return TYPE_NAMES[type] ?? "no value";
  }

  /** Ends a native with the error that is on top of the stack. */
  raise(L: State): never {
    this.api.lua_error(L);
    throw JUMP;
  }

  /** Has `interrupt` called after each `count` instructions; after 0 at each line. It may raise an error. */
  interruptEvery(L: State, count: number, interrupt: ((L: State) => void) | null): void {
    this.#interrupt = interrupt;
    if (interrupt === null) this.api.lua_sethook(L, 0, 0, 0);
    else this.api.lua_sethook(L, this.#hook, count === 0 ? MASK_LINE : MASK_COUNT, count);
  }

  #run(L: State): number {
    const native = this.#natives[this.api.lua_tonumber(L, FIRST_UPVALUE)];
    if (native === undefined) throw new Error("a Lua function of nobody");
    return native(L);
  }

  // ------------------------------------------------------------ memory

  #slice(at: number): Bytes {
    return this.#memory.read(at, this.#memory.word(this.#length));
  }

  #allocate(bytes: Bytes): number {
    const at = this.api.malloc(Math.max(1, bytes.length));
    if (at === 0) throw new RangeError("not enough memory for scripts");
    this.#memory.write(bytes, at);
    return at;
  }

  // ------------------------------------------------------------ between WebAssembly and JavaScript

  #tableEntry(
    bytes: readonly number[],
    action: (...parameters: number[]) => number | void,
  ): number {
    const module = new wasm.Module(new Uint8Array(bytes));
    const instance = new wasm.Instance(module, { e: { f: action } });
    const index = this.api.__indirect_function_table.grow(1);
    this.api.__indirect_function_table.set(index, instance.exports["f"] as never);
    return index;
  }

  /** What the module wants of its surroundings: setjmp and longjmp, and more memory. It gets no file and no clock. */
  #imports(module: Module): Imports {
    const given: Record<string, (...parameters: number[]) => number | void> = {
      invoke_vii: (index = 0, first = 0, second = 0) => {
        const stack = this.api.stackSave();
        try {
          this.api.__indirect_function_table.get(index)(first, second);
        } catch (error) {
          if (error !== JUMP) {
            this.#broken = true;
            throw error;
          }
          this.api.stackRestore(stack);
          this.api.setThrew(1, 0);
        }
      },
      _emscripten_throw_longjmp: () => {
        throw JUMP;
      },
      emscripten_memcpy_js: (to = 0, from = 0, length = 0) => {
        this.#memory.copy(to, from, length);
      },
      emscripten_resize_heap: (size = 0) => this.#memory.grow(size >>> 0),
      exit: () => {
        throw new Error("Lua has given up");
      },
    };
    const imports: Imports = {};
    for (const { module: from, name } of wasm.Module.imports(module))
      (imports[from] ??= {})[name] = given[name] ?? notThere;
    return imports;
  }
}

/** A system call that there is not: ENOSYS. */
function notThere(): number {
  return -52;
}
