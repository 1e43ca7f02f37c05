/** Libraries of functions: FUNCTION LOAD puts one in, FCALL calls what it has registered. */
import { Failure, type Bytes, type Reply } from "../values.ts";
import type { Compiled, Interpreter, ScriptRun } from "./interpreter.ts";
import type { Registration } from "./registration.ts";
import { libraryShebang } from "./shebang.ts";

const ENGINE = "LUA";
const NAME = /^\w+$/;
const BAD_NAME =
  "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long";

export interface Library {
  readonly name: Bytes;
  /** With its first line. */
  readonly source: Bytes;
  functions: ReadonlyMap<Bytes, Registration>;
  /** Where its functions are compiled: another interpreter does so again. */
  by: Interpreter;
}

/** How libraries that come together are put to those that there are: FUNCTION RESTORE. */
export type Joining = "append" | "replace" | "flush";

export class Libraries {
  readonly #byName: Map<Bytes, Library> = new Map();
  /** Whose function it is, by the function's name in lower case: FCALL takes any. */
  readonly #owners: Map<Bytes, { readonly library: Library; readonly name: Bytes }> = new Map();
  readonly #interpreter: () => Interpreter;

  constructor(interpreter: () => Interpreter) {
    this.#interpreter = interpreter;
  }

  get all(): readonly Library[] {
    return [...this.#byName.values()];
  }

  get functionCount(): number {
    return this.#owners.size;
  }

  /** Returns the library's name. @throws {Failure} */
  load(source: Bytes, replace: boolean): Bytes {
    const { name } = checkedShebang(source);
    if (this.#byName.has(name) && !replace)
      throw new Failure(`ERR Library '${name}' already exists`);
    const library = this.#compile(source);
    for (const each of library.functions.keys()) {
      const owner = this.#owners.get(each.toLowerCase())?.library;
      if (owner !== undefined && owner.name !== name) this.#refuse([library], each);
    }
    this.#unlink(name);
    this.#link(library);
    return name;
  }

  /** Puts several in, or none. @throws {Failure} */
  restore(sources: readonly Bytes[], joining: Joining): void {
    const coming = new Libraries(this.#interpreter);
    for (const source of sources) coming.load(source, false);
    if (joining === "flush") {
      this.clear();
    } else {
      for (const { name } of coming.all)
        if (joining === "append" && this.#byName.has(name)) {
          coming.clear();
          throw new Failure(`ERR Library ${name} already exists`);
        }
      for (const [lower, { name }] of coming.#owners) {
        const owner = this.#owners.get(lower)?.library;
        if (owner !== undefined && !coming.#byName.has(owner.name)) this.#refuse(coming.all, name);
      }
    }
    for (const library of coming.all) {
      this.#unlink(library.name);
      this.#link(library);
    }
  }

  delete(name: Bytes): void {
    if (!this.#byName.has(name)) throw new Failure("ERR Library not found");
    this.#unlink(name);
  }

  clear(): void {
    for (const { name } of this.all) this.#unlink(name);
  }

  find(name: Bytes): Registration | undefined {
    const found = this.#owners.get(name.toLowerCase());
    return found?.library.functions.get(found.name);
  }

  /** @throws {Failure} where there is no such function. */
  run(name: Bytes, run: ScriptRun): Reply {
    const library = this.#owners.get(name.toLowerCase())?.library;
    const interpreter = this.#interpreter();
    if (library !== undefined && library.by !== interpreter) {
      library.functions = this.#compile(library.source).functions;
      library.by = interpreter;
    }
    const found = this.find(name);
    if (found === undefined) throw new Failure("ERR Function not found");
    return interpreter.runFunction(found.compiled, run);
  }

  #compile(source: Bytes): Library {
    const { name, code } = checkedShebang(source);
    const interpreter = this.#interpreter();
    const library = compileCode(interpreter, code);
    const functions = new Map<Bytes, Registration>();
    const failure = interpreter.runLibrary(library, (registration) => {
      if (!NAME.test(registration.name)) return BAD_NAME;
      if (functions.has(registration.name)) return "Function already exists in the library";
      functions.set(registration.name, registration);
      return null;
    });
    interpreter.release(library);
    const made = { name, source, functions, by: interpreter };
    if (failure !== null) {
      release(made);
      throw new Failure(`ERR Error registering functions: ${failure}`);
    }
    if (functions.size === 0) throw new Failure("ERR No functions registered");
    return made;
  }

  #refuse(libraries: readonly Library[], name: Bytes): never {
    for (const library of libraries) release(library);
    throw new Failure(`ERR Function ${name} already exists`);
  }

  #link(library: Library): void {
    this.#byName.set(library.name, library);
    for (const name of library.functions.keys())
      this.#owners.set(name.toLowerCase(), { library, name });
  }

  #unlink(name: Bytes): void {
    const library = this.#byName.get(name);
    if (library === undefined) return;
    this.#byName.delete(name);
    for (const each of library.functions.keys()) this.#owners.delete(each.toLowerCase());
    release(library);
  }
}

/** @throws {Failure} */
function checkedShebang(source: Bytes): ReturnType<typeof libraryShebang> {
  const shebang = libraryShebang(source);
  if (!NAME.test(shebang.name)) throw new Failure(`ERR ${BAD_NAME}`);
  if (shebang.engine.toUpperCase() !== ENGINE)
    throw new Failure(`ERR Engine '${shebang.engine}' not found`);
  return shebang;
}

function compileCode(interpreter: Interpreter, code: Bytes): Compiled {
  try {
    return interpreter.compile(code, "@user_function");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`ERR Error compiling function: ${error.message}`);
  }
}

function release({ functions, by }: Library): void {
  for (const { compiled } of functions.values()) by.release(compiled);
}
