/** Where a stream's nodes begin: `~` trims whole ones, so what it leaves shows them. t_stream.c */
import type { Splits } from "./by-id.ts";
import type { StreamEntry } from "./stream-ids.ts";
import type { Bytes } from "../values.ts";

export interface NodeLimits {
  /** 0: no limit. */
  entries: number;
  bytes: number;
}

/** A listpack without anything in it: its head and its end. */
const EMPTY = 7;
/** An entry's flags. */
const FLAGS = 2;

/** Counts what is added, also what is deleted later. Plain loops, as every XADD comes here. */
export function nodes(limits: NodeLimits): Splits<StreamEntry> {
  let [entries, bytes] = [0, 0];
  let first: StreamEntry | null = null;
  return (entry) => {
    const { fields } = entry;
    let texts = 0;
    for (const text of fields) texts += text.length;
    const splits =
      (limits.bytes > 0 && bytes + texts >= limits.bytes) ||
      (limits.entries > 0 && entries >= limits.entries);
    if (splits || first === null) {
      [entries, bytes, first] = [0, EMPTY + masterSize(fields), entry];
    }
    entries++;
    bytes += entrySize(entry, first);
    return splits;
  };
}

/** What a node begins with: how many entries, how many deleted, and the names that most of them have, with an end. */
function masterSize(fields: readonly Bytes[]): number {
  let size = integerSize(1) + integerSize(0) + integerSize(fields.length / 2) + integerSize(0);
  for (let at = 0; at < fields.length; at += 2) size += elementSize(fields[at] ?? "");
  return size;
}

/** An entry is told by its distance from the first one, and without its names where those are the same. */
function entrySize({ ms, seq, fields }: StreamEntry, first: StreamEntry): number {
  const step = hasNamesOf(fields, first.fields) ? 2 : 1;
  let size = FLAGS + distanceSize(ms, first.ms) + distanceSize(seq, first.seq);
  if (step === 1) size += integerSize(fields.length / 2);
  for (let at = step - 1; at < fields.length; at += step) size += elementSize(fields[at] ?? "");
  const elements = step === 2 ? fields.length / 2 : fields.length + 1;
  return size + integerSize(elements + 3);
}

function hasNamesOf(fields: readonly Bytes[], others: readonly Bytes[]): boolean {
  if (fields.length !== others.length) return false;
  for (let at = 0; at < fields.length; at += 2) if (fields[at] !== others[at]) return false;
  return true;
}

function distanceSize(part: StreamEntry["ms"], first: StreamEntry["ms"]): number {
  return typeof part === "number" && typeof first === "number"
    ? integerSize(part - first)
    : elementSize(String(BigInt(part) - BigInt(first)));
}

/** An element of a listpack: head, content, and the length once more behind it for the way back. */
function elementSize(text: Bytes): number {
  if (text.length <= 20 && /^(?:0|-?[1-9]\d*)$/.test(text)) {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return integerSize(value);
    const exact = BigInt(text);
    if (BigInt.asIntN(64, exact) === exact) return INTEGER_OF_64_BITS;
  }
  const size = headSize(text.length) + text.length;
  return size + (size < 128 ? 1 : size < 16_384 ? 2 : 3);
}

function headSize(length: number): number {
  if (length < 64) return 1;
  return length < 4096 ? 2 : 5;
}

const INTEGER_OF_64_BITS = 10;

/** What looks like an integer is kept as one, in as many bytes as it needs. */
function integerSize(value: number): number {
  if (value >= 0 && value < 128) return 2;
  for (const [bits, size] of INTEGERS)
    if (value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1)) return size + 1;
  return INTEGER_OF_64_BITS;
}

const INTEGERS = [
  [13, 2],
  [16, 3],
  [24, 4],
  [32, 5],
] as const;
