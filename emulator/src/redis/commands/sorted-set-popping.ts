/** Members taken from the ends of sorted sets, also by clients that wait for them. https://redis.io/docs/latest/commands/bzpopmin/ */
import { type Scored, SortedSet } from "../model/sorted-set.ts";
import {
  type Bytes,
  Couples,
  Double,
  Failure,
  NULL_ARRAY,
  type Reply,
  type Argv,
} from "../values.ts";
import {
  block,
  blockSeconds,
  type Call,
  type CommandTable,
  countedKeys,
  SYNTAX_ERROR,
} from "./command.ts";
import { atLeastOne, positive } from "./counts.ts";

type End = "min" | "max";

const row = { group: "sorted-set", since: "5.0.0" } as const;
const pop = { ...row, arity: -2, flags: ["write", "fast"], keys: [1, 1, 1] } as const;
const wait = { ...row, arity: -3, flags: ["write", "blocking", "fast"], keys: [1, -2, 1] } as const;

export const sortedSetPopping: CommandTable = {
  zpopmin: {
    ...pop,
    summary: "Removes and gives the members with the lowest scores.",
    run: (call, argv) => popOwn(call, argv, "min"),
  },
  zpopmax: {
    ...pop,
    summary: "Removes and gives the members with the highest scores.",
    run: (call, argv) => popOwn(call, argv, "max"),
  },
  bzpopmin: {
    ...wait,
    summary: "Removes and gives the member with the lowest score, and waits for one.",
    run: (call, argv) => popAny(call, argv, "min"),
  },
  bzpopmax: {
    ...wait,
    summary: "Removes and gives the member with the highest score, and waits for one.",
    run: (call, argv) => popAny(call, argv, "max"),
  },
  zmpop: {
    ...row,
    arity: -4,
    flags: ["write", "movablekeys"],
    keys: countedKeys(1),
    since: "7.0.0",
    summary: "Removes and gives members of the first sorted set that has some.",
    run(call, argv) {
      const { keys, take } = severalOf(call, argv, 1);
      return first(keys, take) ?? NULL_ARRAY;
    },
  },
  bzmpop: {
    ...row,
    arity: -5,
    flags: ["write", "blocking", "movablekeys"],
    keys: countedKeys(2),
    since: "7.0.0",
    summary: "Removes and gives members of the first sorted set that has some, and waits for one.",
    run(call, argv) {
      const { keys, take } = severalOf(call, argv, 2);
      return firstOrWait(call, keys, blockSeconds(argv[1]), take);
    },
  },
};

/** Without a count, RESP3 has no couple in a couple. */
function popOwn(call: Call, argv: Argv, end: End): Reply {
  if (argv.length > 3) throw new Failure(SYNTAX_ERROR);
  const [, key = "", count] = argv;
  const amount = count === undefined ? 1 : positive(count);
  const flat = flatten(popFrom(call, key, end, amount));
  return count === undefined ? flat : new Couples(flat);
}

function popAny(call: Call, argv: Argv, end: End): Reply {
  return firstOrWait(call, argv.slice(1, -1), blockSeconds(argv.at(-1)), (key) => {
    const popped = popFrom(call, key, end, 1);
    return popped.length === 0 ? undefined : [key, ...flatten(popped)];
  });
}

interface Several {
  readonly keys: Argv;
  readonly take: (key: Bytes) => Reply | undefined;
}

function severalOf(call: Call, argv: Argv, countAt: number): Several {
  const numberOfKeys = atLeastOne(argv[countAt], "ERR numkeys should be greater than 0");
  const endAt = countAt + 1 + numberOfKeys;
  const end = argv[endAt]?.toLowerCase();
  if (end !== "min" && end !== "max") throw new Failure(SYNTAX_ERROR);
  const options = argv.slice(endAt + 1);
  if (options.length > 0 && (options.length !== 2 || options[0]?.toLowerCase() !== "count"))
    throw new Failure(SYNTAX_ERROR);
  const count =
    options.length === 0 ? 1 : atLeastOne(options[1], "ERR count should be greater than 0");
  return {
    keys: argv.slice(countAt + 1, endAt),
    take(key) {
      const popped = popFrom(call, key, end, count);
      if (popped.length === 0) return undefined;
      return [key, popped.map(({ name, score }) => [name, new Double(score)])];
    },
  };
}

function firstOrWait(call: Call, keys: Argv, timeout: number, attempt: Several["take"]): Reply {
  const found = first(keys, attempt);
  if (found !== undefined) return found;
  // Who waits already waits on, where something else comes under the key.
  const whenSortedSet = (key: Bytes) =>
    call.db.get(key) instanceof SortedSet ? attempt(key) : undefined;
  return block(call, { keys, timeout, attempt: whenSortedSet, timedOut: NULL_ARRAY });
}

function first(keys: Argv, take: Several["take"]): Reply | undefined {
  for (const key of keys) {
    const taken = take(key);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

function popFrom({ db }: Call, key: Bytes, end: End, count: number): Scored[] {
  const set = db.collection(key, SortedSet);
  if (set === undefined) return [];
  const popped =
    end === "min" ? set.slice(0, count) : set.slice(Math.max(0, set.size - count)).reverse();
  for (const { name } of popped) set.delete(name);
  if (popped.length > 0) db.touch(key, "z", `zpop${end}`);
  return popped;
}

function flatten(members: readonly Scored[]): Reply[] {
  return members.flatMap(({ name, score }) => [name, new Double(score)]);
}
