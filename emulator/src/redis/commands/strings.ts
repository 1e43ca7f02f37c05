/** Strings, as a whole. https://redis.io/docs/latest/develop/data-types/strings/ */
import { type Bytes, Failure, OK, type Argv } from "../values.ts";
import { type Call, type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { expiryTime } from "./expiry.ts";

export const strings: CommandTable = {
  get: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Reads a string.",
    run: ({ db }, [, key = ""]) => db.string(key) ?? null,
  },
  set: {
    arity: -3,
    flags: ["write", "denyoom"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Writes a string, whatever the key held.",
    run(call, argv) {
      const [, key = "", value = ""] = argv;
      if (argv.length === 3) {
        put(call, key, value, null);
        return OK;
      }
      const options = optionsOf(argv, 3, SET_OPTIONS);
      const expires = expiryOf(call, argv, options);
      const { db } = call;
      const old = options.has("get") ? (db.string(key) ?? null) : undefined;
      if ((options.has("nx") && db.has(key)) || (options.has("xx") && !db.has(key)))
        return old ?? null;
      put(call, key, value, expires, options.has("keepttl"));
      return old === undefined ? OK : old;
    },
  },
  setex: {
    arity: 4,
    flags: ["write", "denyoom"],
    keys: [1, 1, 1],
    group: "string",
    since: "2.0.0",
    summary: "Writes a string that lives for so many seconds.",
    run(call, argv) {
      const [name = "", key = "", seconds, value = ""] = argv;
      put(call, key, value, expiryTime(name, seconds, 1000, call.now));
      return OK;
    },
  },
  psetex: {
    arity: 4,
    flags: ["write", "denyoom"],
    keys: [1, 1, 1],
    group: "string",
    since: "2.6.0",
    summary: "Writes a string that lives for so many milliseconds.",
    run(call, argv) {
      const [name = "", key = "", ms, value = ""] = argv;
      put(call, key, value, expiryTime(name, ms, 1, call.now));
      return OK;
    },
  },
  setnx: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Writes a string where there is no such key.",
    run(call, [, key = "", value = ""]) {
      if (call.db.has(key)) return 0;
      put(call, key, value, null);
      return 1;
    },
  },
  getset: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Writes a string, and answers the one before.",
    run(call, [, key = "", value = ""]) {
      const old = call.db.string(key) ?? null;
      put(call, key, value, null);
      return old;
    },
  },
  getdel: {
    arity: 2,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "6.2.0",
    summary: "Reads a string, and removes it.",
    run({ db }, [, key = ""]) {
      const value = db.string(key);
      if (value === undefined) return null;
      db.remove(key);
      db.touch(key, "g", "del");
      return value;
    },
  },
  getex: {
    arity: -2,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "6.2.0",
    summary: "Reads a string, and says how long it lives.",
    run(call, argv) {
      const [, key = ""] = argv;
      const options = optionsOf(argv, 2, GETEX_OPTIONS);
      const { db, now } = call;
      const value = db.string(key);
      const entry = db.entry(key);
      if (value === undefined || entry === undefined) return null;
      const expires = expiryOf(call, argv, options);
      if (expires !== null && expires <= now) {
        db.remove(key);
        db.touch(key, "g", "del");
      } else if (expires !== null) {
        db.setExpiry(entry, expires);
        db.touch(key, "g", "expire");
      } else if (options.has("persist") && entry.expires !== Number.POSITIVE_INFINITY) {
        db.setExpiry(entry, Number.POSITIVE_INFINITY);
        db.touch(key, "g", "persist");
      }
      return value;
    },
  },
  mget: {
    arity: -2,
    flags: ["readonly", "fast"],
    keys: [1, -1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Reads several strings at once.",
    run: ({ db }, [, ...keys]) =>
      keys.map((key) => {
        const value = db.get(key);
        return typeof value === "string" ? value : null;
      }),
  },
  mset: {
    arity: -3,
    flags: ["write", "denyoom"],
    keys: [1, -1, 2],
    group: "string",
    since: "1.0.1",
    summary: "Writes several strings at once.",
    run(call, argv) {
      putPairs(call, argv);
      return OK;
    },
  },
  msetnx: {
    arity: -3,
    flags: ["write", "denyoom"],
    keys: [1, -1, 2],
    group: "string",
    since: "1.0.1",
    summary: "Writes several strings at once where none of the keys is there.",
    run(call, argv) {
      for (let index = 1; index < argv.length; index += 2)
        if (argv.length % 2 === 1 && call.db.has(argv[index] ?? "")) return 0;
      putPairs(call, argv);
      return 1;
    },
  },
};

function put({ db }: Call, key: Bytes, value: Bytes, expires: number | null, keep = false): void {
  db.set(key, value, keep);
  db.touch(key, "$", "set");
  const entry = expires === null ? undefined : db.peek(key);
  if (entry === undefined || expires === null) return;
  db.setExpiry(entry, expires);
  db.touch(key, "g", "expire");
}

function putPairs(call: Call, argv: Argv): void {
  const [name = ""] = argv;
  if (argv.length % 2 === 0)
    throw new Failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  for (let index = 1; index < argv.length; index += 2)
    put(call, argv[index] ?? "", argv[index + 1] ?? "", null);
}

// ------------------------------------------------------------ options

const TIMES = ["ex", "px", "exat", "pxat"];
const SET_OPTIONS = new Set([...TIMES, "nx", "xx", "get", "keepttl"]);
const GETEX_OPTIONS = new Set([...TIMES, "persist"]);
/** Of each of these at most one may be given. */
const EXCLUSIVE = [new Set(["nx", "xx"]), new Set([...TIMES, "keepttl", "persist"])];

/** The options by name; of a time, what was given last. The same option may come twice. */
function optionsOf(argv: Argv, from: number, allowed: ReadonlySet<string>): Map<string, Bytes> {
  const options = new Map<string, Bytes>();
  for (let index = from; index < argv.length; index++) {
    const option = (argv[index] ?? "").toLowerCase();
    const excluded = EXCLUSIVE.some(
      (group) =>
        group.has(option) && [...options.keys()].some((one) => one !== option && group.has(one)),
    );
    const isTime = TIMES.includes(option);
    if (!allowed.has(option) || excluded || (isTime && index + 1 === argv.length))
      throw new Failure(SYNTAX_ERROR);
    options.set(option, isTime ? (argv[++index] ?? "") : "");
  }
  return options;
}

/** When the key is to expire, ms since 1970; null where no time is given. */
function expiryOf(call: Call, argv: Argv, options: ReadonlyMap<string, Bytes>): number | null {
  for (const option of TIMES) {
    const time = options.get(option);
    if (time === undefined) continue;
    const unit = option.startsWith("e") ? 1000 : 1;
    return expiryTime(argv[0] ?? "", time, unit, option.endsWith("at") ? 0 : call.now);
  }
  return null;
}
