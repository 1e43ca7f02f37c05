/** What RESTORE takes: dumps of Redis 5 to 7.2. */
import { Hash } from "../model/hash.ts";
import type { Value } from "../model/keyspace.ts";
import { List } from "../model/list.ts";
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import type { Bytes } from "../values.ts";
import { crc64 } from "./crc64.ts";
import { listpackElements } from "./listpack.ts";
import { Reader } from "./reader.ts";
import { streamOf } from "./stream-read.ts";
import { RDB } from "./types.ts";

/** Redis 7.2's: what is newer is refused. */
const NEWEST = 11;
/** Behind the value: two bytes of version, eight of checksum. */
const FOOTER = 10;

/** Whether version and checksum are right. */
export function isDump(payload: Bytes): boolean {
  const bytes = Buffer.from(payload, "latin1");
  if (bytes.length < FOOTER || bytes.readUInt16LE(bytes.length - FOOTER) > NEWEST) return false;
  return crc64(bytes.subarray(0, -8)).equals(bytes.subarray(-8));
}

/** The value of a dump; null where there is none in it. */
export function undump(payload: Bytes): Value | null {
  const bytes = Buffer.from(payload, "latin1").subarray(0, -FOOTER);
  try {
    const reader = new Reader(bytes);
    const value = valueOf(reader, reader.byte());
    return value === null || !reader.isAtEnd ? null : value;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}

function valueOf(reader: Reader, type: number): Value | null {
  switch (type) {
    case RDB.string:
      return reader.string();
    case RDB.list:
      return filled(new List(reader.strings(reader.length())));
    case RDB.quicklist:
      return filled(new List(quicklist(reader)));
    case RDB.set:
      return setOf(reader.strings(reader.length()));
    case RDB.integerSet:
      return setOf(integers(reader.bytes()));
    case RDB.setListpack:
      return setOf(listpackElements(reader.bytes()));
    case RDB.hash:
      return hashOf(reader.strings(2 * reader.length()));
    case RDB.hashListpack:
      return hashOf(listpackElements(reader.bytes()));
    case RDB.sortedSet:
      return sortedSetOf(
        Array.from({ length: reader.bounded() }, () => [reader.string(), reader.double()]),
      );
    case RDB.sortedSetListpack:
      return sortedSetOf(
        pairs(listpackElements(reader.bytes())).map(([name, score]) => [name, scoreOf(score)]),
      );
    case RDB.stream:
    case RDB.stream7_0:
    case RDB.stream7_2:
      return streamOf(reader, type);
    default:
      return null;
  }
}

// ------------------------------------------------------------ collections

function filled(list: List): List | null {
  return list.isEmpty ? null : list;
}

/** Nothing may be in it twice. */
function setOf(members: readonly Bytes[]): MemberSet | null {
  const set = new MemberSet(members);
  return set.isEmpty || set.size !== members.length ? null : set;
}

function hashOf(flat: readonly Bytes[]): Hash | null {
  const hash = new Hash();
  for (const [name, value] of pairs(flat)) if (!hash.set(name, value)) return null;
  return hash.isEmpty ? null : hash;
}

function sortedSetOf(members: readonly (readonly [Bytes, number])[]): SortedSet | null {
  if (members.some(([, score]) => Number.isNaN(score))) return null;
  const set = new SortedSet(members);
  return set.isEmpty || set.size !== members.length ? null : set;
}

function pairs(flat: readonly Bytes[]): [Bytes, Bytes][] {
  if (flat.length % 2 === 1) throw new RangeError("half a pair");
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? "",
    flat[2 * index + 1] ?? "",
  ]);
}

function scoreOf(text: Bytes): number {
  if (/^[+-]?inf$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return text === "" ? Number.NaN : Number(text);
}

/** Nodes, each one long element or a listpack of short ones. */
function quicklist(reader: Reader): Bytes[] {
  const elements: Bytes[] = [];
  for (let nodes = reader.bounded(); nodes > 0; nodes--) {
    const [kind, node] = [reader.length(), reader.bytes()];
    if (kind === 1) elements.push(node.toString("latin1"));
    else for (const element of listpackElements(node)) elements.push(element);
  }
  return elements;
}

/** An intset: the width of its integers, how many, and these. */
function integers(bytes: Buffer): Bytes[] {
  const [width, count] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  if (![2, 4, 8].includes(width) || bytes.length !== 8 + width * count)
    throw new RangeError("an intset of another length");
  return Array.from({ length: count }, (_, index) =>
    String(
      width === 8 ? bytes.readBigInt64LE(8 + index * 8) : bytes.readIntLE(8 + index * width, width),
    ),
  );
}
