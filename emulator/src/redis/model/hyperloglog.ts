/**
 * A HyperLogLog as the server keeps it in a string, so that a dump of one is read by the other: 16 bytes of header, and
 * 16384 registers, six bits each ("dense") or as runs ("sparse"). Counts are equal, as hash and estimate are the same.
 */
import type { Bytes } from "../values.ts";
import { murmurHash64 } from "./murmur-hash.ts";

const REGISTERS = 2 ** 14;
/** What is left of the hash for the run of zeros. */
const RUN_BITS = 50;
const HEADER = 16;
/** Says in the header's count that it is an old one. */
const NOT_COUNTED = 2n ** 63n;
const MAGIC = "HYLL";
const DENSE_SIZE = HEADER + (REGISTERS * 6) / 8;
/** The highest that a sparse run can say. */
const SPARSE_VALUE_MAX = 32;
/** 1 / (2 · ln 2) */
const ALPHA = 0.7213475204444817;

export class HyperLogLog {
  readonly registers: Uint8Array = new Uint8Array(REGISTERS);
  dense = false;
  /** The count as it was last. */
  #counted = 0n;
  /** Whether no register has changed since. */
  isCounted = true;

  /** What a string holds; null where it is none. @throws {Corrupted} where it begins like one. */
  static parse(text: Bytes): HyperLogLog | null {
    const encoding = text.charCodeAt(4);
    if (text.length < HEADER || !text.startsWith(MAGIC) || encoding > 1) return null;
    if (encoding === 0 && text.length !== DENSE_SIZE) return null;
    const hll = new HyperLogLog();
    hll.dense = encoding === 0;
    const bytes = Buffer.from(text, "latin1");
    const counted = bytes.readBigUInt64LE(8);
    hll.isCounted = counted < NOT_COUNTED;
    hll.#counted = counted % NOT_COUNTED;
    if (hll.dense) readDense(bytes.subarray(HEADER), hll.registers);
    else readSparse(bytes.subarray(HEADER), hll.registers);
    return hll;
  }

  /** Returns whether a register has changed. */
  add(element: Bytes): boolean {
    const hash = murmurHash64(element);
    const index = Number(hash & BigInt(REGISTERS - 1));
    let rest = (hash >> 14n) | (1n << BigInt(RUN_BITS));
    let run = 1;
    while ((rest & 1n) === 0n) {
      run++;
      rest >>= 1n;
    }
    return this.raise(index, run);
  }

  /** Returns whether the register was lower. */
  raise(index: number, value: number): boolean {
    if ((this.registers[index] ?? 0) >= value) return false;
    this.registers[index] = value;
    this.isCounted = false;
    return true;
  }

  /** Each register becomes the higher one. */
  merge(other: HyperLogLog): void {
    for (let index = 0; index < REGISTERS; index++) this.raise(index, other.registers[index] ?? 0);
  }

  /** How many elements there are, about. By Ertl, https://arxiv.org/abs/1702.01284 */
  count(): number {
    if (this.isCounted) return Number(this.#counted);
    const histogram = Array.from({ length: 64 }, () => 0);
    for (const value of this.registers) histogram[value] = (histogram[value] ?? 0) + 1;
    let z = REGISTERS * tau((REGISTERS - (histogram[RUN_BITS + 1] ?? 0)) / REGISTERS);
    for (let value = RUN_BITS; value >= 1; value--) z = (z + (histogram[value] ?? 0)) * 0.5;
    z += REGISTERS * sigma((histogram[0] ?? 0) / REGISTERS);
    const count = Math.round((ALPHA * REGISTERS * REGISTERS) / z);
    this.#counted = BigInt(count);
    this.isCounted = true;
    return count;
  }

  /** The string. What would be longer than `sparseMax`, or cannot be told by runs, is dense from then on. */
  text(sparseMax: number): Bytes {
    const header = Buffer.alloc(HEADER);
    header.write(MAGIC, "latin1");
    header.writeBigUInt64LE(this.#counted + (this.isCounted ? 0n : NOT_COUNTED), 8);
    const sparse = this.dense ? null : writeSparse(this.registers);
    if (sparse === null || HEADER + sparse.length > sparseMax) this.dense = true;
    header[4] = this.dense ? 0 : 1;
    const registers =
      this.dense || sparse === null ? writeDense(this.registers) : Buffer.from(sparse);
    return header.toString("latin1") + registers.toString("latin1");
  }

  /** The runs, as PFDEBUG DECODE shows them. */
  runs(): string {
    return runsOf(this.registers)
      .map(({ value, length }) => {
        if (value > 0) return `v:${value},${length}`;
        return length > 64 ? `Z:${length}` : `z:${length}`;
      })
      .join(" ");
  }
}

/** The runs say more or fewer registers than there are. */
export class Corrupted extends Error {}

// ------------------------------------------------------------ dense

/** Six bits each, from the lowest bit of the first byte on. */
function readDense(bytes: Uint8Array, registers: Uint8Array): void {
  for (let index = 0; index < REGISTERS; index++) {
    const bit = index * 6;
    const pair = (bytes[bit >> 3] ?? 0) | ((bytes[(bit >> 3) + 1] ?? 0) << 8);
    registers[index] = (pair >> (bit & 7)) & 63;
  }
}

function writeDense(registers: Uint8Array): Buffer {
  const bytes = Buffer.alloc(DENSE_SIZE - HEADER);
  for (let index = 0; index < REGISTERS; index++) {
    const bit = index * 6;
    const pair = (registers[index] ?? 0) << (bit & 7);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (pair & 0xff);
    if (pair > 0xff) bytes[(bit >> 3) + 1] = (bytes[(bit >> 3) + 1] ?? 0) | (pair >> 8);
  }
  return bytes;
}

// ------------------------------------------------------------ sparse

interface Run {
  readonly value: number;
  readonly length: number;
}

/** Runs of one value, at most as long as one of the encoding's can be. */
function runsOf(registers: Uint8Array): Run[] {
  const runs: Run[] = [];
  for (let index = 0; index < REGISTERS;) {
    const value = registers[index] ?? 0;
    const most = value === 0 ? REGISTERS : 4;
    const from = index;
    while (index < REGISTERS && index - from < most && registers[index] === value) index++;
    runs.push({ value, length: index - from });
  }
  return runs;
}

/** 00llllll: zeros; 01llllll llllllll: many zeros; 1vvvvvll: a value. Null where a value is too high. */
function writeSparse(registers: Uint8Array): number[] | null {
  const bytes: number[] = [];
  for (const { value, length } of runsOf(registers)) {
    if (value > SPARSE_VALUE_MAX) return null;
    if (value > 0) bytes.push(0x80 | ((value - 1) << 2) | (length - 1));
    else if (length > 64) bytes.push(0x40 | ((length - 1) >> 8), (length - 1) & 0xff);
    else bytes.push(length - 1);
  }
  return bytes;
}

function readSparse(bytes: Uint8Array, registers: Uint8Array): void {
  let index = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    let [value, length] = [0, (byte & 0x3f) + 1];
    if ((byte & 0x80) !== 0) [value, length] = [((byte >> 2) & 0x1f) + 1, (byte & 3) + 1];
    else if ((byte & 0x40) !== 0) length = (((byte & 0x3f) << 8) | (bytes[++at] ?? 0)) + 1;
    if (index + length > REGISTERS) throw new Corrupted();
    registers.fill(value, index, index + length);
    index += length;
  }
  if (index !== REGISTERS) throw new Corrupted();
}

// ------------------------------------------------------------ estimate

function sigma(from: number): number {
  if (from === 1) return Number.POSITIVE_INFINITY;
  let [x, y, z, before] = [from, 1, from, Number.NaN];
  while (z !== before) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(from: number): number {
  if (from === 0 || from === 1) return 0;
  let [x, y, z, before] = [from, 1, 1 - from, Number.NaN];
  while (z !== before) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
