/** Sorted sets, member by member. https://redis.io/docs/latest/develop/data-types/sorted-sets/ */
import { SortedSet } from "../model/sorted-set.ts";
import { type Bytes, Double, Failure, NULL_ARRAY, type Reply, type Argv } from "../values.ts";
import { type Call, type CommandTable, float, SYNTAX_ERROR } from "./command.ts";

const row = { keys: [1, 1, 1], group: "sorted-set", since: "1.2.0" } as const;
const READ = ["readonly", "fast"] as const;
const WRITE = ["write", "denyoom", "fast"] as const;

export const sortedSets: CommandTable = {
  zadd: {
    ...row,
    arity: -4,
    flags: WRITE,
    summary: "Adds members to a sorted set, or gives them other scores.",
    run(call, argv) {
      const first = argv.findIndex((word, at) => at > 1 && !ADD_OPTIONS.has(word.toLowerCase()));
      const options = new Set(argv.slice(2, first < 0 ? undefined : first).map(lowerCase));
      return add(call, argv[1] ?? "", options, first < 0 ? [] : argv.slice(first));
    },
  },
  zincrby: {
    ...row,
    arity: 4,
    flags: WRITE,
    summary: "Adds to the score of a member, which is 0 where it is none.",
    run: (call, [, key = "", ...pair]) => add(call, key, new Set(["incr"]), pair),
  },
  zrem: {
    ...row,
    arity: -3,
    flags: ["write", "fast"],
    summary: "Removes members of a sorted set, and the set with the last one.",
    run({ db }, [, key = "", ...members]) {
      const set = db.collection(key, SortedSet);
      if (set === undefined) return 0;
      const removed = members.filter((member) => set.delete(member)).length;
      if (removed > 0) db.touch(key, "z", "zrem");
      return removed;
    },
  },
  zcard: {
    ...row,
    arity: 2,
    flags: READ,
    summary: "How many members a sorted set has.",
    run: ({ db }, [, key = ""]) => db.collection(key, SortedSet)?.size ?? 0,
  },
  zscore: {
    ...row,
    arity: 3,
    flags: READ,
    summary: "The score of a member.",
    run: ({ db }, [, key = "", member = ""]) => scoreOf(db.collection(key, SortedSet), member),
  },
  zmscore: {
    ...row,
    arity: -3,
    flags: READ,
    since: "6.2.0",
    summary: "The scores of several members.",
    run({ db }, [, key = "", ...members]) {
      const set = db.collection(key, SortedSet);
      return members.map((member) => scoreOf(set, member));
    },
  },
  zrank: {
    ...row,
    arity: -3,
    flags: READ,
    since: "2.0.0",
    summary: "How many members come before one.",
    run: (call, argv) => rank(call, argv, false),
  },
  zrevrank: {
    ...row,
    arity: -3,
    flags: READ,
    since: "2.0.0",
    summary: "How many members come behind one.",
    run: (call, argv) => rank(call, argv, true),
  },
};

const ADD_OPTIONS = new Set(["nx", "xx", "gt", "lt", "ch", "incr"]);

/**
 * ZADD's scores and members in turn; also of ZINCRBY and GEOADD. With `incr` it answers the score, or null where an
 * option forbade it.
 */
export function add({ db }: Call, key: Bytes, options: ReadonlySet<string>, pairs: Argv): Reply {
  const [nx, xx, gt, lt, incr] = ["nx", "xx", "gt", "lt", "incr"].map((each) => options.has(each));
  if (pairs.length === 0 || pairs.length % 2 !== 0) throw new Failure(SYNTAX_ERROR);
  if (nx && xx) throw new Failure("ERR XX and NX options at the same time are not compatible");
  if ((gt && nx) || (lt && nx) || (gt && lt))
    throw new Failure("ERR GT, LT, and/or NX options at the same time are not compatible");
  if (incr && pairs.length > 2)
    throw new Failure("ERR INCR option supports a single increment-element pair");
  // All scores are read before anything is written.
  const scores = pairs.filter((_, at) => at % 2 === 0).map((score) => float(score));
  const found = db.collection(key, SortedSet);
  if (found === undefined && xx) return incr ? null : 0;
  const set = found ?? db.collectionOrNew(key, SortedSet);

  let [added, updated] = [0, 0];
  let answer: Reply = null;
  for (const [index, given] of scores.entries()) {
    const member = pairs[index * 2 + 1] ?? "";
    const old = set.score(member);
    if (old === undefined ? xx : nx) continue;
    const score = incr && old !== undefined ? old + given : given;
    if (Number.isNaN(score)) throw new Failure("ERR resulting score is not a number (NaN)");
    if (old !== undefined && ((gt && score <= old) || (lt && score >= old))) continue;
    answer = new Double(score);
    if (old === undefined) added++;
    else if (old !== score) updated++;
    set.set(member, score);
  }
  if (added + updated > 0) db.touch(key, "z", incr ? "zincr" : "zadd");
  if (incr) return answer;
  return options.has("ch") ? added + updated : added;
}

function lowerCase(word: Bytes): Bytes {
  return word.toLowerCase();
}

function scoreOf(set: SortedSet | undefined, member: Bytes): Reply {
  const score = set?.score(member);
  return score === undefined ? null : new Double(score);
}

function rank({ db }: Call, argv: Argv, reverse: boolean): Reply {
  const [name = "", key = "", member = "", option] = argv;
  if (argv.length > 4)
    throw new Failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  if (option !== undefined && option.toLowerCase() !== "withscore") throw new Failure(SYNTAX_ERROR);
  const set = db.collection(key, SortedSet);
  const before = set?.rank(member);
  if (set === undefined || before === undefined) return option === undefined ? null : NULL_ARRAY;
  const place = reverse ? set.size - 1 - before : before;
  return option === undefined ? place : [place, scoreOf(set, member)];
}
