/** Sets, one at a time. https://redis.io/docs/latest/develop/data-types/sets/ */
import { MemberSet } from "../model/set.ts";
import { type Bytes, Failure, Members, type Reply } from "../values.ts";
import { type Call, type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { positive } from "./counts.ts";

const row = { keys: [1, 1, 1], group: "set", since: "1.0.0" } as const;

export const sets: CommandTable = {
  sadd: {
    ...row,
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    summary: "Adds members to a set, and makes the set where there is none.",
    run({ db }, [, key = "", ...members]) {
      const set = db.collectionOrNew(key, MemberSet);
      let added = 0;
      for (const member of members) if (set.add(member)) added++;
      if (added > 0) db.touch(key, "s", "sadd");
      return added;
    },
  },
  srem: {
    ...row,
    arity: -3,
    flags: ["write", "fast"],
    summary: "Removes members of a set, and the set with the last one.",
    run({ db }, [, key = "", ...members]) {
      const set = db.collection(key, MemberSet);
      if (set === undefined) return 0;
      const removed = members.filter((member) => set.delete(member)).length;
      if (removed > 0) db.touch(key, "s", "srem");
      return removed;
    },
  },
  smembers: {
    ...row,
    arity: 2,
    flags: ["readonly"],
    summary: "All members of a set.",
    run: ({ db }, [, key = ""]) => new Members([...(db.collection(key, MemberSet)?.names() ?? [])]),
  },
  sismember: {
    ...row,
    arity: 3,
    flags: ["readonly", "fast"],
    summary: "Whether something is a member of a set.",
    run: ({ db }, [, key = "", member = ""]) =>
      db.collection(key, MemberSet)?.has(member) === true ? 1 : 0,
  },
  smismember: {
    ...row,
    arity: -3,
    flags: ["readonly", "fast"],
    since: "6.2.0",
    summary: "Which of several things are members of a set.",
    run({ db }, [, key = "", ...members]) {
      const set = db.collection(key, MemberSet);
      return members.map((member) => (set?.has(member) === true ? 1 : 0));
    },
  },
  scard: {
    ...row,
    arity: 2,
    flags: ["readonly", "fast"],
    summary: "How many members a set has.",
    run: ({ db }, [, key = ""]) => db.collection(key, MemberSet)?.size ?? 0,
  },
  smove: {
    ...row,
    keys: [1, 2, 1],
    arity: 4,
    flags: ["write", "fast"],
    summary: "Takes a member to another set.",
    run({ db }, [, from = "", to = "", member = ""]) {
      // A key that is missing is the answer, whatever the other one holds.
      if (db.get(from) === undefined) return 0;
      const [source, target] = [db.collection(from, MemberSet), db.collection(to, MemberSet)];
      if (source === undefined || !source.has(member)) return 0;
      if (source === target) return 1;
      source.delete(member);
      db.touch(from, "s", "srem");
      if (db.collectionOrNew(to, MemberSet).add(member)) db.touch(to, "s", "sadd");
      return 1;
    },
  },
  spop: {
    ...row,
    arity: -2,
    flags: ["write", "fast"],
    summary: "Removes members of a set by chance, and gives them.",
    run(call, argv) {
      if (argv.length > 3) throw new Failure(SYNTAX_ERROR);
      const [, key = "", count] = argv;
      return count === undefined ? popOne(call, key) : popSeveral(call, key, positive(count));
    },
  },
};

function popOne({ db }: Call, key: Bytes): Reply {
  const set = db.collection(key, MemberSet);
  const member = set?.roster.pick();
  if (set === undefined || member === undefined) return null;
  set.delete(member.name);
  db.touch(key, "s", "spop");
  return member.name;
}

function popSeveral({ db }: Call, key: Bytes, count: number): Reply {
  const set = db.collection(key, MemberSet);
  if (set === undefined || count === 0) return new Members([]);
  const popped =
    count >= set.size ? [...set.names()] : set.roster.sample(count).map(({ name }) => name);
  for (const name of popped) set.delete(name);
  db.touch(key, "s", "spop");
  return new Members(popped);
}
