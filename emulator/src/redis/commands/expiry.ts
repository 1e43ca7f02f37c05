/** Until when keys live. https://redis.io/docs/latest/commands/expire/ */
import { Failure, type Bytes, type Reply, type Argv } from "../values.ts";
import type { Call, CommandTable } from "./command.ts";
import { int64, isInt64 } from "./int64.ts";

/** The end of a TTL (or a time, with `from` 0) that must lie after 1970, in ms. @throws {Failure} */
export function expiryTime(
  command: Bytes,
  argument: Bytes | undefined,
  unit: 1 | 1000,
  from: number,
): number {
  const given = int64(argument);
  const at = given * BigInt(unit) + BigInt(from);
  if (given <= 0n || !isInt64(at)) throw invalid(command);
  return Number(at);
}

export const expiry: CommandTable = {
  expire: {
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Lets a key live for so many seconds more.",
    run: (call, argv) => expire(call, argv, 1000, call.now),
  },
  pexpire: {
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "2.6.0",
    summary: "Lets a key live for so many milliseconds more.",
    run: (call, argv) => expire(call, argv, 1, call.now),
  },
  expireat: {
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "1.2.0",
    summary: "Lets a key live until a time, in seconds since 1970.",
    run: (call, argv) => expire(call, argv, 1000, 0),
  },
  pexpireat: {
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "2.6.0",
    summary: "Lets a key live until a time, in milliseconds since 1970.",
    run: (call, argv) => expire(call, argv, 1, 0),
  },
  ttl: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Says how many seconds a key has left.",
    run: (call, [, key]) => remaining(call, key, (at) => seconds(at - call.now)),
  },
  pttl: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "2.6.0",
    summary: "Says how many milliseconds a key has left.",
    run: (call, [, key]) => remaining(call, key, (at) => at - call.now),
  },
  expiretime: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "7.0.0",
    summary: "Says until when a key lives, in seconds since 1970.",
    run: (call, [, key]) => remaining(call, key, seconds),
  },
  pexpiretime: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "7.0.0",
    summary: "Says until when a key lives, in milliseconds since 1970.",
    run: (call, [, key]) => remaining(call, key, (at) => at),
  },
  persist: {
    arity: 2,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "2.2.0",
    summary: "Lets a key live for ever.",
    run({ db }, [, key = ""]) {
      const entry = db.entry(key);
      if (entry === undefined || entry.expires === Number.POSITIVE_INFINITY) return 0;
      db.setExpiry(entry, Number.POSITIVE_INFINITY);
      db.touch(key, "g", "persist");
      return 1;
    },
  },
};

/** A time that has passed deletes the key, with the event `del`, not `expired`. */
function expire({ db, now }: Call, argv: Argv, unit: 1 | 1000, from: number): Reply {
  const [name = "", key = "", argument] = argv;
  const options = conditionsOf(argv);
  const time = int64(argument) * BigInt(unit);
  if (!isInt64(time) || !isInt64(time + BigInt(from))) throw invalid(name);
  const at = Number(time) + from;
  const entry = db.entry(key);
  if (entry === undefined) return 0;
  const forEver = entry.expires === Number.POSITIVE_INFINITY;
  if (
    (options.has("nx") && !forEver) ||
    (options.has("xx") && forEver) ||
    (options.has("gt") && at <= entry.expires) ||
    (options.has("lt") && at >= entry.expires)
  )
    return 0;
  if (at <= now) {
    db.remove(key);
    db.touch(key, "g", "del");
  } else {
    db.setExpiry(entry, at);
    db.touch(key, "g", "expire");
  }
  return 1;
}

function conditionsOf(argv: Argv): ReadonlySet<string> {
  const options = new Set<string>();
  for (const argument of argv.slice(3)) {
    const option = argument.toLowerCase();
    if (!["nx", "xx", "gt", "lt"].includes(option))
      throw new Failure(`ERR Unsupported option ${argument}`);
    options.add(option);
  }
  if (options.has("nx") && options.size > 1)
    throw new Failure("ERR NX and XX, GT or LT options at the same time are not compatible");
  if (options.has("gt") && options.has("lt"))
    throw new Failure("ERR GT and LT options at the same time are not compatible");
  return options;
}

/** -2 without such a key, -1 where it lives for ever. */
function remaining({ db }: Call, key = "", shown: (at: number) => number): number {
  const entry = db.peek(key);
  if (entry === undefined) return -2;
  return entry.expires === Number.POSITIVE_INFINITY ? -1 : Math.max(0, shown(entry.expires));
}

function seconds(ms: number): number {
  return Math.floor((ms + 500) / 1000);
}

function invalid(command: Bytes): Failure {
  return new Failure(`ERR invalid expire time in '${command.toLowerCase()}' command`);
}
