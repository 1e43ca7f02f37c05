/** Parts of strings, and what strings have in common. https://redis.io/docs/latest/develop/data-types/strings/ */
import { constants } from "node:buffer";
import type { Redis } from "../model/redis.ts";
import { Failure, Pairs, type Bytes, type Reply } from "../values.ts";
import { type Call, type Command, type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { int64 } from "./int64.ts";
import { commonSubsequence } from "./lcs.ts";

/** @throws {Failure} where a string would become too long, here or there: 512 MB, but for 24 bytes. */
export function checkLength({ config }: Redis, length: number): void {
  if (length > Math.min(config.maxBulk, constants.MAX_STRING_LENGTH))
    throw new Failure("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}

const getrange: Command["run"] = ({ db }, [, key = "", first, last]) => {
  let [start, end] = [Number(int64(first)), Number(int64(last))];
  const value = db.string(key) ?? "";
  if (start < 0 && end < 0 && start > end) return "";
  if (start < 0) start = Math.max(0, start + value.length);
  if (end < 0) end = Math.max(0, end + value.length);
  return value.slice(start, end + 1);
};

export const substrings: CommandTable = {
  append: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "2.0.0",
    summary: "Puts more behind a string.",
    run({ redis, db }, [, key = "", tail = ""]) {
      const old = db.string(key);
      if (old !== undefined) checkLength(redis, old.length + tail.length);
      const value = (old ?? "") + tail;
      if (old === undefined) db.set(key, value);
      else db.edit(key, value);
      db.touch(key, "$", "append");
      return value.length;
    },
  },
  strlen: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "string",
    since: "2.2.0",
    summary: "Says how long a string is.",
    run: ({ db }, [, key = ""]) => db.string(key)?.length ?? 0,
  },
  setrange: {
    arity: 4,
    flags: ["write", "denyoom"],
    keys: [1, 1, 1],
    group: "string",
    since: "2.2.0",
    summary: "Writes into a string from a place on.",
    run({ redis, db }, [, key = "", offset, part = ""]) {
      const start = Number(int64(offset));
      if (start < 0) throw new Failure("ERR offset is out of range");
      const old = db.string(key) ?? "";
      if (part === "") return old.length;
      checkLength(redis, start + part.length);
      const value =
        old.slice(0, start) +
        "\0".repeat(Math.max(0, start - old.length)) +
        part +
        old.slice(start + part.length);
      db.edit(key, value);
      db.touch(key, "$", "setrange");
      return value.length;
    },
  },
  getrange: {
    arity: 4,
    flags: ["readonly"],
    keys: [1, 1, 1],
    group: "string",
    since: "2.4.0",
    summary: "Reads a part of a string.",
    run: getrange,
  },
  substr: {
    arity: 4,
    flags: ["readonly"],
    keys: [1, 1, 1],
    group: "string",
    since: "1.0.0",
    summary: "Reads a part of a string: the old name.",
    run: getrange,
  },
  lcs: {
    arity: -3,
    flags: ["readonly"],
    keys: [1, 2, 1],
    group: "string",
    since: "7.0.0",
    summary: "Looks for what two strings have in common, in order.",
    run(call, argv) {
      const [a, b] = [textOf(call, argv[1]), textOf(call, argv[2])];
      let [lengthOnly, places, withLength, shortest] = [false, false, false, 0];
      for (let index = 3; index < argv.length; index++) {
        const option = (argv[index] ?? "").toLowerCase();
        if (option === "idx") places = true;
        else if (option === "len") lengthOnly = true;
        else if (option === "withmatchlen") withLength = true;
        else if (option === "minmatchlen" && index + 1 < argv.length)
          shortest = Number(int64(argv[++index]));
        else throw new Failure(SYNTAX_ERROR);
      }
      if (lengthOnly && places)
        throw new Failure("ERR If you want both the length and indexes, please just use IDX.");
      if ((a.length + 1) * (b.length + 1) * 4 > call.redis.config.maxBulk)
        throw new Failure(
          "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
        );
      const common = commonSubsequence(a, b);
      if (lengthOnly) return common.length;
      if (!places) return common.text();
      const matches = common
        .matches()
        .filter(({ length }) => length >= shortest)
        .map(({ a: inA, b: inB, length }): Reply => {
          const ranges: Reply[] = [
            [inA, inA + length - 1],
            [inB, inB + length - 1],
          ];
          return withLength ? [...ranges, length] : ranges;
        });
      return new Pairs(["matches", matches, "len", common.length]);
    },
  },
};

function textOf({ db }: Call, key = ""): Bytes {
  const value = db.get(key) ?? "";
  if (typeof value === "string") return value;
  throw new Failure("ERR The specified keys must contain string values");
}
