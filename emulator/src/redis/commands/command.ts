/** What a row of the command table says, and what a command is given. */
import type { Client } from "../model/client.ts";
import type { Keyspace } from "../model/keyspace.ts";
import type { Redis } from "../model/redis.ts";
import { Failure, SILENCE, Status, type Bytes, type Reply, type Argv } from "../values.ts";
import { int64 } from "./int64.ts";
import type { Registry } from "./registry.ts";

/** As COMMAND INFO names them. */
export type Flag =
  | "write"
  | "readonly"
  | "denyoom"
  | "admin"
  | "pubsub"
  | "noscript"
  | "blocking"
  | "loading"
  | "stale"
  | "skip_monitor"
  | "skip_slowlog"
  | "asking"
  | "fast"
  | "no_auth"
  | "may_replicate"
  | "no_async_loading"
  | "no_multi"
  | "movablekeys"
  | "no_mandatory_keys"
  | "allow_busy";

/** Where the keys are: first, last (negative: from the end) and step, counted from the name as 0; or found by looking. */
export type Keys = readonly [first: number, last: number, step: number] | KeyFinder;

export interface KeyFinder {
  /** As COMMAND INFO has it, where not all can be found without looking. */
  readonly range: readonly [first: number, last: number, step: number];
  /** Where the others are, for COMMAND to tell. */
  readonly searches?: readonly KeySearch[];
  find(argv: Argv): readonly number[];
}

/**
 * Behind the argument that counts them; behind a word that is looked for from an argument on (negative: from the end), one or
 * the first half of what is left; or nowhere that could be told, but with their use.
 */
export type KeySearch =
  | { readonly count: number }
  | { readonly word: string; readonly from: number; readonly half?: boolean }
  | { readonly unknown: string };

/** As many keys as the argument before the first of them says: LMPOP, ZUNION. */
export function countedKeys(countAt: number): KeyFinder {
  return {
    range: [0, 0, 0],
    searches: [{ count: countAt }],
    find(argv) {
      const count = Number(argv[countAt]);
      // What cannot run has no keys.
      const length = count > 0 && count <= argv.length - countAt - 1 ? Math.floor(count) : 0;
      return Array.from({ length }, (_, index) => countAt + 1 + index);
    },
  };
}

export interface Command {
  /** How many arguments, the name counted; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly Flag[];
  /** Left out where it has none. */
  readonly keys?: Keys;
  /** For COMMAND DOCS: string, list, stream … */
  readonly group: string;
  readonly since: string;
  readonly summary: string;
  /** By their names in lower case. `run` is called where none is given or fits. */
  readonly subcommands?: CommandTable;
  /** Which of write, may_replicate and denyoom stand for a request, where it says so itself: a script's first line. */
  effects?(redis: Redis, argv: Argv): ReadonlySet<Flag> | null;
  /** `argv[0]` is the name, in a subcommand `argv[1]` its own. Throws a Failure, or returns one. */
  run(call: Call, argv: Argv): Reply;
}

/** By the name in lower case. */
export type CommandTable = Readonly<Record<string, Command>>;

/** HELP among subcommands: `lines` on the others. */
export function helpWith(
  lines: readonly string[],
  { group, since }: Pick<Command, "group" | "since">,
): Command {
  const all = [...lines, "HELP", "    These lines."];
  return {
    arity: 2,
    flags: ["loading", "stale"],
    group,
    since,
    summary: "Lists the subcommands.",
    run: () => all.map((line) => new Status(line)),
  };
}

/** One run of a command. */
export interface Call {
  readonly redis: Redis;
  readonly client: Client;
  /** The database that the client has selected. */
  readonly db: Keyspace;
  /** ms since 1970: the same for a whole transaction or script. */
  readonly now: number;
  /** In a transaction or a script nothing blocks. */
  readonly inside: "transaction" | "script" | null;
  /** All there are, by name. */
  readonly commands: CommandTable;
  readonly registry: Registry;
  /** Why the client may not run this command any more; null where it may. */
  denied(): Failure | null;
  /** Runs another command, for this client: what a transaction has queued, what a script calls. Fails by its answer. */
  dispatch(argv: Argv, inside: "transaction" | "script"): Reply;
}

export interface Blocking {
  readonly keys: readonly Bytes[];
  /** ms; 0 for ever. */
  readonly timeout: number;
  /** Also tries again when a key was changed or is gone. */
  readonly onAnyChange?: boolean;
  attempt(key: Bytes): Reply | undefined;
  readonly timedOut: Reply;
}

/** Blocks the client until `attempt` gives an answer, which has been tried before; in a transaction it has timed out at once. */
export function block(call: Call, blocking: Blocking): Reply {
  const { keys, timeout, timedOut, onAnyChange = false } = blocking;
  if (call.inside !== null) return timedOut;
  call.redis.waiting.begin({
    client: call.client,
    keyspace: call.db,
    keys,
    until: timeout === 0 ? Number.POSITIVE_INFINITY : call.now + timeout,
    onAnyChange,
    attempt: (key) => call.denied() ?? later(call, () => blocking.attempt(key)),
    timedOut,
  });
  return SILENCE;
}

/** Runs what a client waited for: this is its command, whoever's command it follows. */
function later<Result>({ redis, client }: Call, action: () => Result): Result {
  const { acting } = redis;
  redis.acting = client;
  try {
    return action();
  } finally {
    redis.acting = acting;
  }
}

// ------------------------------------------------------------ arguments

export const SYNTAX_ERROR = "ERR syntax error";
const NOT_AN_INTEGER = "ERR value is not an integer or out of range";

/** A signed 64-bit integer that a double holds exactly; what is larger fails as out of range, as nothing here needs more. */
export function integer(argument: Bytes | undefined, otherwise: string = NOT_AN_INTEGER): number {
  const value = strictInteger(argument);
  if (value === null || !Number.isSafeInteger(value)) throw new Failure(otherwise);
  return value;
}

/** Any signed 64-bit integer, rounded to what a double holds: a count, a place. */
export function long(argument: Bytes | undefined, otherwise: string = NOT_AN_INTEGER): number {
  const value = strictInteger(argument);
  if (value === null) throw new Failure(otherwise);
  return Number.isSafeInteger(value) ? value : Number(int64(argument, otherwise));
}

/** A number as the server reads it: no blanks, no plus, no leading zeros. */
function strictInteger(argument: Bytes | undefined): number | null {
  return argument !== undefined && /^(?:0|-?[1-9]\d{0,18})$/.test(argument)
    ? Number(argument)
    : null;
}

/** A floating point number, `inf` included. */
export function float(
  argument: Bytes | undefined,
  otherwise = "ERR value is not a valid float",
): number {
  const text = argument ?? "";
  if (/^[+-]?inf(inity)?$/i.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && !/^[+-]?0x[\da-f]+$/i.test(text))
    throw new Failure(otherwise);
  return Number(text);
}

/** How long to block, as BLPOP takes it: seconds, also in fractions. Returns ms; 0 for ever. */
export function blockSeconds(argument: Bytes | undefined): number {
  const seconds = float(argument, "ERR timeout is not a float or out of range");
  if (seconds < 0) throw new Failure("ERR timeout is negative");
  if (!Number.isSafeInteger(Math.ceil(seconds * 1000)))
    throw new Failure("ERR timeout is out of range");
  return Math.ceil(seconds * 1000);
}

/** A negative place counts from the end. */
export function place(index: number, length: number): number {
  return index < 0 ? index + length : index;
}
