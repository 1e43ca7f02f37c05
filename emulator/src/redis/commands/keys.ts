/** Keys, whatever they hold. https://redis.io/docs/latest/commands/?group=generic */
import type { Entry, Keyspace } from "../model/keyspace.ts";
import type { Redis } from "../model/redis.ts";
import { stringEncoding } from "../model/string-encoding.ts";
import { Failure, OK, Status, type Argv, type Bytes, type Reply } from "../values.ts";
import { type Call, type Command, type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { int64 } from "./int64.ts";
import { isFreedLazily } from "./lazy-freeing.ts";

const NO_SUCH_KEY = "ERR no such key";

const del: Command["run"] = (call, argv) =>
  remove(call, argv, call.redis.config.isOn("lazyfree-lazy-user-del"));

function remove(call: Call, [, ...keys]: Argv, lazily: boolean): Reply {
  const { db, redis } = call;
  let count = 0;
  for (const key of keys) {
    const entry = lazily ? db.peek(key) : undefined;
    if (entry !== undefined && isFreedLazily(call, entry)) redis.stats.lazilyFreed++;
    if (!db.remove(key)) continue;
    db.touch(key, "g", "del");
    count++;
  }
  return count;
}

export const keys: CommandTable = {
  del: {
    arity: -2,
    flags: ["write"],
    keys: [1, -1, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Removes keys.",
    run: del,
  },
  unlink: {
    arity: -2,
    flags: ["write", "fast"],
    keys: [1, -1, 1],
    group: "generic",
    since: "4.0.0",
    summary: "Removes keys, and their memory when there is time.",
    run: (call, argv) => remove(call, argv, true),
  },
  exists: {
    arity: -2,
    flags: ["readonly", "fast"],
    keys: [1, -1, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Counts which of these keys are there.",
    run: ({ db }, [, ...names]) => names.filter((key) => db.has(key)).length,
  },
  touch: {
    arity: -2,
    flags: ["readonly", "fast"],
    keys: [1, -1, 1],
    group: "generic",
    since: "3.2.1",
    summary: "Counts which of these keys are there, and uses them.",
    run: ({ db }, [, ...names]) => names.filter((key) => db.entry(key) !== undefined).length,
  },
  type: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Says what a key holds.",
    run({ db }, [, key = ""]) {
      const value = db.peek(key)?.value;
      if (value === undefined) return new Status("none");
      return new Status(typeof value === "string" ? "string" : value.type);
    },
  },
  randomkey: {
    arity: 1,
    flags: ["readonly"],
    group: "generic",
    since: "1.0.0",
    summary: "Names any key.",
    run({ db }) {
      // What has expired goes when it is met; then another one is drawn. In a pause it stays: that is met but so often.
      for (let tries = 0; tries < 100 && db.entries.size > 0; tries++) {
        let left = Math.floor(Math.random() * db.entries.size);
        for (const key of db.entries.keys()) {
          if (left-- > 0) continue;
          if (db.has(key)) return key;
          break;
        }
      }
      return null;
    },
  },
  rename: {
    arity: 3,
    flags: ["write"],
    keys: [1, 2, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Gives a key another name, in place of whoever had it.",
    run(call, [, from, to]) {
      rename(call, from, to, true);
      return OK;
    },
  },
  renamenx: {
    arity: 3,
    flags: ["write", "fast"],
    keys: [1, 2, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Gives a key another name that nobody has.",
    run: (call, [, from, to]) => rename(call, from, to, false),
  },
  move: {
    arity: 3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    group: "generic",
    since: "1.0.0",
    summary: "Takes a key to another database.",
    run({ redis, db }, [, key = "", index]) {
      const target = databaseOf(redis, index);
      if (target === db) throw new Failure("ERR source and destination objects are the same");
      const entry = db.entry(key);
      if (entry === undefined || target.has(key)) return 0;
      db.remove(key);
      put(target, key, entry.value, entry);
      db.touch(key, "g", "move_from");
      target.touch(key, "g", "move_to");
      return 1;
    },
  },
  copy: {
    arity: -3,
    flags: ["write", "denyoom"],
    keys: [1, 2, 1],
    group: "generic",
    since: "6.2.0",
    summary: "Gives a second key the same value.",
    run({ redis, db }, argv) {
      const [, from = "", to = ""] = argv;
      let [target, replace]: [Keyspace, boolean] = [db, false];
      for (let index = 3; index < argv.length; index++) {
        const option = (argv[index] ?? "").toLowerCase();
        if (option === "replace") replace = true;
        else if (option === "db" && index + 1 < argv.length)
          target = databaseOf(redis, argv[++index]);
        else throw new Failure(SYNTAX_ERROR);
      }
      if (target === db && from === to)
        throw new Failure("ERR source and destination objects are the same");
      const entry = db.entry(from);
      if (entry === undefined || (target.has(to) && !replace)) return 0;
      target.remove(to);
      const { value, expires } = entry;
      if (typeof value === "string")
        // A copy of a number is one more, where others are shared.
        put(target, to, value, { expires, encoding: entry.encoding ?? stringEncoding(value) });
      else put(target, to, value.copy(), entry);
      target.touch(to, "g", "copy_to");
      return 1;
    },
  },
};

function rename({ db }: Call, from: Bytes = "", to: Bytes = "", replace: boolean): Reply {
  const entry = db.entry(from);
  if (entry === undefined) throw new Failure(NO_SUCH_KEY);
  if (from === to) return 0;
  if (db.has(to)) {
    if (!replace) return 0;
    db.remove(to);
  }
  db.remove(from);
  put(db, to, entry.value, entry);
  db.touch(from, "g", "rename_from");
  db.touch(to, "g", "rename_to");
  return 1;
}

function databaseOf({ keyspaces }: Redis, argument: Bytes | undefined): Keyspace {
  const index = Number(int64(argument));
  if (index !== (index | 0))
    throw new Failure("ERR value is out of range, value must between -2147483648 and 2147483647");
  const keyspace = keyspaces[index];
  if (keyspace === undefined) throw new Failure("ERR DB index is out of range");
  return keyspace;
}

/** Sets a key that is not there, with the deadline that another one has, and kept like that. */
function put(
  db: Keyspace,
  key: Bytes,
  value: Entry["value"],
  { expires, encoding }: Pick<Entry, "expires" | "encoding">,
): void {
  if (typeof value === "string" && encoding !== undefined) db.setEncoded(key, value, encoding);
  else db.set(key, value);
  const made = db.peek(key);
  if (made !== undefined) db.setExpiry(made, expires);
}
