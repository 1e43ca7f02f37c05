/** Which keys there are. https://redis.io/docs/latest/commands/scan/ */
import { globMatches } from "../model/glob.ts";
import { Failure, type Bytes } from "../values.ts";
import { type CommandTable, long, SYNTAX_ERROR } from "./command.ts";

export const scanning: CommandTable = {
  keys: {
    arity: 2,
    flags: ["readonly"],
    group: "generic",
    since: "1.0.0",
    summary: "Names the keys that fit a pattern.",
    // What has expired is left out, and stays until somebody looks for it.
    run: ({ db, now }, [, pattern = ""]) =>
      [...db.entries.values()]
        .filter(({ key, expires }) => expires > now && globMatches(pattern, key))
        .map(({ key }) => key),
  },
  scan: {
    arity: -2,
    flags: ["readonly"],
    group: "generic",
    since: "2.8.0",
    summary: "Names the keys, a few at a time.",
    run({ redis, db }, argv) {
      const from = cursorOf(argv[1] ?? "");
      let [pattern, count, type]: [string | null, number, string | null] = [null, 10, null];
      for (let index = 2; index < argv.length; index += 2) {
        const [option = "", value] = argv.slice(index, index + 2);
        if (value === undefined) throw new Failure(SYNTAX_ERROR);
        const name = option.toLowerCase();
        if (name === "match") pattern = value;
        else if (name === "type") type = value.toLowerCase();
        else if (name === "count") {
          count = long(value);
          if (count < 1) throw new Failure(SYNTAX_ERROR);
        } else throw new Failure(SYNTAX_ERROR);
      }
      const found = redis.walks.next(db, from, count);
      const keys = found.entries
        .filter(
          ({ key, value }) =>
            (pattern === null || globMatches(pattern, key)) &&
            db.has(key) &&
            (type === null || type === (typeof value === "string" ? "string" : value.type)),
        )
        .map(({ key }) => key);
      return [String(found.cursor), keys];
    },
  },
};

/** As C's strtoul reads it: nothing is 0, and a negative one is very far. */
function cursorOf(argument: Bytes): number {
  const cursor = /^[+-]?\d{1,20}$/.test(argument) ? BigInt(argument.replace("+", "")) : null;
  if (argument === "") return 0;
  if (cursor === null || cursor >= 2n ** 64n || cursor <= -(2n ** 64n))
    throw new Failure("ERR invalid cursor");
  return Number(BigInt.asUintN(64, cursor));
}
