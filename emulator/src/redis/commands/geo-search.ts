/** Places around one. GEOSEARCH says all that its elders, GEORADIUS and GEORADIUSBYMEMBER, say. https://redis.io/docs/latest/commands/geosearch/ */
import { type Found, search, type Shape } from "../model/geo-search.ts";
import { type Position, positionOfScore } from "../model/geohash.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { type Bytes, Failure, type Reply, type Argv } from "../values.ts";
import {
  type Call,
  type CommandTable,
  float,
  type KeyFinder,
  long,
  SYNTAX_ERROR,
} from "./command.ts";
import { coordinates, positionAt, showDistance, unitOf } from "./geo.ts";
import { storeSortedSet } from "./sorted-set-store.ts";

const row = { group: "geo", since: "3.2.0" } as const;
const read = { ...row, flags: ["readonly"], keys: [1, 1, 1] } as const;
const write = { ...row, flags: ["write", "denyoom", "movablekeys"] } as const;

export const geoSearch: CommandTable = {
  geosearch: {
    ...read,
    arity: -7,
    since: "6.2.0",
    summary: "Places in a circle or a rectangle.",
    run: (call, argv) => run(call, argv, { optionsAt: 2 }),
  },
  geosearchstore: {
    ...write,
    flags: ["write", "denyoom"],
    keys: [1, 2, 1],
    arity: -8,
    since: "6.2.0",
    summary: "Stores the places in a circle or a rectangle.",
    run: (call, argv) => run(call, argv, { optionsAt: 3, destination: argv[1] ?? "" }),
  },
  georadius: {
    ...write,
    keys: storing(6),
    arity: -6,
    summary: "Places in a circle.",
    run: (call, argv) => run(call, argv, { optionsAt: 6, around: "position", mayStore: true }),
  },
  georadius_ro: {
    ...read,
    arity: -6,
    since: "3.2.10",
    summary: "Places in a circle, on a replica as well.",
    run: (call, argv) => run(call, argv, { optionsAt: 6, around: "position" }),
  },
  georadiusbymember: {
    ...write,
    keys: storing(5),
    arity: -5,
    summary: "Places in a circle around one of them.",
    run: (call, argv) => run(call, argv, { optionsAt: 5, around: "member", mayStore: true }),
  },
  georadiusbymember_ro: {
    ...read,
    arity: -5,
    since: "3.2.10",
    summary: "Places in a circle around one of them, on a replica as well.",
    run: (call, argv) => run(call, argv, { optionsAt: 5, around: "member" }),
  },
};

/** What a command's name says. */
interface Kind {
  readonly optionsAt: number;
  /** Of the elders, whose shape comes before the options. */
  readonly around?: "position" | "member";
  readonly mayStore?: boolean;
  /** Of GEOSEARCHSTORE. */
  readonly destination?: Bytes;
}

/** What the options say. */
interface Options {
  center: Position | null;
  /** The option that said it: where there is no such key, it says nothing, but is read. */
  from: "frommember" | "fromlonlat" | null;
  size: Shape["size"] | null;
  /** Metres of the unit in which distances are told. */
  unit: number;
  readonly shown: Set<"withdist" | "withhash" | "withcoord">;
  sort: "asc" | "desc" | null;
  /** 0: all. */
  count: number;
  any: boolean;
  destination: Bytes | null;
  storesDistance: boolean;
}

function run(call: Call, argv: Argv, kind: Kind): Reply {
  const keyAt = kind.destination === undefined ? 1 : 2;
  const set = call.db.collection(argv[keyAt] ?? "", SortedSet);
  const options = optionsOf(argv, kind, set);
  const { destination, center, size, unit } = options;
  if (set === undefined || center === null || size === null)
    return destination === null
      ? []
      : storeSortedSet(call, destination, new SortedSet(), "geosearchstore");

  const limit = options.any ? options.count : Number.POSITIVE_INFINITY;
  const found = search(set, { center, size }, limit);
  // Of a few, the nearest; any are any.
  const sort = options.sort ?? (options.count > 0 && !options.any ? "asc" : null);
  if (sort !== null) {
    const direction = sort === "asc" ? 1 : -1;
    found.sort((one, other) => direction * (one.distance - other.distance));
  }
  const chosen = options.count > 0 ? found.slice(0, options.count) : found;
  if (destination === null) return chosen.map((each) => show(each, options));
  const result = new SortedSet(
    chosen.map((each) => [each.name, options.storesDistance ? each.distance / unit : each.score]),
  );
  const event = kind.around === undefined ? "geosearchstore" : "georadiusstore";
  return storeSortedSet(call, destination, result, event);
}

function show({ name, score, position, distance }: Found, { shown, unit }: Options): Reply {
  if (shown.size === 0) return name;
  const parts: Reply[] = [name];
  if (shown.has("withdist")) parts.push(showDistance(distance / unit));
  if (shown.has("withhash")) parts.push(score);
  if (shown.has("withcoord")) parts.push(coordinates(position));
  return parts;
}

// ------------------------------------------------------------ arguments

function optionsOf(argv: Argv, kind: Kind, set: SortedSet | undefined): Options {
  const options: Options = {
    center: null,
    from: null,
    size: null,
    unit: 1,
    shown: new Set(),
    sort: null,
    count: 0,
    any: false,
    destination: kind.destination ?? null,
    storesDistance: false,
  };
  if (kind.around === "position") {
    options.center = positionAt(argv, 2);
    takeCircle(options, argv, 4);
  } else if (kind.around === "member" && set !== undefined) {
    options.center = positionOf(set, argv[2]);
    takeCircle(options, argv, 3);
  }
  for (let at = kind.optionsAt; at < argv.length;)
    at += takeCommon(options, argv, at) || takeShape(options, argv, at, kind, set) || unknown();
  check(options, argv, kind);
  return options;
}

/** Returns how many arguments the option takes; 0 where it is none of these. */
function takeCommon(options: Options, argv: Argv, at: number): number {
  const option = argv[at]?.toLowerCase();
  switch (option) {
    case "withdist":
    case "withhash":
    case "withcoord":
      options.shown.add(option);
      return 1;
    case "any":
      options.any = true;
      return 1;
    case "asc":
    case "desc":
      options.sort = option;
      return 1;
    case "count":
      if (at + 1 >= argv.length) return 0;
      options.count = long(argv[at + 1]);
      if (options.count <= 0) throw new Failure("ERR COUNT must be > 0");
      return 2;
    default:
      return 0;
  }
}

/** What to look around, how far, and where the result goes. */
function takeShape(
  options: Options,
  argv: Argv,
  at: number,
  kind: Kind,
  set: SortedSet | undefined,
): number {
  const option = argv[at]?.toLowerCase() ?? "";
  const left = argv.length - at - 1;
  const isSearch = kind.around === undefined;
  if ((option === "store" || option === "storedist") && kind.mayStore === true && left >= 1) {
    options.destination = argv[at + 1] ?? "";
    options.storesDistance = option === "storedist";
    return 2;
  }
  if (option === "storedist" && kind.destination !== undefined) {
    options.storesDistance = true;
    return 1;
  }
  if (option === "frommember" && isSearch && left >= 1 && options.from !== "fromlonlat") {
    options.from = option;
    if (set !== undefined) options.center = positionOf(set, argv[at + 1]);
    return 2;
  }
  if (option === "fromlonlat" && isSearch && left >= 2 && options.from !== "frommember") {
    options.from = option;
    options.center = positionAt(argv, at + 1);
    return 3;
  }
  const shape = options.size;
  if (option === "byradius" && isSearch && left >= 2 && (shape === null || "radius" in shape)) {
    takeCircle(options, argv, at + 1);
    return 3;
  }
  if (option === "bybox" && isSearch && left >= 3 && (shape === null || "width" in shape)) {
    takeRectangle(options, argv, at + 1);
    return 4;
  }
  return 0;
}

function unknown(): never {
  throw new Failure(SYNTAX_ERROR);
}

function check(options: Options, argv: Argv, kind: Kind): void {
  const name = argv[0] ?? "";
  if (options.destination !== null && options.shown.size > 0) {
    const what = kind.destination === undefined ? "STORE option in GEORADIUS" : "GEOSEARCHSTORE";
    throw new Failure(
      `ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`,
    );
  }
  if (kind.around === undefined && options.from === null)
    throw new Failure(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`);
  if (kind.around === undefined && options.size === null)
    throw new Failure(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  if (options.any && options.count === 0)
    throw new Failure("ERR the ANY argument requires COUNT argument");
}

function takeCircle(options: Options, argv: Argv, at: number): void {
  const radius = float(argv[at], "ERR need numeric radius");
  if (radius < 0) throw new Failure("ERR radius cannot be negative");
  options.unit = unitOf(argv[at + 1]);
  options.size = { radius: radius * options.unit };
}

function takeRectangle(options: Options, argv: Argv, at: number): void {
  const width = float(argv[at], "ERR need numeric width");
  const height = float(argv[at + 1], "ERR need numeric height");
  if (width < 0 || height < 0) throw new Failure("ERR height or width cannot be negative");
  options.unit = unitOf(argv[at + 2]);
  options.size = { width: width * options.unit, height: height * options.unit };
}

function positionOf(set: SortedSet, member = ""): Position {
  const score = set.score(member);
  if (score === undefined) throw new Failure("ERR could not decode requested zset member");
  return positionOfScore(score);
}

/** STORE and STOREDIST name a second key. */
function storing(optionsAt: number): KeyFinder {
  return {
    range: [1, 1, 1],
    searches: ["STORE", "STOREDIST"].map((word) => ({ word, from: optionsAt })),
    find(argv) {
      const keys = [1];
      for (let at = optionsAt; at + 1 < argv.length; at++)
        if (/^store(?:dist)?$/i.test(argv[at] ?? "")) keys.push(++at);
      return keys;
    },
  };
}
