/** The scripts that the server knows, by their SHA1. */
import { Failure, type Bytes, type Reply } from "../values.ts";
import type { Compiled, Interpreter, ScriptRun } from "./interpreter.ts";
import { sha1 } from "./redis-library.ts";
import { type ScriptFlag, scriptShebang } from "./shebang.ts";

/** How many it keeps: then the one that was not used for the longest time goes. The server keeps all. */
const MOST_SCRIPTS = 10_000;

export interface Script {
  readonly sha: string;
  readonly flags: ReadonlySet<ScriptFlag> | null;
  readonly code: Bytes;
  /** In the interpreter that has compiled it: another one does so again. */
  compiled: { readonly by: Interpreter; readonly function: Compiled };
}

export class Scripts {
  readonly #bySha: Map<string, Script> = new Map();
  readonly #interpreter: () => Interpreter;

  constructor(interpreter: () => Interpreter) {
    this.#interpreter = interpreter;
  }

  get size(): number {
    return this.#bySha.size;
  }

  /** The script that a source is. @throws {Failure} where it is none. */
  load(source: Bytes): Script {
    const sha = sha1(source);
    const known = this.find(sha);
    if (known !== undefined) return known;
    const { flags, code } = scriptShebang(source);
    const script = { sha, flags, code, compiled: compile(this.#interpreter(), code) };
    this.#bySha.set(sha, script);
    if (this.#bySha.size > MOST_SCRIPTS) this.#forgetOldest();
    return script;
  }

  find(sha: Bytes): Script | undefined {
    const lower = sha.toLowerCase();
    const script = this.#bySha.get(lower);
    if (script === undefined) return undefined;
    this.#bySha.delete(lower);
    this.#bySha.set(lower, script);
    return script;
  }

  has(sha: Bytes): boolean {
    return this.#bySha.has(sha.toLowerCase());
  }

  run(script: Script, run: ScriptRun): Reply {
    const interpreter = this.#interpreter();
    if (script.compiled.by !== interpreter) script.compiled = compile(interpreter, script.code);
    return interpreter.runScript(script.compiled.function, run);
  }

  flush(): void {
    for (const script of this.#bySha.values()) release(script);
    this.#bySha.clear();
  }

  #forgetOldest(): void {
    for (const [sha, script] of this.#bySha) {
      release(script);
      this.#bySha.delete(sha);
      return;
    }
  }
}

function compile(interpreter: Interpreter, code: Bytes): Script["compiled"] {
  try {
    return { by: interpreter, function: interpreter.compile(code, "@user_script") };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`ERR Error compiling script (new function): ${error.message}`);
  }
}

function release({ compiled }: Script): void {
  compiled.by.release(compiled.function);
}
