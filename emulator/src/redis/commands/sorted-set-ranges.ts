/** Parts of a sorted set: by rank, by score, or by bytes where all scores are equal. https://redis.io/docs/latest/commands/zrange/ */
import { type Scored, type ScoredRange, SortedSet } from "../model/sorted-set.ts";
import { type Bytes, Couples, Double, Failure, type Reply, type Argv } from "../values.ts";
import { type Call, type CommandTable, float, long, place, SYNTAX_ERROR } from "./command.ts";
import { storeSortedSet } from "./sorted-set-store.ts";

type By = "rank" | "score" | "lex";

/** What a command's name says; null: the arguments say it. */
interface Kind {
  readonly by: By | null;
  readonly reverse: boolean | null;
  readonly storing?: boolean;
}

/** What the arguments say. */
interface Range {
  readonly reverse: boolean;
  readonly withScores: boolean;
  readonly offset: number;
  /** Negative: all. */
  readonly limit: number;
  /** The ranks from which and before which, counted in the direction of the order. */
  readonly ranks: (set: SortedSet) => Ranks;
}

type Ranks = ReturnType<SortedSet["ranks"]>;

const row = { keys: [1, 1, 1], group: "sorted-set", since: "2.0.0" } as const;
const read = { ...row, arity: -4, flags: ["readonly"] } as const;
const count = { ...row, arity: 4, flags: ["readonly", "fast"] } as const;
const remove = { ...row, arity: 4, flags: ["write"] } as const;

export const sortedSetRanges: CommandTable = {
  zrange: {
    ...read,
    since: "1.2.0",
    summary: "The members in a range of ranks, scores or bytes.",
    run: (call, argv) => answer(call, argv, { by: null, reverse: null }),
  },
  zrevrange: {
    ...read,
    since: "1.2.0",
    summary: "The members in a range of ranks, from the last to the first.",
    run: (call, argv) => answer(call, argv, { by: "rank", reverse: true }),
  },
  zrangebyscore: {
    ...read,
    since: "1.0.5",
    summary: "The members in a range of scores.",
    run: (call, argv) => answer(call, argv, { by: "score", reverse: false }),
  },
  zrevrangebyscore: {
    ...read,
    since: "2.2.0",
    summary: "The members in a range of scores, from the last to the first.",
    run: (call, argv) => answer(call, argv, { by: "score", reverse: true }),
  },
  zrangebylex: {
    ...read,
    since: "2.8.9",
    summary: "The members in a range of bytes.",
    run: (call, argv) => answer(call, argv, { by: "lex", reverse: false }),
  },
  zrevrangebylex: {
    ...read,
    since: "2.8.9",
    summary: "The members in a range of bytes, from the last to the first.",
    run: (call, argv) => answer(call, argv, { by: "lex", reverse: true }),
  },
  zrangestore: {
    ...row,
    keys: [1, 2, 1],
    arity: -5,
    flags: ["write", "denyoom"],
    since: "6.2.0",
    summary: "Stores the members in a range of ranks, scores or bytes.",
    run(call, [, destination = "", ...argv]) {
      const range = rangeOf(["", ...argv], { by: null, reverse: null, storing: true });
      const members = membersIn(call, argv[0] ?? "", range);
      const stored = new SortedSet(members.map(({ name, score }) => [name, score]));
      return storeSortedSet(call, destination, stored, "zrangestore");
    },
  },
  zcount: {
    ...count,
    summary: "How many members a range of scores has.",
    run: (call, [, key = "", min, max]) => countIn(call, key, scores(min, max)),
  },
  zlexcount: {
    ...count,
    since: "2.8.9",
    summary: "How many members a range of bytes has.",
    run: (call, [, key = "", min, max]) => countIn(call, key, lex(min, max)),
  },
  zremrangebyrank: {
    ...remove,
    summary: "Removes the members in a range of ranks.",
    run(call, [, key = "", first, last]) {
      const [from, to] = [long(first), long(last)];
      return removeFrom(call, key, "zremrangebyrank", ({ size }) => ranks(from, to, size));
    },
  },
  zremrangebyscore: {
    ...remove,
    since: "1.2.0",
    summary: "Removes the members in a range of scores.",
    run(call, [, key = "", min, max]) {
      const range = scores(min, max);
      return removeFrom(call, key, "zremrangebyscore", (set) => set.ranks(range));
    },
  },
  zremrangebylex: {
    ...remove,
    since: "2.8.9",
    summary: "Removes the members in a range of bytes.",
    run(call, [, key = "", min, max]) {
      const range = lex(min, max);
      return removeFrom(call, key, "zremrangebylex", (set) => set.ranks(range));
    },
  },
};

function answer(call: Call, argv: Argv, kind: Kind): Reply {
  const range = rangeOf(argv, kind);
  const members = membersIn(call, argv[1] ?? "", range);
  return range.withScores
    ? new Couples(members.flatMap(({ name, score }) => [name, new Double(score)]))
    : members.map(({ name }) => name);
}

function rangeOf(argv: Argv, kind: Kind): Range {
  let { by, reverse } = kind;
  let [withScores, offset, limit] = [false, 0, -1];
  for (let at = 4; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    if (option === "withscores" && kind.storing !== true) withScores = true;
    else if (option === "limit" && at + 2 < argv.length) {
      [offset, limit] = [long(argv[at + 1]), long(argv[at + 2])];
      at += 2;
    } else if (option === "rev" && kind.reverse === null) reverse = true;
    else if (option === "bylex" && by === null) by = "lex";
    else if (option === "byscore" && by === null) by = "score";
    else throw new Failure(SYNTAX_ERROR);
  }
  if (limit !== -1 && (by === null || by === "rank"))
    throw new Failure(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  if (withScores && by === "lex")
    throw new Failure("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  const ranks = ranksOf(by ?? "rank", argv[2], argv[3], reverse === true);
  return { reverse: reverse === true, withScores, offset, limit, ranks };
}

/** In reverse, a range of scores or bytes begins with its end, and ranks count from the last. */
function ranksOf(
  by: By,
  first: Bytes | undefined,
  last: Bytes | undefined,
  reverse: boolean,
): Range["ranks"] {
  if (by !== "rank") {
    const parse = by === "score" ? scores : lex;
    const range = reverse ? parse(last, first) : parse(first, last);
    return (set) => set.ranks(range);
  }
  const [start, stop] = [long(first), long(last)];
  return ({ size }) => {
    const { from, to } = ranks(start, stop, size);
    return reverse ? { from: size - to, to: size - from } : { from, to };
  };
}

function membersIn({ db }: Call, key: Bytes, range: Range): Scored[] {
  const set = db.collection(key, SortedSet);
  if (set === undefined || range.offset < 0) return [];
  const { from, to } = range.ranks(set);
  const amount = Math.min(range.limit < 0 ? set.size : range.limit, to - from - range.offset);
  if (amount <= 0) return [];
  if (!range.reverse) return set.slice(from + range.offset, from + range.offset + amount);
  return set.slice(to - range.offset - amount, to - range.offset).reverse();
}

function countIn({ db }: Call, key: Bytes, range: ScoredRange): number {
  const { from, to } = db.collection(key, SortedSet)?.ranks(range) ?? { from: 0, to: 0 };
  return to - from;
}

function removeFrom(
  { db }: Call,
  key: Bytes,
  event: string,
  ranksIn: (set: SortedSet) => Ranks,
): number {
  const set = db.collection(key, SortedSet);
  if (set === undefined) return 0;
  const { from, to } = ranksIn(set);
  const members = set.slice(from, to);
  for (const { name } of members) set.delete(name);
  if (members.length > 0) db.touch(key, "z", event);
  return members.length;
}

/** Both ends belong to it, and a negative one counts from the last. */
function ranks(start: number, stop: number, size: number): Ranks {
  const from = Math.max(0, place(start, size));
  return { from, to: Math.max(from, Math.min(place(stop, size), size - 1) + 1) };
}

/** `(` leaves the end out. */
function scores(min: Bytes = "", max: Bytes = ""): ScoredRange {
  const [low, high] = [score(min), score(max)];
  return {
    isBefore: min.startsWith("(") ? (one) => one.score <= low : (one) => one.score < low,
    isBeforeEnd: max.startsWith("(") ? (one) => one.score < high : (one) => one.score <= high,
  };
}

/** C's strtod takes nothing for 0. */
function score(end: Bytes): number {
  const text = end.startsWith("(") ? end.slice(1) : end;
  return text === "" ? 0 : float(text, "ERR min or max is not a float");
}

/** `(` leaves the end out, `[` does not; `-` and `+` are before and behind everything. */
function lex(min: Bytes = "", max: Bytes = ""): ScoredRange {
  const [low, high] = [min, max].map((end) => {
    if (!/^(?:[-+]$|[[(])/.test(end))
      throw new Failure("ERR min or max not valid string range item");
    return end.slice(1);
  });
  return {
    isBefore: lexEnd(min, low ?? "", min.startsWith("(")),
    isBeforeEnd: lexEnd(max, high ?? "", max.startsWith("[")),
  };
}

/** Whether a member comes before this end; `included`: or is it. */
function lexEnd(end: Bytes, text: Bytes, included: boolean): (scored: Scored) => boolean {
  if (end === "-") return () => false;
  if (end === "+") return () => true;
  return included ? ({ name }) => name <= text : ({ name }) => name < text;
}
