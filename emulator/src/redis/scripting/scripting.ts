/** What runs scripts for one server: made when the first one comes. */
import type { Redis } from "../model/redis.ts";
import { Failure, type Reply } from "../values.ts";
import { Interpreter } from "./interpreter.ts";
import { Libraries } from "./libraries.ts";
import { Scripts } from "./scripts.ts";
import { Machine } from "./vm.ts";

const servers = new WeakMap<Redis, Scripting>();

/** The server's. */
export function scriptingOf(redis: Redis): Scripting {
  const known = servers.get(redis);
  if (known !== undefined) return known;
  const made = new Scripting();
  servers.set(redis, made);
  return made;
}

class Scripting {
  readonly scripts: Scripts = new Scripts(() => this.#interpreter("scripts"));
  readonly libraries: Libraries = new Libraries(() => this.#interpreter("functions"));
  #machine: Machine | null = null;
  /** The machine's. */
  readonly #interpreters: Map<"scripts" | "functions", Interpreter> = new Map();

  /** Does something with the machine. What breaks it is an answer, and the next script gets a new one. */
  guard(action: () => Reply): Reply {
    try {
      return action();
    } catch (error) {
      // Out of memory, out of stack: whatever happened, it happened in there.
      if (
        error instanceof Failure ||
        !(error instanceof RangeError || this.#machine?.isSpent === true)
      )
        throw error;
      this.#machine = null;
      return new Failure(`ERR Error running script: ${String(error)}`);
    }
  }

  #interpreter(of: "scripts" | "functions"): Interpreter {
    if (this.#machine === null || this.#machine.isSpent) {
      this.#machine = new Machine();
      this.#interpreters.clear();
    }
    const known = this.#interpreters.get(of);
    if (known !== undefined) return known;
    const made = new Interpreter(this.#machine);
    this.#interpreters.set(of, made);
    return made;
  }
}

export type { Scripting };
