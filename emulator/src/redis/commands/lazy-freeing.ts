/** What redis-server leaves to a thread in the background to free, as INFO counts it; nobody waits for memory here. lazyfree.c */
import { Hash } from "../model/hash.ts";
import type { Entry } from "../model/keyspace.ts";
import { List } from "../model/list.ts";
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { Stream } from "../model/stream.ts";
import type { Call } from "./command.ts";
import { encodingOf, nodeBytes } from "./object.ts";

/** What has no more pieces is freed at once. */
const FEW = 64;

export function isFreedLazily(call: Call, entry: Entry): boolean {
  return piecesOf(call, entry) > FEW;
}

/** Of a list and a stream: about so many, as they are kept in other pieces here. */
function piecesOf(call: Call, entry: Entry): number {
  const { value } = entry;
  if (value instanceof Stream) {
    const [first] = value.groups.values();
    return value.nodes + 1 + value.groups.size * (1 + (first?.pending.size ?? 0));
  }
  if (value instanceof List) {
    const most = call.redis.config.number("list-max-listpack-size");
    return most > 0 ? value.length / most : value.bytes / nodeBytes(most);
  }
  const isLarge = ["hashtable", "skiplist"].includes(encodingOf(call, entry));
  return isLarge &&
    (value instanceof Hash || value instanceof MemberSet || value instanceof SortedSet)
    ? value.size
    : 1;
}
