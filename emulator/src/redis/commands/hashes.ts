/** Hashes. https://redis.io/docs/latest/develop/data-types/hashes/ */
import { Hash } from "../model/hash.ts";
import { addLongDoubles, formatLongDouble, longDouble } from "../model/long-double.ts";
import { type Bytes, Failure, OK, Pairs, type Reply, type Argv } from "../values.ts";
import type { Call, CommandTable } from "./command.ts";
import { int64, isInt64 } from "./int64.ts";

const row = { keys: [1, 1, 1], group: "hash", since: "2.0.0" } as const;
const READ = ["readonly", "fast"] as const;
const WRITE = ["write", "denyoom", "fast"] as const;

export const hashes: CommandTable = {
  hset: {
    ...row,
    arity: -4,
    flags: WRITE,
    summary: "Sets fields of a hash, and makes the hash where there is none.",
    run: setFields,
  },
  hmset: {
    ...row,
    arity: -4,
    flags: WRITE,
    summary: "Sets fields of a hash. HSET does the same and counts.",
    run(call, argv) {
      setFields(call, argv);
      return OK;
    },
  },
  hsetnx: {
    ...row,
    arity: 4,
    flags: WRITE,
    summary: "Sets a field of a hash unless it is there.",
    run(call, [, key = "", field = "", value = ""]) {
      const hash = hashOrNew(call, key);
      if (hash.field(field) !== undefined) return 0;
      hash.set(field, value);
      call.db.touch(key, "h", "hset");
      return 1;
    },
  },
  hget: {
    ...row,
    arity: 3,
    flags: READ,
    summary: "The value of a hash's field.",
    run: (call, [, key = "", field = ""]) => hashAt(call, key)?.get(field) ?? null,
  },
  hmget: {
    ...row,
    arity: -3,
    flags: READ,
    summary: "The values of several fields of a hash.",
    run(call, [, key = "", ...fields]) {
      const hash = hashAt(call, key);
      return fields.map((field) => hash?.get(field) ?? null);
    },
  },
  hgetall: {
    ...row,
    arity: 2,
    flags: ["readonly"],
    summary: "All fields of a hash with their values.",
    run(call, [, key = ""]) {
      const flat: Bytes[] = [];
      for (const { name, value } of fieldsAt(call, key)) flat.push(name, value);
      return new Pairs(flat);
    },
  },
  hkeys: {
    ...row,
    arity: 2,
    flags: ["readonly"],
    summary: "The names of all fields of a hash.",
    run: (call, [, key = ""]) => Array.from(fieldsAt(call, key), ({ name }) => name),
  },
  hvals: {
    ...row,
    arity: 2,
    flags: ["readonly"],
    summary: "The values of all fields of a hash.",
    run: (call, [, key = ""]) => Array.from(fieldsAt(call, key), ({ value }) => value),
  },
  hdel: {
    ...row,
    arity: -3,
    flags: ["write", "fast"],
    summary: "Removes fields of a hash, and the hash with the last one.",
    run(call, [, key = "", ...fields]) {
      const hash = hashAt(call, key);
      if (hash === undefined) return 0;
      const deleted = fields.filter((field) => hash.delete(field)).length;
      if (deleted > 0) call.db.touch(key, "h", "hdel");
      return deleted;
    },
  },
  hexists: {
    ...row,
    arity: 3,
    flags: READ,
    summary: "Whether a hash has a field.",
    run: (call, [, key = "", field = ""]) =>
      hashAt(call, key)?.field(field) === undefined ? 0 : 1,
  },
  hlen: {
    ...row,
    arity: 2,
    flags: READ,
    summary: "How many fields a hash has.",
    run: (call, [, key = ""]) => hashAt(call, key)?.size ?? 0,
  },
  hstrlen: {
    ...row,
    arity: 3,
    flags: READ,
    since: "3.2.0",
    summary: "How long the value of a hash's field is.",
    run: (call, [, key = "", field = ""]) => hashAt(call, key)?.get(field)?.length ?? 0,
  },
  hincrby: {
    ...row,
    arity: 4,
    flags: WRITE,
    summary: "Adds to the integer in a hash's field, which is 0 where there is none.",
    run(call, [, key = "", field = "", by]) {
      const increment = int64(by);
      const old = hashAt(call, key)?.get(field);
      const value =
        (old === undefined ? 0n : int64(old, "ERR hash value is not an integer")) + increment;
      if (!isInt64(value)) throw new Failure("ERR increment or decrement would overflow");
      hashOrNew(call, key).set(field, String(value), true);
      call.db.touch(key, "h", "hincrby");
      return value;
    },
  },
  hincrbyfloat: {
    ...row,
    arity: 4,
    flags: WRITE,
    since: "2.6.0",
    summary: "Adds to the number in a hash's field, which is 0 where there is none.",
    run(call, [, key = "", field = "", by = ""]) {
      const increment = longDouble(by);
      if (increment === null) throw new Failure("ERR value is not a valid float");
      if ("infinite" in increment) throw new Failure("ERR value is NaN or Infinity");
      const old = longDouble(hashAt(call, key)?.get(field) ?? "0");
      if (old === null) throw new Failure("ERR hash value is not a float");
      const value = addLongDoubles(old, increment);
      if (value === null) throw new Failure("ERR increment would produce NaN or Infinity");
      const text = formatLongDouble(value);
      hashOrNew(call, key).set(field, text, true);
      call.db.touch(key, "h", "hincrbyfloat");
      return text;
    },
  },
};

/** The hash of a key, without the fields whose time is over. */
export function hashAt({ db, now }: Call, key: Bytes): Hash | undefined {
  const hash = db.collection(key, Hash);
  hash?.expire(now);
  return hash?.isEmpty === true ? undefined : hash;
}

/** The same; where there is none, it is made. */
export function hashOrNew(call: Call, key: Bytes): Hash {
  return hashAt(call, key) ?? call.db.collectionOrNew(key, Hash);
}

function fieldsAt(
  call: Call,
  key: Bytes,
): Iterable<{ readonly name: Bytes; readonly value: Bytes }> {
  return hashAt(call, key)?.fields() ?? [];
}

function setFields(call: Call, argv: Argv): Reply {
  const [name = "", key = "", ...pairs] = argv;
  if (pairs.length % 2 !== 0)
    throw new Failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  const hash = hashOrNew(call, key);
  let created = 0;
  for (let at = 0; at < pairs.length; at += 2)
    if (hash.set(pairs[at] ?? "", pairs[at + 1] ?? "")) created++;
  call.db.touch(key, "h", "hset");
  return created;
}
