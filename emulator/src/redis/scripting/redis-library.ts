/** The library `redis`. https://redis.io/docs/latest/develop/programmability/lua-api/#redis_object */
import { createHash } from "node:crypto";
import { CLAIMED_VERSION } from "../commands/claimed-version.ts";
import type { Argv, Bytes, ProtocolVersion, Reply } from "../values.ts";
import { type State, TYPE } from "./lua-api.ts";
import { pushError, pushReply } from "./lua-values.ts";
import { argument } from "./numbers.ts";
import type { Machine, Native } from "./vm.ts";

/** What runs: it is asked for what a script calls. */
export interface Running {
  /** What the script has asked for with `redis.setresp`. */
  version: ProtocolVersion;
  /** What a command answers. */
  call(argv: Argv): Reply;
  /** Whether the user may run a command; null where there is no such command. */
  permits(argv: Argv): boolean | null;
}

const CONSTANTS = {
  LOG_DEBUG: 0,
  LOG_VERBOSE: 1,
  LOG_NOTICE: 2,
  LOG_WARNING: 3,
  REPL_NONE: 0,
  REPL_AOF: 1,
  REPL_SLAVE: 2,
  REPL_REPLICA: 2,
  REPL_ALL: 3,
  // 7.2.5 is 0x070205.
  REDIS_VERSION_NUM: CLAIMED_VERSION.split(".").reduce((sum, part) => sum * 256 + Number(part), 0),
};
/** What the library has while functions are loaded. */
const WHILE_LOADING = ["LOG_", "REDIS_VERSION"];

/** Pushes the library's table. `current` is asked at each call: null while functions are loaded. */
export function pushRedis(lua: Machine, L: State, current: () => Running | null): void {
  const running = (at: State, name: string) =>
    current() ?? refuse(lua, at, `redis.${name} can only be called inside a script invocation`);
  pushTable(lua, L, { ...everywhere(lua), ...whileRunning(lua, running) }, CONSTANTS);
}

/** Pushes the table that a library of functions has while it is loaded. */
export function pushLoadingRedis(lua: Machine, L: State, register: Native): void {
  const constants = Object.entries(CONSTANTS).filter(([name]) =>
    WHILE_LOADING.some((beginning) => name.startsWith(beginning)),
  );
  const { log } = everywhere(lua);
  pushTable(lua, L, { log, register_function: register }, Object.fromEntries(constants));
}

export function sha1(text: Bytes): string {
  return createHash("sha1").update(text, "latin1").digest("hex");
}

function pushTable(
  lua: Machine,
  L: State,
  natives: Readonly<Record<string, Native>>,
  constants: Readonly<Record<string, number>>,
): void {
  const { api } = lua;
  api.lua_createtable(L, 0, 24);
  for (const [name, native] of Object.entries(natives)) lua.setFunction(L, name, native);
  for (const [name, value] of Object.entries(constants)) {
    api.lua_pushnumber(L, value);
    api.lua_setfield(L, -2, lua.text(name));
  }
  lua.push(L, CLAIMED_VERSION);
  api.lua_setfield(L, -2, lua.text("REDIS_VERSION"));
}

function everywhere(lua: Machine): { readonly log: Native } & Readonly<Record<string, Native>> {
  const { api } = lua;
  return {
    // There is no log to write to: only what the server refuses is refused.
    log(L) {
      if (api.lua_gettop(L) < 2) refuse(lua, L, "redis.log() requires two arguments or more.");
      if (api.lua_isnumber(L, 1) === 0)
        refuse(lua, L, "First argument must be a number (log level).");
      const level = Math.trunc(api.lua_tonumber(L, 1));
      if (level < CONSTANTS.LOG_DEBUG || level > CONSTANTS.LOG_WARNING)
        refuse(lua, L, "Invalid debug level.");
      return 0;
    },
    sha1hex(L) {
      if (api.lua_gettop(L) !== 1) refuse(lua, L, "wrong number of arguments");
      lua.push(L, sha1(lua.bytes(L, 1)));
      return 1;
    },
    error_reply(L) {
      if (api.lua_gettop(L) !== 1 || api.lua_type(L, 1) !== TYPE.string)
        pushError(lua, L, "ERR wrong number or type of arguments");
      else pushError(lua, L, withCode(lua.bytes(L, 1)));
      return 1;
    },
    status_reply(L) {
      if (api.lua_gettop(L) !== 1 || api.lua_type(L, 1) !== TYPE.string) {
        pushError(lua, L, "ERR wrong number or type of arguments");
        return 1;
      }
      api.lua_createtable(L, 0, 1);
      api.lua_pushvalue(L, 1);
      api.lua_setfield(L, -2, lua.text("ok"));
      return 1;
    },
  };
}

function whileRunning(
  lua: Machine,
  running: (L: State, name: string) => Running,
): Readonly<Record<string, Native>> {
  const { api } = lua;
  const nothing: Native = () => 0;
  const answers =
    (value: number): Native =>
    (L) => {
      api.lua_pushboolean(L, value);
      return 1;
    };
  return {
    call(L) {
      if (callCommand(lua, L, running(L, "call/pcall"))) lua.raise(L);
      return 1;
    },
    pcall(L) {
      callCommand(lua, L, running(L, "call/pcall"));
      return 1;
    },
    setresp(L) {
      if (api.lua_gettop(L) !== 1) refuse(lua, L, "redis.setresp() requires one argument.");
      const version = Math.trunc(api.lua_tonumber(L, 1));
      if (version !== 2 && version !== 3) return refuse(lua, L, "RESP version must be 2 or 3.");
      running(L, "setresp").version = version;
      return 0;
    },
    // Nothing is replicated: flags are only looked at.
    set_repl(L) {
      if (api.lua_gettop(L) !== 1) refuse(lua, L, "redis.set_repl() requires one argument.");
      if ((api.lua_tonumber(L, 1) & ~CONSTANTS.REPL_ALL) !== 0)
        refuse(
          lua,
          L,
          "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.",
        );
      return 0;
    },
    acl_check_cmd(L) {
      const argv = takeArguments(lua, L);
      if (argv === null) return lua.raise(L);
      const permits = running(L, "acl_check_cmd").permits(argv);
      if (permits === null)
        return refuse(lua, L, "Invalid command passed to redis.acl_check_cmd()");
      api.lua_pushboolean(L, Number(permits));
      return 1;
    },
    replicate_commands: answers(1),
    breakpoint: answers(0),
    debug: nothing,
  };
}

/** Calls the command that the arguments are, and pushes its answer. Returns whether that is an error. */
function callCommand(lua: Machine, L: State, running: Running): boolean {
  const argv = takeArguments(lua, L);
  if (argv === null) return true;
  const reply = running.call(argv);
  pushReply(lua, L, reply, running.version);
  return reply instanceof Error;
}

/** Null, and an error is pushed, where one is neither a string nor a number. */
function takeArguments(lua: Machine, L: State): Argv | null {
  const { api } = lua;
  const count = api.lua_gettop(L);
  if (count === 0) {
    pushError(lua, L, "ERR Please specify at least one argument for this redis lib call");
    return null;
  }
  const argv: Bytes[] = [];
  for (let index = 1; index <= count; index++) {
    const type = api.lua_type(L, index);
    if (type === TYPE.string) argv.push(lua.bytes(L, index));
    else if (type === TYPE.number) argv.push(argument(api.lua_tonumber(L, index)));
    else break;
  }
  api.lua_settop(L, 0);
  if (argv.length === count) return argv;
  pushError(lua, L, "ERR Lua redis lib command arguments must be strings or integers");
  return null;
}

/** An error's text with a code before it: what begins with `-` brings its own. */
function withCode(text: Bytes): Bytes {
  const given = (text.startsWith("-") ? text.slice(1) : text).replace(/^[\r\n]+|[\r\n]+$/g, "");
  return given.includes(" ") ? given : `ERR ${given}`;
}

function refuse(lua: Machine, L: State, message: string): never {
  pushError(lua, L, `ERR ${message}`);
  return lua.raise(L);
}
