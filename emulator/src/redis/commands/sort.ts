/** SORT: elements in order, or what keys named after them hold. https://redis.io/docs/latest/commands/sort/ */
import { Hash } from "../model/hash.ts";
import { List } from "../model/list.ts";
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import type { User } from "../model/user.ts";
import { Failure, type Bytes, type Argv } from "../values.ts";
import { type Call, type CommandTable, long, SYNTAX_ERROR } from "./command.ts";

interface Options {
  descending: boolean;
  alphabetic: boolean;
  /** Where the elements to be given begin, and how many these are; negative for all. */
  limit: readonly [start: number, count: number];
  by: Bytes | null;
  readonly get: Bytes[];
  store: Bytes | null;
}

/** What BY and GET make keys of. */
const patterns = { unknown: "RO access" } as const;

export const sorting: CommandTable = {
  sort: {
    arity: -2,
    flags: ["write", "denyoom", "movablekeys"],
    group: "generic",
    since: "1.0.0",
    summary: "Answers or keeps elements in order.",
    keys: {
      range: [1, 1, 1],
      searches: [patterns, { unknown: "OW update" }],
      find: keysOf,
    },
    run(call, argv) {
      const options = optionsOf(call, argv, true);
      const found = sort(call, argv[1], options);
      const { store } = options;
      if (store === null) return found;
      if (found.length > 0) {
        call.db.set(store, new List(found.map((element) => element ?? "")));
        call.db.touch(store, "l", "sortstore");
      } else if (call.db.remove(store)) call.db.touch(store, "g", "del");
      return found.length;
    },
  },
  sort_ro: {
    arity: -2,
    flags: ["readonly", "movablekeys"],
    keys: { range: [1, 1, 1], searches: [patterns], find: () => [1] },
    group: "generic",
    since: "7.0.0",
    summary: "Answers elements in order.",
    run: (call, argv) => sort(call, argv[1], optionsOf(call, argv, false)),
  },
};

/** The key, and where it is stored: what STORE says last. */
function keysOf(argv: Argv): readonly number[] {
  let store = 0;
  for (let index = 2; index < argv.length - 1; index++) {
    const option = (argv[index] ?? "").toLowerCase();
    if (option === "limit") index += 2;
    else if (option === "get" || option === "by") index++;
    else if (option === "store") store = ++index;
  }
  return store === 0 ? [1] : [1, store];
}

function optionsOf({ client }: Call, argv: Argv, storing: boolean): Options {
  const options: Options = {
    descending: false,
    alphabetic: false,
    limit: [0, -1],
    by: null,
    get: [],
    store: null,
  };
  for (let index = 2; index < argv.length; index++) {
    const option = (argv[index] ?? "").toLowerCase();
    const value = argv[index + 1];
    if (option === "asc") options.descending = false;
    else if (option === "desc") options.descending = true;
    else if (option === "alpha") options.alphabetic = true;
    else if (option === "limit" && index + 2 < argv.length) {
      options.limit = [long(value), long(argv[index + 2])];
      index += 2;
    } else if (value === undefined) throw new Failure(SYNTAX_ERROR);
    else {
      if (option === "store" && storing) options.store = value;
      else if (option === "by") {
        if (value.includes("*") && !readsEveryKey(client.user)) throw denied("BY");
        options.by = value;
      } else if (option === "get") {
        if (!readsEveryKey(client.user)) throw denied("GET");
        options.get.push(value);
      } else throw new Failure(SYNTAX_ERROR);
      index++;
    }
  }
  return options;
}

/** Which keys a pattern names is not known before. */
function readsEveryKey({ root, selectors }: User): boolean {
  return [root, ...selectors].some(
    ({ everyKey, keys }) => everyKey || keys.some(({ pattern, read }) => read && pattern === "*"),
  );
}

function denied(option: string): Failure {
  return new Failure(`ERR ${option} option of SORT denied due to insufficient ACL permissions.`);
}

function sort(call: Call, key: Bytes | undefined, options: Options): (Bytes | null)[] {
  const { value, elements } = elementsOf(call, key);
  let { by, alphabetic } = options;
  const { descending, get, store, limit } = options;
  // A pattern without a star orders nothing. But where the order must come again (it is kept, or a script looks at it),
  // a set has none of its own.
  let sorted = by === null || by.includes("*");
  if (!sorted && value instanceof MemberSet && (store !== null || call.inside === "script"))
    [sorted, alphabetic, by] = [true, true, null];
  if (sorted) order(call, elements, { by, alphabetic, descending });
  else if (descending && !(value instanceof MemberSet)) elements.reverse();

  const start = Math.max(0, limit[0]);
  const chosen = elements.slice(start, limit[1] < 0 ? undefined : start + limit[1]);
  if (get.length === 0) return chosen;
  return chosen.flatMap((element) => get.map((pattern) => lookUp(call, pattern, element)));
}

function elementsOf(
  { db }: Call,
  key = "",
): { readonly value: unknown; readonly elements: Bytes[] } {
  const value = db.get(key);
  if (value === undefined) return { value, elements: [] };
  if (value instanceof List) return { value, elements: value.slice(0, value.length) };
  if (value instanceof MemberSet) return { value, elements: [...value.names()] };
  if (value instanceof SortedSet) return { value, elements: value.slice().map(({ name }) => name) };
  throw new Failure("WRONGTYPE Operation against a key holding the wrong kind of value");
}

function order(
  call: Call,
  elements: Bytes[],
  { by, alphabetic, descending }: Pick<Options, "by" | "alphabetic" | "descending">,
): void {
  const weights = new Map<Bytes, Bytes | number | null>();
  for (const element of elements) {
    const text = by === null ? element : lookUp(call, by, element);
    weights.set(element, alphabetic ? text : text === null ? 0 : score(text));
  }
  elements.sort((one, other) => {
    const [a, b] = [weights.get(one) ?? null, weights.get(other) ?? null];
    // Equal scores go by the elements' bytes; equal texts stay as they are.
    const result = compare(a, b) || (alphabetic ? 0 : compare(one, other));
    return descending ? -result : result;
  });
}

/** What is missing comes first. */
function compare(one: Bytes | number | null, other: Bytes | number | null): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}

/** As C's strtod reads it: up to a zero byte, blanks before it do not count, and nothing is 0. */
function score(text: Bytes): number {
  const number = (text.split("\0", 1)[0] ?? "").trimStart();
  if (number === "") return 0;
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(number);
  if (infinity !== null) return infinity[1] === "-" ? -Infinity : Infinity;
  const value =
    /^[+-]?(?:\d|\.\d|0x[\da-f])/i.test(number) && !/\s$/.test(number)
      ? Number(number)
      : Number.NaN;
  if (Number.isNaN(value))
    throw new Failure("ERR One or more scores can't be converted into double");
  return value;
}

/** What the key or the field (`->`) holds whose name has the element in the place of the star; `#` is the element. */
function lookUp({ db }: Call, pattern: Bytes, element: Bytes): Bytes | null {
  if (pattern === "#") return element;
  const star = pattern.indexOf("*");
  if (star < 0) return null;
  const arrow = pattern.indexOf("->", star + 1);
  const isField = arrow >= 0 && arrow + 2 < pattern.length;
  const key =
    pattern.slice(0, star) + element + pattern.slice(star + 1, isField ? arrow : undefined);
  const value = db.get(key);
  if (isField) return value instanceof Hash ? (value.get(pattern.slice(arrow + 2)) ?? null) : null;
  return typeof value === "string" ? value : null;
}
