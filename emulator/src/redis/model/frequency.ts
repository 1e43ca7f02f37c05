/**
 * How often a key is used, as a number up to 255 that grows with the logarithm and falls by one each minute (LFU in
 * evict.c). There chance decides whether a use counts; here it is what is to be expected of so many uses.
 */
import type { Entry } from "./keyspace.ts";

/** A new key's. */
const INITIAL = 5;
const MAX = 255;
const MINUTE = 60_000;

export function frequencyOf(
  { uses, used }: Pick<Entry, "uses" | "used">,
  factor: number,
  now: number,
): number {
  const idle = Math.floor(Math.max(0, now - used) / MINUTE);
  return Math.max(0, Math.min(MAX, INITIAL + steps(uses, factor)) - idle);
}

/** How many uses make this frequency. */
export function usesFor(frequency: number, factor: number): number {
  const wanted = frequency - INITIAL;
  return wanted < 0 ? wanted : wanted + (factor * wanted * (wanted - 1)) / 2;
}

/** The step from n to n + 1 takes n · factor + 1 uses. */
function steps(uses: number, factor: number): number {
  if (uses <= 0 || factor === 0) return uses;
  const half = 1 - factor / 2;
  return Math.floor((Math.sqrt(half * half + 2 * factor * uses) - half) / factor);
}
