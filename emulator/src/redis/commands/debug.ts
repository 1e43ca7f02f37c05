/** DEBUG, in the forms that clients' tests call. https://redis.io/docs/latest/commands/debug/ */
import { scriptingOf } from "../scripting/scripting.ts";
import {
  type Argv,
  Attributed,
  Failure,
  NULL_ARRAY,
  Double,
  BigNumber,
  Members,
  Pairs,
  type ProtocolVersion,
  Push,
  OK,
  type Reply,
  Several,
  Status,
  Verbatim,
} from "../values.ts";
import { block, type Call, type Command, type CommandTable, float } from "./command.ts";
import { digestOf, digestOfAll } from "./digest.ts";
import { encodingOf } from "./object.ts";
import { ONE_PIECE_LIMIT } from "./one-piece.ts";
import { fits } from "./registry.ts";

const common = {
  group: "server",
  since: "1.0.0",
  flags: ["admin", "noscript", "loading", "stale"],
} as const;

/** When a key was last used is kept as seconds of 24 bits. */
const LRU_CLOCK = 0xffffff;

/** What is taken and does nothing: there is no disk, no second process and no encoding to switch. */
const IDLE: readonly (readonly [name: string, arity: number, summary: string])[] = [
  ["loadaof", 2, "Would read its log."],
  ["change-repl-id", 2, "Would choose another number for replication."],
  ["jemalloc", -2, "What is said to another allocator."],
  ["quicklist-packed-threshold", 3, "When lists store elements by themselves."],
  ["replybuffer", -3, "How answers are gathered."],
  ["pause-cron", 3, "Whether work in the background stops."],
  ["dict-resizing", 3, "Whether tables grow."],
];

const forms: CommandTable = {
  sleep: {
    ...common,
    arity: 3,
    summary:
      "Lets this connection wait, in seconds of the emulator's clock. Others go on, but for a transaction or a script: that is one piece, which holds them up for 5 seconds at most.",
    run(call, [, , seconds]) {
      const timeout = Math.ceil(float(seconds) * 1000);
      if (timeout <= 0) return OK;
      if (call.inside !== null) return hold(call, timeout);
      return block(call, { keys: [], timeout, attempt: () => undefined, timedOut: OK });
    },
  },
  "set-active-expire": {
    ...common,
    arity: 3,
    summary:
      "Whether keys go by themselves when their time is over, or when somebody looks for them.",
    run({ redis }, [, , on]) {
      redis.expireActively(isOn(on));
      return OK;
    },
  },
  "set-disable-deny-scripts": {
    ...common,
    arity: 3,
    summary: "Whether scripts may also call what is not for scripts, but for scripts themselves.",
    run({ redis }, [, , on]) {
      redis.scriptsCallAll = isOn(on);
      return OK;
    },
  },
  digest: {
    ...common,
    arity: 2,
    summary: "One sum of all keys and what they hold.",
    run: ({ redis }) => new Status(digestOfAll(redis.keyspaces)),
  },
  "digest-value": {
    ...common,
    arity: -2,
    summary: "A sum of what each key holds.",
    run: ({ db }, [, , ...keys]) => keys.map((key) => new Status(digestOf(db.entries.get(key)))),
  },
  reload: {
    ...common,
    arity: -2,
    summary:
      "Would write everything to the disk and read it again. NOFLUSH keeps what is there, which without MERGE is an error.",
    run: reload,
  },
  object: {
    ...common,
    arity: -3,
    summary: "How a key is kept.",
    run: describeObject,
  },
  jmap: {
    ...common,
    arity: 2,
    summary: "Of another server than this.",
    run: () => new Failure("ERR DEBUG JMAP is not for this server"),
  },
  error: {
    ...common,
    arity: 3,
    summary: "Answers an error of these words.",
    run: (_call, [, , text = ""]) => new Failure(text),
  },
  log: {
    ...common,
    arity: 3,
    summary: "Would write a line to the log.",
    run: () => OK,
  },
  protocol: {
    ...common,
    arity: 3,
    summary: "Answers a value of this type.",
    run: ({ client }, [, , type = ""]) => sample(type.toLowerCase(), client.version),
  },
  ...Object.fromEntries(
    IDLE.map(([name, arity, summary]): [string, Command] => [
      name,
      { ...common, arity, summary, run: () => OK },
    ]),
  ),
};

/** To the server these are arguments and no subcommands. */
export const debug: CommandTable = {
  debug: {
    ...common,
    arity: -2,
    summary: "For tests.",
    run(call, argv) {
      const name = (argv[1] ?? "").toLowerCase();
      const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
      if (form === undefined || !fits(form, argv))
        throw new Failure(
          `ERR unknown subcommand or wrong number of arguments for '${(argv[1] ?? "").slice(0, 128)}'. Try DEBUG HELP.`,
        );
      return form.run(call, argv);
    },
  },
};

/** Nothing else happens in this thread until the time is over. All that a transaction or a script does counts. */
function hold({ redis, now }: Call, ms: number): Reply {
  const left = ONE_PIECE_LIMIT - (redis.context.clock.now() - now);
  if (left > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(ms, left));
  return OK;
}

function reload({ redis }: Call, [, , ...words]: Argv): Reply {
  const options = words.map((word) => word.toLowerCase());
  if (!options.every((option) => ["merge", "noflush", "nosave"].includes(option)))
    throw new Failure("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
  const isThere =
    scriptingOf(redis).libraries.all.length > 0 ||
    redis.keyspaces.some(({ entries }) => entries.size > 0);
  if (isThere && options.includes("noflush") && !options.includes("merge"))
    throw new Failure("ERR Error trying to load the RDB dump, check server logs.");
  return OK;
}

/** As C's atoi reads it: what is no number is off. */
function isOn(argument = ""): boolean {
  return /^\s*[+-]?0*[1-9]/.test(argument);
}

function describeObject(call: Call, [, , key = ""]: readonly string[]): Reply {
  // That is no look for it: one whose time is over stays.
  const entry = call.db.entries.get(key);
  if (entry === undefined) throw new Failure("ERR no such key");
  const encoding = encodingOf(call, entry);
  const idle = Math.floor(Math.max(0, call.now - entry.used) / 1000);
  const lru = Math.floor(entry.used / 1000) & LRU_CLOCK;
  return new Status(
    `Value at:0x0 refcount:1 encoding:${encoding} serializedlength:0 lru:${lru} lru_seconds_idle:${idle}`,
  );
}

function sample(type: string, version: ProtocolVersion): Reply {
  switch (type) {
    case "string":
      return "Hello World";
    case "integer":
      return 12345;
    case "double":
      return new Double(3.141);
    case "null":
      return null;
    case "array":
      return [0, 1, 2];
    case "set":
      return new Members([0, 1, 2]);
    case "map":
      return new Pairs([0, false, 1, true, 2, false]);
    case "attrib":
      return new Attributed(
        new Pairs(["key-popularity", ["key:123", 90]]),
        "Some real reply following the attribute",
      );
    case "push":
      if (version === 2) throw new Failure("ERR RESP2 is not supported by this command");
      return new Several([
        new Push(["server-cpu-usage", 42]),
        "Some real reply following the push reply",
      ]);
    case "bignum":
      return new BigNumber("1234567999999999999999999999999999999");
    case "true":
      return true;
    case "false":
      return false;
    case "verbatim":
      return new Verbatim("This is a verbatim\nstring");
    case "nullarray":
      return NULL_ARRAY;
    default:
      throw new Failure(
        "ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
      );
  }
}
