/** HyperLogLog: about how many different elements there were. https://redis.io/docs/latest/develop/data-types/probabilistic/hyperloglogs/ */
import { Corrupted, HyperLogLog } from "../model/hyperloglog.ts";
import type { Keyspace } from "../model/keyspace.ts";
import type { Redis } from "../model/redis.ts";
import { Failure, OK, Status, type Bytes } from "../values.ts";
import type { CommandTable } from "./command.ts";

const SELF_TEST_ELEMENTS = 20_000;
/** 1.04 by the root of the number of registers. */
const STANDARD_ERROR = 1.04 / 128;

export const hyperloglog: CommandTable = {
  pfadd: {
    arity: -2,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "hyperloglog",
    since: "2.8.9",
    summary: "Lets a HyperLogLog see elements.",
    run({ redis, db }, [, key = "", ...elements]) {
      const found = read(db, key);
      const hll = found ?? new HyperLogLog();
      let changed = found === undefined;
      for (const element of elements) changed = hll.add(element) || changed;
      if (!changed) return 0;
      // Also one without an element has its count to find.
      hll.isCounted = false;
      db.edit(key, hll.text(sparseMax(redis)));
      db.touch(key, "$", "pfadd");
      return 1;
    },
  },
  pfcount: {
    arity: -2,
    flags: ["readonly", "may_replicate"],
    keys: [1, -1, 1],
    group: "hyperloglog",
    since: "2.8.9",
    summary: "Estimates how many different elements HyperLogLogs have seen.",
    run({ redis, db }, [, ...keys]) {
      const [key = ""] = keys;
      if (keys.length === 1) {
        const hll = read(db, key);
        if (hll === undefined || hll.isCounted) return hll?.count() ?? 0;
        // The count is kept in the string: that is a change of it.
        const count = hll.count();
        db.edit(key, hll.text(sparseMax(redis)));
        db.changed(key);
        return count;
      }
      const union = new HyperLogLog();
      for (const each of keys) union.merge(read(db, each) ?? new HyperLogLog());
      return union.count();
    },
  },
  pfmerge: {
    arity: -2,
    flags: ["write", "denyoom"],
    keys: [1, -1, 1],
    group: "hyperloglog",
    since: "2.8.9",
    summary: "Joins HyperLogLogs into one.",
    run({ redis, db }, [, key = "", ...sources]) {
      const target = read(db, key) ?? new HyperLogLog();
      for (const source of sources) {
        const hll = read(db, source);
        if (hll === undefined) continue;
        target.merge(hll);
        target.dense ||= hll.dense;
      }
      target.isCounted = false;
      db.edit(key, target.text(sparseMax(redis)));
      db.touch(key, "$", "pfadd");
      return OK;
    },
  },
  pfselftest: {
    arity: 1,
    flags: ["admin"],
    group: "hyperloglog",
    since: "2.8.9",
    summary: "Tries the HyperLogLog itself.",
    run({ redis }) {
      const hll = new HyperLogLog();
      for (let element = 1; element <= SELF_TEST_ELEMENTS; element++) hll.add(String(element));
      const kept = HyperLogLog.parse(hll.text(sparseMax(redis)));
      if (kept?.registers.every((value, index) => value === hll.registers[index]) !== true)
        throw new Failure("ERR TESTFAILED registers are not kept");
      const error = Math.abs(hll.count() / SELF_TEST_ELEMENTS - 1);
      if (error > 4 * STANDARD_ERROR)
        throw new Failure(`ERR TESTFAILED Too big error. card:${hll.count()}`);
      return OK;
    },
  },
  pfdebug: {
    arity: 3,
    flags: ["write", "denyoom", "admin"],
    keys: [2, 2, 1],
    group: "hyperloglog",
    since: "2.8.9",
    summary: "Shows the registers of a HyperLogLog.",
    run({ redis, db }, [, subcommand = "", key = ""]) {
      const hll = read(db, key);
      if (hll === undefined) throw new Failure("ERR The specified key does not exist");
      const { dense } = hll;
      switch (subcommand.toLowerCase()) {
        case "encoding":
          return new Status(dense ? "dense" : "sparse");
        case "decode":
          if (dense) throw new Failure("ERR HLL encoding is not sparse");
          return hll.runs();
        case "getreg":
        case "todense":
          hll.dense = true;
          db.edit(key, hll.text(sparseMax(redis)));
          return subcommand.toLowerCase() === "todense" ? Number(!dense) : [...hll.registers];
        default:
          throw new Failure(`ERR Unknown PFDEBUG subcommand '${subcommand}'`);
      }
    },
  },
};

function sparseMax({ config }: Redis): number {
  return config.number("hll-sparse-max-bytes");
}

/** What the key holds. @throws {Failure} where that is no HyperLogLog */
function read(db: Keyspace, key: Bytes): HyperLogLog | undefined {
  const text = db.string(key);
  if (text === undefined) return undefined;
  try {
    const hll = HyperLogLog.parse(text);
    if (hll !== null) return hll;
  } catch (error) {
    if (!(error instanceof Corrupted)) throw error;
    throw new Failure("INVALIDOBJ Corrupted HLL object detected");
  }
  throw new Failure("WRONGTYPE Key is not a valid HyperLogLog string value.");
}
