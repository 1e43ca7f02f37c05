/** Places, in sorted sets whose scores are geohashes. https://redis.io/docs/latest/develop/data-types/geospatial/ */
import {
  distance,
  geohashOfScore,
  isOnMap,
  type Position,
  positionOfScore,
  scoreOfPosition,
} from "../model/geohash.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { type Bytes, Double, Failure, NULL_ARRAY, type Reply, type Argv } from "../values.ts";
import { type CommandTable, float, SYNTAX_ERROR } from "./command.ts";
import { add } from "./sorted-sets.ts";

const row = { keys: [1, 1, 1], group: "geo", since: "3.2.0" } as const;

export const geo: CommandTable = {
  geoadd: {
    ...row,
    arity: -5,
    flags: ["write", "denyoom"],
    summary: "Adds places to a sorted set.",
    run(call, argv) {
      const first = argv.findIndex((word, at) => at > 1 && !/^(?:nx|xx|ch)$/i.test(word));
      const options = new Set(
        argv.slice(2, first < 0 ? undefined : first).map((word) => word.toLowerCase()),
      );
      const places = first < 0 ? [] : argv.slice(first);
      if (places.length % 3 !== 0 || (options.has("nx") && options.has("xx")))
        throw new Failure(SYNTAX_ERROR);
      const pairs: Bytes[] = [];
      for (let at = 0; at < places.length; at += 3)
        pairs.push(String(scoreOfPosition(positionAt(places, at))), places[at + 2] ?? "");
      return add(call, argv[1] ?? "", options, pairs);
    },
  },
  geopos: {
    ...row,
    arity: -2,
    flags: ["readonly"],
    summary: "Longitude and latitude of places.",
    run({ db }, [, key = "", ...members]) {
      const set = db.collection(key, SortedSet);
      return members.map((member) => {
        const score = set?.score(member);
        return score === undefined ? NULL_ARRAY : coordinates(positionOfScore(score));
      });
    },
  },
  geohash: {
    ...row,
    arity: -2,
    flags: ["readonly"],
    summary: "The standard geohashes of places.",
    run({ db }, [, key = "", ...members]) {
      const set = db.collection(key, SortedSet);
      return members.map((member) => {
        const score = set?.score(member);
        return score === undefined ? null : geohashOfScore(score);
      });
    },
  },
  geodist: {
    ...row,
    arity: -4,
    flags: ["readonly"],
    summary: "The distance between two places.",
    run({ db }, argv) {
      const [, key = "", one = "", other = "", unit] = argv;
      if (argv.length > 5) throw new Failure(SYNTAX_ERROR);
      const metres = unit === undefined ? 1 : unitOf(unit);
      const set = db.collection(key, SortedSet);
      const [from, to] = [set?.score(one), set?.score(other)];
      if (from === undefined || to === undefined) return null;
      return showDistance(distance(positionOfScore(from), positionOfScore(to)) / metres);
    },
  },
};

/** Longitude and latitude, as arguments. */
export function positionAt(argv: Argv, at: number): Position {
  const [longitude, latitude] = [float(argv[at]), float(argv[at + 1])];
  if (!isOnMap({ longitude, latitude }))
    throw new Failure(
      `ERR invalid longitude,latitude pair ${sixDigits(longitude)},${sixDigits(latitude)}`,
    );
  return { longitude, latitude };
}

/** How many metres a unit has. */
export function unitOf(unit: Bytes | undefined): number {
  const metres = UNITS.get(unit?.toLowerCase() ?? "");
  if (metres === undefined)
    throw new Failure("ERR unsupported unit provided. please use M, KM, FT, MI");
  return metres;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["m", 1],
  ["km", 1000],
  ["ft", 0.3048],
  ["mi", 1609.34],
]);

export function showDistance(value: number): Bytes {
  return value.toFixed(4);
}

/** With the digits that a long double shows. */
export function coordinates({ longitude, latitude }: Position): Reply {
  return [longitude, latitude].map(
    (value) => new Double(value, value.toFixed(17).replace(/\.?0+$/, "")),
  );
}

function sixDigits(value: number): string {
  if (Number.isFinite(value)) return value.toFixed(6);
  return value < 0 ? "-inf" : "inf";
}
