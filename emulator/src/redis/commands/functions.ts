/** Functions in Lua, kept in libraries. https://redis.io/docs/latest/develop/programmability/functions-intro/ */
import { globMatches } from "../model/glob.ts";
import { dumpLibraries, readDump } from "../scripting/function-dump.ts";
import type { Joining, Library } from "../scripting/libraries.ts";
import { runFor } from "../scripting/runs.ts";
import { scriptingOf } from "../scripting/scripting.ts";
import { effectsOf, SCRIPT_FLAGS } from "../scripting/shebang.ts";
import {
  Failure,
  Members,
  OK,
  Pairs,
  Status,
  type Bytes,
  type Reply,
  type Argv,
} from "../values.ts";
import { type Call, type CommandTable, countedKeys, integer } from "./command.ts";
import { keysAndArguments, MAY_WRITE, noneRuns, READS, subcommand } from "./scripts.ts";

const shared = { arity: -3, keys: countedKeys(2), group: "scripting", since: "7.0.0" } as const;

export const functions: CommandTable = {
  fcall: {
    ...shared,
    flags: MAY_WRITE,
    summary: "Calls a function.",
    effects: (redis, [, name = ""]) =>
      effectsOf(scriptingOf(redis).libraries.find(name)?.flags ?? null),
    run: (call, argv) => invoke(call, argv, false),
  },
  fcall_ro: {
    ...shared,
    flags: READS,
    summary: "Calls a function that writes nothing.",
    effects: (redis, [, name = ""]) =>
      effectsOf(scriptingOf(redis).libraries.find(name)?.flags ?? null),
    run: (call, argv) => invoke(call, argv, true),
  },
  function: {
    arity: -2,
    flags: [],
    group: "scripting",
    since: "7.0.0",
    summary: "What can be done with libraries of functions.",
    // Each subcommand has its own row.
    run: () => {
      throw new Failure("ERR wrong number of arguments for 'function' command");
    },
    subcommands: {
      delete: subcommand(
        3,
        ["write", "noscript"],
        "7.0.0",
        "Deletes a library and its functions.",
        ({ redis }, [, , name = ""]) => {
          scriptingOf(redis).libraries.delete(name);
          return OK;
        },
      ),
      dump: subcommand(
        2,
        ["noscript"],
        "7.0.0",
        "Dumps all libraries into a serialized binary payload.",
        ({ redis }) => dumpLibraries(scriptingOf(redis).libraries.all.map(({ source }) => source)),
      ),
      flush: subcommand(
        -2,
        ["write", "noscript"],
        "7.0.0",
        "Deletes all libraries and functions.",
        flush,
      ),
      kill: subcommand(
        2,
        ["noscript", "allow_busy"],
        "7.0.0",
        "Terminates a function during execution.",
        noneRuns,
      ),
      list: subcommand(-2, ["noscript"], "7.0.0", "Returns information about all libraries.", list),
      load: subcommand(-3, ["write", "denyoom", "noscript"], "7.0.0", "Creates a library.", load),
      restore: subcommand(
        -3,
        ["write", "denyoom", "noscript"],
        "7.0.0",
        "Restores all libraries from a payload.",
        restore,
      ),
      stats: subcommand(
        2,
        ["noscript", "allow_busy"],
        "7.0.0",
        "Returns information about a function during execution.",
        stats,
      ),
    },
  },
};

function invoke(call: Call, argv: Argv, readOnly: boolean): Reply {
  const [, name = ""] = argv;
  const scripting = scriptingOf(call.redis);
  const found = scripting.libraries.find(name);
  if (found === undefined) throw new Failure("ERR Function not found");
  const count = integer(argv[2], "ERR Bad number of keys provided");
  const { keys, args } = keysAndArguments(argv, count);
  return scripting.guard(() =>
    runFor(call, { name: found.name, keys, args, flags: found.flags, readOnly }, (run) =>
      scripting.libraries.run(found.name, run),
    ),
  );
}

function load({ redis }: Call, argv: Argv): Reply {
  const options = argv.slice(2, -1);
  for (const option of options)
    if (option.toLowerCase() !== "replace")
      throw new Failure(`ERR Unknown option given: ${option}`);
  const scripting = scriptingOf(redis);
  return scripting.guard(() => scripting.libraries.load(argv.at(-1) ?? "", options.length > 0));
}

function list({ redis }: Call, argv: Argv): Reply {
  let withCode = false;
  let pattern: Bytes | undefined;
  for (let at = 2; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    if (option === "withcode" && !withCode) withCode = true;
    else if (option === "libraryname" && pattern === undefined) {
      pattern = argv[++at]?.toLowerCase();
      if (pattern === undefined) throw new Failure("ERR library name argument was not given");
    } else throw new Failure(`ERR Unknown argument ${argv[at] ?? ""}`);
  }
  return scriptingOf(redis)
    .libraries.all.filter(
      ({ name }) => pattern === undefined || globMatches(pattern, name.toLowerCase()),
    )
    .map((library) => describe(library, withCode));
}

function describe({ name, source, functions: registered }: Library, withCode: boolean): Reply {
  const described = [...registered.values()].map(
    ({ name: own, description, flags }) =>
      new Pairs([
        "name",
        own,
        "description",
        description,
        "flags",
        new Members(SCRIPT_FLAGS.filter((flag) => flags.has(flag)).map((flag) => new Status(flag))),
      ]),
  );
  const facts: Reply[] = ["library_name", name, "engine", "LUA", "functions", described];
  return new Pairs(withCode ? [...facts, "library_code", source] : facts);
}

function flush({ redis }: Call, argv: Argv): Reply {
  const mode = argv[2]?.toLowerCase();
  if (argv.length > 3)
    throw new Failure(
      `ERR unknown subcommand or wrong number of arguments for '${argv[1] ?? ""}'. Try FUNCTION HELP.`,
    );
  if (mode !== undefined && mode !== "sync" && mode !== "async")
    throw new Failure("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
  scriptingOf(redis).libraries.clear();
  return OK;
}

function restore({ redis }: Call, argv: Argv): Reply {
  const [, , payload = "", policy] = argv;
  if (argv.length > 4)
    throw new Failure(
      `ERR unknown subcommand or wrong number of arguments for '${argv[1] ?? ""}'. Try FUNCTION HELP.`,
    );
  const joining = joiningOf(policy?.toLowerCase() ?? "append");
  const scripting = scriptingOf(redis);
  return scripting.guard(() => {
    scripting.libraries.restore(readDump(payload), joining);
    return OK;
  });
}

function joiningOf(policy: string): Joining {
  if (policy === "append" || policy === "replace" || policy === "flush") return policy;
  throw new Failure(
    "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.",
  );
}

/** Nobody can ask while a function runs. */
function stats({ redis }: Call): Reply {
  const { all, functionCount } = scriptingOf(redis).libraries;
  return new Pairs([
    "running_script",
    null,
    "engines",
    new Pairs([
      "LUA",
      new Pairs(["libraries_count", all.length, "functions_count", functionCount]),
    ]),
  ]);
}
