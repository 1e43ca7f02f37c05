/** Lists, without those commands that block or move. https://redis.io/docs/latest/develop/data-types/lists/ */
import { type End, List } from "../model/list.ts";
import { Failure, NULL_ARRAY, OK, type Bytes, type Reply, type Argv } from "../values.ts";
import {
  type Call,
  type Command,
  type CommandTable,
  long,
  place,
  SYNTAX_ERROR,
} from "./command.ts";
import { positive } from "./counts.ts";
import { popFrom } from "./list-ends.ts";

const onKey = { group: "list", keys: [1, 1, 1] } as const;

export const lists: CommandTable = {
  lpush: {
    ...onKey,
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    since: "1.0.0",
    summary: "Puts elements before a list.",
    run: push("left"),
  },
  rpush: {
    ...onKey,
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    since: "1.0.0",
    summary: "Puts elements behind a list.",
    run: push("right"),
  },
  lpushx: {
    ...onKey,
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    since: "2.2.0",
    summary: "Puts elements before a list that is there.",
    run: push("left", true),
  },
  rpushx: {
    ...onKey,
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    since: "2.2.0",
    summary: "Puts elements behind a list that is there.",
    run: push("right", true),
  },
  lpop: {
    ...onKey,
    arity: -2,
    flags: ["write", "fast"],
    since: "1.0.0",
    summary: "Takes from the head of a list.",
    run: pop("left"),
  },
  rpop: {
    ...onKey,
    arity: -2,
    flags: ["write", "fast"],
    since: "1.0.0",
    summary: "Takes from the tail of a list.",
    run: pop("right"),
  },
  llen: {
    ...onKey,
    arity: 2,
    flags: ["readonly", "fast"],
    since: "1.0.0",
    summary: "Says how long a list is.",
    run: ({ db }, [, key = ""]) => db.collection(key, List)?.length ?? 0,
  },
  lrange: {
    ...onKey,
    arity: 4,
    flags: ["readonly"],
    since: "1.0.0",
    summary: "Reads a part of a list.",
    run({ db }, [, key = "", first, last]) {
      const range = [long(first), long(last)] as const;
      const list = db.collection(key, List);
      return list === undefined ? [] : list.slice(...within(list, range));
    },
  },
  lindex: {
    ...onKey,
    arity: 3,
    flags: ["readonly"],
    since: "1.0.0",
    summary: "Reads one element of a list.",
    run({ db }, [, key = "", index]) {
      const list = db.collection(key, List);
      return list === undefined ? null : (list.at(place(long(index), list.length)) ?? null);
    },
  },
  lset: {
    ...onKey,
    arity: 4,
    flags: ["write", "denyoom"],
    since: "1.0.0",
    summary: "Writes one element of a list.",
    run: set,
  },
  linsert: {
    ...onKey,
    arity: 5,
    flags: ["write", "denyoom"],
    since: "2.2.0",
    summary: "Puts an element beside another of a list.",
    run: insert,
  },
  lrem: {
    ...onKey,
    arity: 4,
    flags: ["write"],
    since: "1.0.0",
    summary: "Removes equal elements of a list.",
    run: remove,
  },
  ltrim: {
    ...onKey,
    arity: 4,
    flags: ["write"],
    since: "1.0.0",
    summary: "Keeps a part of a list.",
    run: trim,
  },
  lpos: {
    ...onKey,
    arity: -3,
    flags: ["readonly"],
    since: "6.0.6",
    summary: "Says where in a list an element is.",
    run: positions,
  },
};

function push(end: End, onlyExisting = false): Command["run"] {
  return ({ db, redis, client }, argv) => {
    const key = argv[1] ?? "";
    const list = onlyExisting ? db.collection(key, List) : db.collectionOrNew(key, List);
    if (list === undefined) return 0;
    const elements = argv.slice(2);
    for (const element of elements) list.push(end, element);
    redis.messages.pushed(client, { key, at: list }, elements);
    db.touch(key, "l", end === "left" ? "lpush" : "rpush");
    return list.length;
  };
}

function pop(end: End): Command["run"] {
  return (call, argv) => {
    const [name, key = "", count] = argv;
    if (argv.length > 3)
      throw new Failure(`ERR wrong number of arguments for '${name?.toLowerCase()}' command`);
    const most = count === undefined ? 1 : positive(count);
    const list = call.db.collection(key, List);
    if (list === undefined) return count === undefined ? null : NULL_ARRAY;
    // With a count the answer is an array, also for a count of 0.
    const elements = most === 0 ? [] : popFrom(call, { key, at: list }, end, most);
    return count === undefined ? (elements[0] ?? null) : elements;
  };
}

function set({ db, redis, client }: Call, [, key = "", index, element = ""]: Argv): Reply {
  const list = db.collection(key, List);
  if (list === undefined) throw new Failure("ERR no such key");
  const at = place(long(index), list.length);
  const old = list.at(at);
  if (old === undefined) throw new Failure("ERR index out of range");
  list.replace(at, element);
  redis.messages.removed(client, { key, at: list }, [old], "LSET");
  redis.messages.pushed(client, { key, at: list }, [element]);
  db.touch(key, "l", "lset");
  return OK;
}

function insert({ db, redis, client }: Call, argv: Argv): Reply {
  const [, key = "", side = "", pivot = "", element = ""] = argv;
  if (!/^(before|after)$/i.test(side)) throw new Failure(SYNTAX_ERROR);
  const list = db.collection(key, List);
  if (list === undefined) return 0;
  const at = list.find(pivot, 0, 1);
  if (at < 0) return -1;
  list.insert(/^before$/i.test(side) ? at : at + 1, element);
  redis.messages.pushed(client, { key, at: list }, [element]);
  db.touch(key, "l", "linsert");
  return list.length;
}

function remove({ db, redis, client }: Call, [, key = "", count, element = ""]: Argv): Reply {
  const most = long(count);
  const list = db.collection(key, List);
  const removed = list?.remove(element, most) ?? 0;
  if (list === undefined || removed === 0) return 0;
  const gone = Array.from({ length: removed }, () => element);
  redis.messages.removed(client, { key, at: list }, gone, "LREM");
  db.touch(key, "l", "lrem");
  return removed;
}

function trim({ db, redis, client }: Call, [, key = "", first, last]: Argv): Reply {
  const range = [long(first), long(last)] as const;
  const list = db.collection(key, List);
  if (list === undefined) return OK;
  const [start, end] = within(list, range);
  const gone = [...list.slice(0, start), ...list.slice(end, list.length)];
  list.trim(start, end);
  redis.messages.removed(client, { key, at: list }, gone, "LTRIM");
  db.touch(key, "l", "ltrim");
  return OK;
}

function positions({ db }: Call, argv: Argv): Reply {
  const { rank, count, scanned } = positionOptions(argv);
  const list = db.collection(argv[1] ?? "", List);
  const element = argv[2] ?? "";
  const found: number[] = [];
  if (list !== undefined) {
    const step = rank > 0 ? 1 : -1;
    const start = rank > 0 ? 0 : list.length - 1;
    const most = count === null ? 1 : count === 0 ? Number.POSITIVE_INFINITY : count;
    let skip = Math.abs(rank) - 1;
    let at = list.find(element, start, step);
    while (at >= 0 && Math.abs(at - start) < scanned && found.length < most) {
      if (skip > 0) skip--;
      else found.push(at);
      at = list.find(element, at + step, step);
    }
  }
  return count === null ? (found[0] ?? null) : found;
}

function positionOptions(argv: Argv): { rank: number; count: number | null; scanned: number } {
  let [rank, scanned] = [1, 0];
  let count: number | null = null;
  for (let at = 3; at < argv.length; at += 2) {
    const value = argv[at + 1];
    const option = argv[at]?.toLowerCase();
    if (value === undefined) throw new Failure(SYNTAX_ERROR);
    if (option === "rank") rank = rankOf(value);
    else if (option === "count") count = positive(value, "ERR COUNT can't be negative");
    else if (option === "maxlen") scanned = positive(value, "ERR MAXLEN can't be negative");
    else throw new Failure(SYNTAX_ERROR);
  }
  return { rank, count, scanned: scanned === 0 ? Number.POSITIVE_INFINITY : scanned };
}

function rankOf(argument: Bytes): number {
  const rank = long(argument);
  if (rank === 0)
    throw new Failure(
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
    );
  if (argument === "-9223372036854775808")
    throw new Failure(
      "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
    );
  return rank;
}

/** From the first to the last (negative: from the end) as a slice of this list: the end is not in it. */
function within(
  list: List,
  [first, last]: readonly [number, number],
): [start: number, end: number] {
  const start = Math.max(0, place(first, list.length));
  const end = Math.min(list.length, place(last, list.length) + 1);
  return start < end ? [start, end] : [list.length, list.length];
}
