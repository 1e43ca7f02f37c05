/** What several sorted sets have together, or one and not the others. Sets take part, with 1 as each member's score. */
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { type Bytes, Couples, Double, Failure, type Reply, type Argv } from "../values.ts";
import {
  type Call,
  type CommandTable,
  countedKeys,
  float,
  type KeyFinder,
  long,
  SYNTAX_ERROR,
} from "./command.ts";
import { positive } from "./counts.ts";
import { storeSortedSet } from "./sorted-set-store.ts";

type Scores = Map<Bytes, number>;
type Algebra = (sources: readonly Source[], aggregate: Aggregate) => Scores;
type Aggregate = (one: number, other: number) => number;

/** One of the sets; null where there is none. */
interface Source {
  readonly set: SortedSet | MemberSet | null;
  readonly weight: number;
}

const row = { group: "sorted-set", since: "6.2.0" } as const;
const read = {
  ...row,
  arity: -3,
  flags: ["readonly", "movablekeys"],
  keys: countedKeys(1),
} as const;
const stored: KeyFinder = {
  range: [1, 1, 1],
  searches: [{ count: 2 }],
  find: (argv) => [1, ...countedKeys(2).find(argv)],
};
const write = {
  ...row,
  arity: -4,
  flags: ["write", "denyoom", "movablekeys"],
  keys: stored,
} as const;

export const sortedSetAlgebra: CommandTable = {
  zunion: { ...read, summary: "The members of any of the sets.", run: answers(union) },
  zinter: { ...read, summary: "The members of all sets.", run: answers(intersection) },
  zdiff: {
    ...read,
    summary: "The members of the first set that no other one has.",
    run: answers(difference),
  },
  zunionstore: {
    ...write,
    since: "2.0.0",
    summary: "Stores the members of any of the sets.",
    run: stores(union, "zunionstore"),
  },
  zinterstore: {
    ...write,
    since: "2.0.0",
    summary: "Stores the members of all sets.",
    run: stores(intersection, "zinterstore"),
  },
  zdiffstore: {
    ...write,
    summary: "Stores the members of the first set that no other one has.",
    run: stores(difference, "zdiffstore"),
  },
  zintercard: {
    ...read,
    since: "7.0.0",
    summary: "How many members all sets have.",
    run(call, argv) {
      const { sources, limit } = inputsOf(call, argv, 1, ["limit"]);
      const { size } = intersection(sources, sum);
      return limit === 0 ? size : Math.min(size, limit);
    },
  },
};

function answers(algebra: Algebra): (call: Call, argv: Argv) => Reply {
  return (call, argv) => {
    const options = algebra === difference ? [] : ["weights", "aggregate"];
    const inputs = inputsOf(call, argv, 1, [...options, "withscores"]);
    const members = new SortedSet(algebra(inputs.sources, inputs.aggregate)).slice();
    return inputs.withScores
      ? new Couples(members.flatMap(({ name, score }) => [name, new Double(score)]))
      : members.map(({ name }) => name);
  };
}

function stores(algebra: Algebra, event: string): (call: Call, argv: Argv) => Reply {
  return (call, argv) => {
    const options = algebra === difference ? [] : ["weights", "aggregate"];
    const { sources, aggregate } = inputsOf(call, argv, 2, options);
    return storeSortedSet(call, argv[1] ?? "", new SortedSet(algebra(sources, aggregate)), event);
  };
}

// ------------------------------------------------------------ arguments

interface Inputs {
  readonly sources: readonly Source[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
  readonly limit: number;
}

/** `options`: those that the command knows. */
function inputsOf(call: Call, argv: Argv, countAt: number, options: readonly string[]): Inputs {
  const count = long(argv[countAt]);
  if (count < 1)
    throw new Failure(
      `ERR at least 1 input key is needed for '${(argv[0] ?? "").toLowerCase()}' command`,
    );
  let at = countAt + 1 + count;
  if (at > argv.length) throw new Failure(SYNTAX_ERROR);
  const sets = argv.slice(countAt + 1, at).map((key) => setAt(call, key));
  let weights: number[] = [];
  let [aggregate, withScores, limit] = [sum, false, 0];
  while (at < argv.length) {
    const option = argv[at]?.toLowerCase() ?? "";
    const left = argv.length - at - 1;
    if (!options.includes(option)) throw new Failure(SYNTAX_ERROR);
    if (option === "weights" && left >= count) {
      weights = argv
        .slice(at + 1, at + 1 + count)
        .map((weight) => float(weight, "ERR weight value is not a float"));
      at += 1 + count;
    } else if (option === "aggregate" && left >= 1) {
      aggregate = aggregateOf(argv[at + 1]);
      at += 2;
    } else if (option === "limit" && left >= 1) {
      limit = positive(argv[at + 1], "ERR LIMIT can't be negative");
      at += 2;
    } else if (option === "withscores") {
      withScores = true;
      at++;
    } else throw new Failure(SYNTAX_ERROR);
  }
  const sources = sets.map((set, index) => ({ set, weight: weights[index] ?? 1 }));
  return { sources, aggregate, withScores, limit };
}

/** @throws {Failure} WRONGTYPE */
function setAt({ db }: Call, key: Bytes): Source["set"] {
  if (db.get(key) instanceof MemberSet) return db.collection(key, MemberSet) ?? null;
  return db.collection(key, SortedSet) ?? null;
}

function aggregateOf(name: Bytes | undefined): Aggregate {
  switch (name?.toLowerCase()) {
    case "sum":
      return sum;
    case "min":
      return Math.min;
    case "max":
      return Math.max;
    default:
      throw new Failure(SYNTAX_ERROR);
  }
}

/** Infinities of both signs make 0. */
function sum(one: number, other: number): number {
  return Number.isNaN(one + other) ? 0 : one + other;
}

// ------------------------------------------------------------ algebra

function union(sources: readonly Source[], aggregate: Aggregate): Scores {
  const scores: Scores = new Map();
  for (const source of sources)
    for (const [name, score] of weighted(source)) {
      const before = scores.get(name);
      scores.set(name, before === undefined ? score : aggregate(before, score));
    }
  return scores;
}

/** From the smallest to the largest, so that the others are asked as little as can be. */
function intersection(sources: readonly Source[], aggregate: Aggregate): Scores {
  const [smallest, ...others] = [...sources].sort((one, other) => sizeOf(one) - sizeOf(other));
  const scores: Scores = new Map();
  if (smallest === undefined) return scores;
  next: for (const [name, first] of weighted(smallest)) {
    let score = first;
    for (const other of others) {
      const another = scoreIn(other, name);
      if (another === undefined) continue next;
      score = aggregate(score, another);
    }
    scores.set(name, score);
  }
  return scores;
}

function difference([first, ...others]: readonly Source[]): Scores {
  const scores: Scores = new Map();
  if (first === undefined) return scores;
  for (const [name, score] of weighted(first))
    if (!others.some((other) => scoreIn(other, name) !== undefined)) scores.set(name, score);
  return scores;
}

function sizeOf({ set }: Source): number {
  return set?.size ?? 0;
}

function* weighted({ set, weight }: Source): Iterable<[name: Bytes, score: number]> {
  if (set instanceof SortedSet)
    for (const { name, score } of set.slice()) yield [name, times(score, weight)];
  else if (set !== null) for (const name of set.names()) yield [name, weight];
}

function scoreIn({ set, weight }: Source, name: Bytes): number | undefined {
  if (set instanceof SortedSet) {
    const score = set.score(name);
    return score === undefined ? undefined : times(score, weight);
  }
  return set?.has(name) === true ? weight : undefined;
}

/** An infinity times 0 makes 0. */
function times(score: number, weight: number): number {
  const product = score * weight;
  return Number.isNaN(product) ? 0 : product;
}
