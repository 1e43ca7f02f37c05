/** Strings that are numbers: counters. https://redis.io/docs/latest/develop/data-types/strings/#strings-as-counters */
import { addLongDoubles, formatLongDouble, longDouble } from "../model/long-double.ts";
import { textEncoding } from "../model/string-encoding.ts";
import { Failure, type Bytes, type Reply } from "../values.ts";
import type { Call, CommandTable } from "./command.ts";
import { int64, isInt64 } from "./int64.ts";

const NOT_A_FLOAT = "ERR value is not a valid float";

export const numbers: CommandTable = {
  incr: {
    arity: 2,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Adds one to a number.",
    run: (call, [, key = ""]) => add(call, key, 1n),
  },
  decr: {
    arity: 2,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Takes one from a number.",
    run: (call, [, key = ""]) => add(call, key, -1n),
  },
  incrby: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Adds to a number.",
    run: (call, [, key = "", by]) => add(call, key, int64(by)),
  },
  decrby: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Takes from a number.",
    run(call, [, key = "", by]) {
      const less = int64(by);
      if (!isInt64(-less)) throw new Failure("ERR decrement would overflow");
      return add(call, key, -less);
    },
  },
  incrbyfloat: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "2.6.0",
    summary: "Adds to a number with a fraction.",
    run({ db }, [, key = "", by = ""]) {
      const [old, increment] = [longDouble(db.string(key) ?? "0"), longDouble(by)];
      if (old === null || increment === null) throw new Failure(NOT_A_FLOAT);
      const value = addLongDoubles(old, increment);
      if (value === null) throw new Failure("ERR increment would produce NaN or Infinity");
      const text = formatLongDouble(value);
      db.setEncoded(key, text, textEncoding(text), true);
      db.touch(key, "$", "incrbyfloat");
      return text;
    },
  },
};

function add({ db }: Call, key: Bytes, by: bigint): Reply {
  const value = int64(db.string(key) ?? "0") + by;
  if (!isInt64(value)) throw new Failure("ERR increment or decrement would overflow");
  db.set(key, String(value), true);
  db.touch(key, "$", "incrby");
  return value;
}
