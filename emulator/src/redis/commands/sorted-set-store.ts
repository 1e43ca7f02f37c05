/** What ZUNIONSTORE, ZRANGESTORE and GEOSEARCHSTORE end with. */
import type { SortedSet } from "../model/sorted-set.ts";
import type { Bytes } from "../values.ts";
import type { Call } from "./command.ts";

/** Puts a result in place of what the key held; an empty one removes it. Returns how many members it has. */
export function storeSortedSet({ db }: Call, key: Bytes, result: SortedSet, event: string): number {
  if (!result.isEmpty) {
    db.set(key, result);
    db.touch(key, "z", event);
  } else if (db.remove(key)) db.touch(key, "g", "del");
  return result.size;
}
