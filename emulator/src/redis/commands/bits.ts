/** Strings as arrays of bits, the first one the highest of the first byte. https://redis.io/docs/latest/develop/data-types/bitmaps/ */
import type { Redis } from "../model/redis.ts";
import { Failure, type Bytes, type Argv } from "../values.ts";
import { type CommandTable, integer, long, SYNTAX_ERROR } from "./command.ts";
import { int64 } from "./int64.ts";
import { checkLength } from "./substrings.ts";

/** No bit is beyond the 512 MB that a string can have. */
const BITS_MAX = 2 ** 32;
const BAD_OFFSET = "ERR bit offset is not an integer or out of range";
const BAD_BIT = "ERR bit is not an integer or out of range";

/** Where a bit is; with `width`, `#3` is the fourth field of that width. @throws {Failure} */
export function bitOffset(argument = "", width = 0): number {
  const counted = width > 0 && argument.startsWith("#");
  const offset =
    Number(int64(counted ? argument.slice(1) : argument, BAD_OFFSET)) * (counted ? width : 1);
  if (offset < 0 || offset >= BITS_MAX) throw new Failure(BAD_OFFSET);
  return offset;
}

/** The string with zeros behind it up to this bit. @throws {Failure} where it would become too long */
export function extended(redis: Redis, value: Bytes, lastBit: number): Bytes {
  const length = Math.floor(lastBit / 8) + 1;
  if (length <= value.length) return value;
  checkLength(redis, length);
  return value + "\0".repeat(length - value.length);
}

export const bits: CommandTable = {
  setbit: {
    arity: 4,
    flags: ["write", "denyoom"],
    keys: [1, 1, 1],
    group: "bitmap",
    since: "2.2.0",
    summary: "Writes one bit of a string, which grows to it.",
    run({ redis, db }, [, key = "", offset, bit]) {
      const at = bitOffset(offset);
      const on = integer(bit, BAD_BIT);
      if (on !== 0 && on !== 1) throw new Failure(BAD_BIT);
      const old = db.string(key) ?? "";
      const value = extended(redis, old, at);
      const place = Math.floor(at / 8);
      const mask = 0x80 >> (at % 8);
      const byte = value.charCodeAt(place);
      const was = (byte & mask) === 0 ? 0 : 1;
      const changed = String.fromCharCode(on === 1 ? byte | mask : byte & ~mask);
      db.edit(key, value.slice(0, place) + changed + value.slice(place + 1));
      if (value === old && was === on) return was;
      db.touch(key, "$", "setbit");
      return was;
    },
  },
  getbit: {
    arity: 3,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "bitmap",
    since: "2.2.0",
    summary: "Reads one bit of a string.",
    run({ db }, [, key = "", offset]) {
      const at = bitOffset(offset);
      const byte = (db.string(key) ?? "").charCodeAt(Math.floor(at / 8));
      return (byte & (0x80 >> (at % 8))) === 0 ? 0 : 1;
    },
  },
  bitcount: {
    arity: -2,
    flags: ["readonly"],
    keys: [1, 1, 1],
    group: "bitmap",
    since: "2.6.0",
    summary: "Counts the ones of a string.",
    run({ db }, argv) {
      const value = db.string(argv[1] ?? "");
      if (value === undefined) return 0;
      const range = countedRange(argv, value.length);
      let count = 0;
      if (range !== null)
        for (const { byte, mask } of bytesIn(value, range)) count += ones(byte & mask);
      return count;
    },
  },
  bitpos: {
    arity: -3,
    flags: ["readonly"],
    keys: [1, 1, 1],
    group: "bitmap",
    since: "2.8.7",
    summary: "Looks for the first one or zero of a string.",
    run({ db }, argv) {
      const bit = long(argv[2]);
      if (bit !== 0 && bit !== 1) throw new Failure("ERR The bit argument must be 1 or 0.");
      const value = db.string(argv[1] ?? "");
      if (value === undefined) return bit === 1 ? -1 : 0;
      const range = searchedRange(argv, value.length);
      for (const { byte, mask, place } of bytesIn(value, range)) {
        const found = (bit === 1 ? byte : ~byte) & mask;
        if (found !== 0) return place * 8 + Math.clz32(found) - 24;
      }
      // Behind a string there are zeros, unless its end was given.
      const open = bit === 0 && argv.length < 5 && range.first <= range.last;
      return open ? range.last + 1 : -1;
    },
  },
  bitop: {
    arity: -4,
    flags: ["write", "denyoom"],
    keys: [2, -1, 1],
    group: "bitmap",
    since: "2.6.0",
    summary: "Keeps what strings give, joined bit by bit.",
    run({ db }, [, operation = "", target = "", ...sources]) {
      const combine = OPERATIONS.get(operation.toLowerCase());
      if (combine === undefined) throw new Failure(SYNTAX_ERROR);
      const inverted = combine === not ? 0xff : 0;
      if (combine === not && sources.length !== 1)
        throw new Failure("ERR BITOP NOT must be called with a single source key.");
      const values = sources.map((key) => Buffer.from(db.string(key) ?? "", "latin1"));
      const length = Math.max(...values.map((value) => value.length));
      const [first = Buffer.alloc(0), ...others] = values;
      const result = Buffer.alloc(length);
      for (let at = 0; at < length; at++) {
        let byte = (first[at] ?? 0) ^ inverted;
        for (const other of others) byte = combine(byte, other[at] ?? 0);
        result[at] = byte;
      }
      if (length > 0) {
        db.setEncoded(target, result.toString("latin1"), "raw");
        db.touch(target, "$", "set");
      } else if (db.remove(target)) db.touch(target, "g", "del");
      return length;
    },
  },
};

type Combination = (byte: number, next: number) => number;

const not: Combination = (byte) => byte;
/** What a byte becomes with that of the next source; NOT has only one. */
const OPERATIONS: ReadonlyMap<string, Combination> = new Map<string, Combination>([
  ["and", (byte, next) => byte & next],
  ["or", (byte, next) => byte | next],
  ["xor", (byte, next) => byte ^ next],
  ["not", not],
]);

// ------------------------------------------------------------ ranges

/** The first and the last bit. */
interface BitRange {
  readonly first: number;
  readonly last: number;
}

/** BITCOUNT's range: all, or both ends, in bytes or in bits. Null where it is empty. */
function countedRange(argv: Argv, length: number): BitRange | null {
  if (argv.length === 2) return { first: 0, last: length * 8 - 1 };
  if (argv.length !== 4 && argv.length !== 5) throw new Failure(SYNTAX_ERROR);
  const [start, end] = [long(argv[2]), long(argv[3])];
  // Looked at before the unit is, as the server does.
  if (start < 0 && end < 0 && start > end) return null;
  return bitRange(start, end, inBits(argv[4]), length);
}

/** BITPOS's range: its end may be left out. */
function searchedRange(argv: Argv, length: number): BitRange {
  if (argv.length === 3) return { first: 0, last: length * 8 - 1 };
  if (argv.length > 6) throw new Failure(SYNTAX_ERROR);
  const start = long(argv[3]);
  const unit = inBits(argv[5]);
  return bitRange(start, argv.length > 4 ? long(argv[4]) : -1, unit, length);
}

function inBits(unit: Bytes | undefined): boolean {
  const name = unit?.toLowerCase() ?? "byte";
  if (name !== "bit" && name !== "byte") throw new Failure(SYNTAX_ERROR);
  return name === "bit";
}

function bitRange(start: number, end: number, bitwise: boolean, length: number): BitRange {
  const total = bitwise ? length * 8 : length;
  const from = Math.max(0, start < 0 ? start + total : start);
  const to = Math.min(total - 1, Math.max(0, end < 0 ? end + total : end));
  return bitwise ? { first: from, last: to } : { first: from * 8, last: to * 8 + 7 };
}

/** The bytes that have bits of the range, each with a mask of these. */
function* bytesIn(
  value: Bytes,
  { first, last }: BitRange,
): Generator<{ readonly byte: number; readonly mask: number; readonly place: number }> {
  const [from, to] = [Math.floor(first / 8), Math.floor(last / 8)];
  if (first > last) return;
  for (let place = from; place <= to; place++) {
    let mask = 0xff;
    if (place === from) mask &= 0xff >> (first % 8);
    if (place === to) mask &= (0xff << (7 - (last % 8))) & 0xff;
    yield { byte: value.charCodeAt(place), mask, place };
  }
}

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
