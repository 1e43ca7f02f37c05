/** Where a command's keys are, as COMMAND declares it. https://redis.io/docs/latest/develop/reference/key-specs/ */
import { Members, Pairs, type Reply, Status } from "../values.ts";
import type { Keys, KeySearch } from "./command.ts";
import { declaredUses } from "./key-uses.ts";
import type { Known } from "./registry.ts";

/** First, last and step of the keys that are found without looking. */
export function rangeOf(keys: Keys | undefined): readonly [number, number, number] {
  if (keys === undefined) return [0, 0, 0];
  return "range" in keys ? keys.range : keys;
}

/** One for each use that is made of keys, and for each way to find them. */
export function keySpecs(known: Known): readonly Reply[] {
  const { keys } = known.command;
  const uses = declaredUses(known);
  const searches = keys !== undefined && "range" in keys ? (keys.searches ?? []) : [];
  return [...inRange(rangeOf(keys), searches.length > 0 ? 1 : uses.length), ...searches].map(
    (search, index) => specOf(search, uses[Math.min(index, uses.length - 1)] ?? ""),
  );
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** A range is parted where what is done to its keys differs: the last use is for all that are left. */
function inRange([first, last, step]: readonly [number, number, number], uses: number): Range[] {
  if (first === 0) return [];
  return Array.from({ length: uses }, (_, index) => {
    const from = first + index;
    return { first: from, last: index < uses - 1 ? from : last, step };
  });
}

function specOf(search: Range | KeySearch, use: string): Pairs {
  if ("unknown" in search) {
    const nowhere = new Pairs(["type", "unknown", "spec", new Pairs([])]);
    return spec(search.unknown, nowhere, nowhere);
  }
  if ("count" in search)
    return spec(
      use,
      typed("index", ["index", search.count]),
      typed("keynum", ["keynumidx", 0, "firstkey", 1, "keystep", 1]),
    );
  if ("word" in search) {
    const [last, limit] = search.half ? [-1, 2] : [0, 0];
    return spec(
      use,
      typed("keyword", ["keyword", search.word, "startfrom", search.from]),
      typed("range", ["lastkey", last, "keystep", 1, "limit", limit]),
    );
  }
  const { first, last, step } = search;
  return spec(
    use,
    typed("index", ["index", first]),
    typed("range", ["lastkey", last < 0 ? last : last - first, "keystep", step, "limit", 0]),
  );
}

function spec(use: string, begin: Pairs, find: Pairs): Pairs {
  const flags = new Members(use.split(" ").map((flag) => new Status(flag)));
  return new Pairs(["flags", flags, "begin_search", begin, "find_keys", find]);
}

function typed(type: string, spec: readonly Reply[]): Pairs {
  return new Pairs(["type", type, "spec", new Pairs(spec)]);
}
