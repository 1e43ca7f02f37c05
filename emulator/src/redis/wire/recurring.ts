/**
 * Short arguments that come again and again: names of commands and options, keys. The string that the last one was made
 * into is given out once more, which is cheaper than a new one, and Maps have its hash already.
 */
import type { Bytes } from "../values.ts";

/** Longer ones are mostly values, and seldom come twice. */
export const LONGEST_RECURRING = 32;
/** A power of two. */
const SLOTS = 1024;

/** By their hash; of two in one place the later one stays. */
const slots: Bytes[] = Array.from({ length: SLOTS }, () => "");

/** What is from `start` to before `end`. */
export function recurring(bytes: Buffer, start: number, end: number): Bytes {
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = slots[slot] ?? "";
  if (isAt(known, bytes, start, end)) return known;
  return (slots[slot] = bytes.toString("latin1", start, end));
}

function isAt(text: Bytes, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) if (text.charCodeAt(at - start) !== bytes[at]) return false;
  return true;
}
