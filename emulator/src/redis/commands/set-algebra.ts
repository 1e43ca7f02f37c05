/** What several sets have together, or one and not the others. https://redis.io/docs/latest/commands/?group=set */
import { MemberSet } from "../model/set.ts";
import { type Bytes, Failure, Members, type Reply, type Argv } from "../values.ts";
import { type Call, type CommandTable, countedKeys, SYNTAX_ERROR } from "./command.ts";
import { atLeastOne, positive } from "./counts.ts";

type Algebra = (sets: readonly (MemberSet | undefined)[]) => Iterable<Bytes>;

const row = { group: "set", since: "1.0.0" } as const;
const read = { ...row, arity: -2, flags: ["readonly"], keys: [1, -1, 1] } as const;
const write = { ...row, arity: -3, flags: ["write", "denyoom"], keys: [1, -1, 1] } as const;

export const setAlgebra: CommandTable = {
  sinter: { ...read, summary: "The members that all sets have.", run: answered(intersection) },
  sunion: { ...read, summary: "The members that any of the sets has.", run: answered(union) },
  sdiff: {
    ...read,
    summary: "The members of the first set that no other one has.",
    run: answered(difference),
  },
  sinterstore: {
    ...write,
    summary: "Stores the members that all sets have.",
    run: stored(intersection, "sinterstore"),
  },
  sunionstore: {
    ...write,
    summary: "Stores the members that any of the sets has.",
    run: stored(union, "sunionstore"),
  },
  sdiffstore: {
    ...write,
    summary: "Stores the members of the first set that no other one has.",
    run: stored(difference, "sdiffstore"),
  },
  sintercard: {
    ...row,
    arity: -3,
    flags: ["readonly", "movablekeys"],
    keys: countedKeys(1),
    since: "7.0.0",
    summary: "How many members all sets have.",
    run(call, argv) {
      const count = atLeastOne(argv[1], "ERR numkeys should be greater than 0");
      if (count > argv.length - 2)
        throw new Failure("ERR Number of keys can't be greater than number of args");
      const limit = limitOf(argv.slice(2 + count));
      let found = 0;
      for (const _ of intersection(setsAt(call, argv.slice(2, 2 + count)))) {
        found++;
        if (found === limit) break;
      }
      return found;
    },
  },
};

function limitOf(options: Argv): number {
  let limit = 0;
  for (let at = 0; at < options.length; at += 2) {
    if (options[at]?.toLowerCase() !== "limit" || at + 1 >= options.length)
      throw new Failure(SYNTAX_ERROR);
    limit = positive(options[at + 1], "ERR LIMIT can't be negative");
  }
  return limit;
}

function answered(algebra: Algebra): (call: Call, argv: Argv) => Reply {
  return (call, [, ...keys]) => new Members([...algebra(setsAt(call, keys))]);
}

function stored(algebra: Algebra, event: string): (call: Call, argv: Argv) => Reply {
  return (call, [, destination = "", ...keys]) => {
    const result = new MemberSet(algebra(setsAt(call, keys)));
    const { db } = call;
    if (!result.isEmpty) {
      db.set(destination, result);
      db.touch(destination, "s", event);
    } else if (db.remove(destination)) db.touch(destination, "g", "del");
    return result.size;
  };
}

function setsAt({ db }: Call, keys: Argv): (MemberSet | undefined)[] {
  return keys.map((key) => db.collection(key, MemberSet));
}

/** Begins with the smallest, so that the others are asked as little as can be. */
function* intersection(sets: readonly (MemberSet | undefined)[]): Iterable<Bytes> {
  const present = sets.filter((set) => set !== undefined);
  if (present.length < sets.length) return;
  const [smallest, ...others] = present.sort((one, other) => one.size - other.size);
  for (const name of smallest?.names() ?? []) if (others.every((set) => set.has(name))) yield name;
}

function union(sets: readonly (MemberSet | undefined)[]): Iterable<Bytes> {
  const all = new MemberSet();
  for (const set of sets) for (const name of set?.names() ?? []) all.add(name);
  return all.names();
}

function* difference([first, ...others]: readonly (MemberSet | undefined)[]): Iterable<Bytes> {
  for (const name of first?.names() ?? [])
    if (!others.some((set) => set?.has(name) === true)) yield name;
}
