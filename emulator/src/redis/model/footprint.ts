/** About how many bytes Redis would need for what is held: V8 does not say what it needs itself, and that changes by chance. */
import type { Entry } from "./keyspace.ts";

/** Up to so many elements are kept in one piece, most often. */
const PACKED = 128;
/** For each element there: a head and a length. */
const IN_PIECE = 3;
/** Of a key: an entry of a table, the heads of two values. */
export const KEY = 48;
/** Of a deadline: an entry in another table. */
const DEADLINE = 32;

/** Of a collection: the bytes of its texts, and what each element takes besides where there are many. */
export function footprint(texts: number, count: number, each: number): number {
  return texts + count * (count > PACKED ? each : IN_PIECE);
}

export function footprintOf({ key, value, expires }: Entry): number {
  const content = typeof value === "string" ? value.length : value.bytes;
  return KEY + key.length + content + (expires === Number.POSITIVE_INFINITY ? 0 : DEADLINE);
}
