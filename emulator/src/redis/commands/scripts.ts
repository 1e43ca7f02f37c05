/** Scripts in Lua. https://redis.io/docs/latest/develop/programmability/eval-intro/ */
import { scriptingOf } from "../scripting/scripting.ts";
import { runFor } from "../scripting/runs.ts";
import { effectsOf, type ScriptFlag, scriptShebang } from "../scripting/shebang.ts";
import { Failure, OK, type Bytes, type Reply, type Argv } from "../values.ts";
import { type Call, type Command, type CommandTable, countedKeys, integer } from "./command.ts";

const NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL.";
/** What runs a script or a function. */
export const MAY_WRITE = [
  "noscript",
  "stale",
  "skip_monitor",
  "may_replicate",
  "movablekeys",
  "no_mandatory_keys",
] as const;
/** The same, where it only reads. */
export const READS = [
  "readonly",
  "noscript",
  "stale",
  "skip_monitor",
  "movablekeys",
  "no_mandatory_keys",
] as const;

const shared = { arity: -3, keys: countedKeys(2), group: "scripting" } as const;

export const scripts: CommandTable = {
  eval: {
    ...shared,
    flags: MAY_WRITE,
    since: "2.6.0",
    summary: "Runs a Lua script.",
    effects: (_redis, [, source = ""]) => effectsOf(flagsOf(source)),
    run: (call, argv) => evaluate(call, argv, { bySha: false, readOnly: false }),
  },
  eval_ro: {
    ...shared,
    flags: READS,
    since: "7.0.0",
    summary: "Runs a Lua script that writes nothing.",
    effects: (_redis, [, source = ""]) => effectsOf(flagsOf(source)),
    run: (call, argv) => evaluate(call, argv, { bySha: false, readOnly: true }),
  },
  evalsha: {
    ...shared,
    flags: MAY_WRITE,
    since: "2.6.0",
    summary: "Runs a known Lua script, named by its SHA1.",
    effects: (redis, [, sha = ""]) =>
      effectsOf(scriptingOf(redis).scripts.find(sha)?.flags ?? null),
    run: (call, argv) => evaluate(call, argv, { bySha: true, readOnly: false }),
  },
  evalsha_ro: {
    ...shared,
    flags: READS,
    since: "7.0.0",
    summary: "Runs a known Lua script that writes nothing, named by its SHA1.",
    effects: (redis, [, sha = ""]) =>
      effectsOf(scriptingOf(redis).scripts.find(sha)?.flags ?? null),
    run: (call, argv) => evaluate(call, argv, { bySha: true, readOnly: true }),
  },
  script: {
    arity: -2,
    flags: [],
    group: "scripting",
    since: "2.6.0",
    summary: "What can be done with known Lua scripts.",
    // Each subcommand has its own row.
    run: () => {
      throw new Failure("ERR wrong number of arguments for 'script' command");
    },
    subcommands: {
      debug: subcommand(
        3,
        ["noscript"],
        "3.2.0",
        "Sets the debug mode of server-side Lua scripts.",
        debug,
      ),
      exists: subcommand(
        -3,
        ["noscript"],
        "2.6.0",
        "Determines whether server-side Lua scripts exist in the script cache.",
        ({ redis }, argv) =>
          argv.slice(2).map((sha) => Number(scriptingOf(redis).scripts.has(sha))),
      ),
      flush: subcommand(
        -2,
        ["noscript"],
        "2.6.0",
        "Removes all server-side Lua scripts from the script cache.",
        flush,
      ),
      kill: subcommand(
        2,
        ["noscript", "allow_busy"],
        "2.6.0",
        "Terminates a server-side Lua script during execution.",
        noneRuns,
      ),
      load: subcommand(
        3,
        ["noscript", "stale"],
        "2.6.0",
        "Loads a server-side Lua script to the script cache.",
        ({ redis }, [, , source = ""]) => {
          const scripting = scriptingOf(redis);
          return scripting.guard(() => scripting.scripts.load(source).sha);
        },
      ),
    },
  },
};

function evaluate(
  call: Call,
  argv: Argv,
  { bySha, readOnly }: { readonly bySha: boolean; readonly readOnly: boolean },
): Reply {
  const scripting = scriptingOf(call.redis);
  const [, source = ""] = argv;
  // A text of another length is not even looked up, and its number of keys not looked at.
  if (bySha && source.length !== 40) throw new Failure(NO_SCRIPT);
  const { keys, args } = keysAndArguments(argv, integer(argv[2]));
  return scripting.guard(() => {
    const script = bySha ? scripting.scripts.find(source) : scripting.scripts.load(source);
    if (script === undefined) throw new Failure(NO_SCRIPT);
    const { sha: name, flags } = script;
    return runFor(call, { name, keys, args, flags, readOnly }, (run) =>
      scripting.scripts.run(script, run),
    );
  });
}

/** What a source says of itself, whether it can be run or not. */
function flagsOf(source: Bytes): ReadonlySet<ScriptFlag> | null {
  try {
    return scriptShebang(source).flags;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return null;
  }
}

/** What follows the number of keys. @throws {Failure} */
export function keysAndArguments(
  argv: Argv,
  count: number,
): { readonly keys: readonly Bytes[]; readonly args: readonly Bytes[] } {
  if (count > argv.length - 3)
    throw new Failure("ERR Number of keys can't be greater than number of args");
  if (count < 0) throw new Failure("ERR Number of keys can't be negative");
  return { keys: argv.slice(3, 3 + count), args: argv.slice(3 + count) };
}

/** No script is ever found running: it would have to be asked by the thread that runs it. */
export function noneRuns(): Reply {
  throw new Failure("NOTBUSY No scripts in execution right now.");
}

export function subcommand(
  arity: number,
  flags: Command["flags"],
  since: string,
  summary: string,
  run: Command["run"],
): Command {
  return { arity, flags, group: "scripting", since, summary, run };
}

function flush({ redis }: Call, argv: Argv): Reply {
  const mode = argv[2]?.toLowerCase();
  if (argv.length > 3 || (mode !== undefined && mode !== "sync" && mode !== "async"))
    throw new Failure("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
  scriptingOf(redis).scripts.flush();
  return OK;
}

/** The debugger is not there: it can only be switched off. */
function debug(_call: Call, [, , mode = ""]: Argv): Reply {
  if (mode.toLowerCase() === "no") return OK;
  if (mode.toLowerCase() === "yes" || mode.toLowerCase() === "sync")
    throw new Failure("ERR There is no debugger for scripts here");
  throw new Failure("ERR Use SCRIPT DEBUG YES/SYNC/NO");
}
