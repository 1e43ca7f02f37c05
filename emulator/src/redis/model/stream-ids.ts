/**
 * A stream's ids: two unsigned 64-bit integers, exact. A part is a number as long as a double holds it exactly, else a
 * bigint; so equal parts are identical, and `<` compares any two.
 */
import type { Bytes } from "../values.ts";

type Part = number | bigint;

export interface StreamId {
  readonly ms: Part;
  readonly seq: Part;
}

/** An entry is its own id. Never changed, so that streams share it. */
export interface StreamEntry extends StreamId {
  /** Names and values in turn. */
  readonly fields: readonly Bytes[];
}

const LARGEST = 2n ** 64n - 1n;

export const SMALLEST_ID: StreamId = { ms: 0, seq: 0 };
export const LARGEST_ID: StreamId = { ms: LARGEST, seq: LARGEST };

/** From 64 bits each. */
export function idOf(ms: bigint, seq: bigint): StreamId {
  return { ms: partOf(ms), seq: partOf(seq) };
}

export function compareIds(one: StreamId, other: StreamId): number {
  if (one.ms !== other.ms) return one.ms < other.ms ? -1 : 1;
  if (one.seq !== other.seq) return one.seq < other.seq ? -1 : 1;
  return 0;
}

export function formatId({ ms, seq }: StreamId): Bytes {
  return `${ms}-${seq}`;
}

/** `<ms>-<seq>`, or `<ms>` alone, which means this sequence; null where it is no id. */
export function parseId(text: Bytes, missingSeq: Part = 0): StreamId | null {
  // As the server's buffer for it.
  if (text.length > 127) return null;
  const dash = text.indexOf("-");
  const ms = part(dash < 0 ? text : text.slice(0, dash));
  const seq = dash < 0 ? missingSeq : part(text.slice(dash + 1));
  return ms === null || seq === null ? null : { ms, seq };
}

/** The id right after; null after the largest. */
export function nextId({ ms, seq }: StreamId): StreamId | null {
  if (seq !== LARGEST) return { ms, seq: plus(seq, 1) };
  return ms === LARGEST ? null : { ms: plus(ms, 1), seq: 0 };
}

/** The id right before; null before the smallest. */
export function previousId({ ms, seq }: StreamId): StreamId | null {
  if (seq !== 0) return { ms, seq: plus(seq, -1) };
  return ms === 0 ? null : { ms: plus(ms, -1), seq: LARGEST };
}

/** As strtoull reads it: leading blanks, zeros and a plus are taken. */
function part(text: Bytes): Part | null {
  if (!/^[ \t-\r]*\+?\d+$/.test(text)) return null;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(text.trim().replace("+", ""));
  return exact > LARGEST ? null : exact;
}

function plus(value: Part, by: 1 | -1): Part {
  const sum = Number(value) + by;
  if (typeof value === "number" && Number.isSafeInteger(sum)) return sum;
  return partOf(BigInt(value) + BigInt(by));
}

function partOf(exact: bigint): Part {
  return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
}
