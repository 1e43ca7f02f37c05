/** Reads what a dump is made of: lengths, strings, numbers. All throw a RangeError where it ends early. */
import { idOf, type StreamId } from "../model/stream-ids.ts";
import type { Bytes } from "../values.ts";
import { decompress } from "./lzf.ts";

/** How many bytes three compressed ones can become. */
const EXPANSION_MAX = 264;

export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  double(): number {
    return this.#take(8).readDoubleLE();
  }

  /** ms since 1970. */
  time(): number {
    return Number(this.#take(8).readBigInt64LE());
  }

  /** An id as keys of a tree have it: with the highest byte first. */
  id(): StreamId {
    const bytes = this.#take(16);
    return idOf(bytes.readBigUInt64BE(0), bytes.readBigUInt64BE(8));
  }

  length(): number {
    return Number(this.wide());
  }

  /** A length that may take all 64 bits. */
  wide(): bigint {
    const first = this.byte();
    if (first === 0x81) return this.#take(8).readBigUInt64BE();
    if (first >> 6 === 3) throw new RangeError("a length was expected");
    return BigInt(this.#lengthFrom(first));
  }

  /** How many are to come: not more than there are bytes. */
  bounded(): number {
    const count = this.length();
    if (count > this.#bytes.length - this.#at) throw new RangeError("more than there can be");
    return count;
  }

  strings(count: number): Bytes[] {
    if (count > this.#bytes.length - this.#at) throw new RangeError("more than there can be");
    return Array.from({ length: count }, () => this.string());
  }

  string(): Bytes {
    return this.bytes().toString("latin1");
  }

  /** A string: as it is, an integer, or compressed. */
  bytes(): Buffer {
    const first = this.byte();
    switch (first) {
      case 0xc0:
        return Buffer.from(String(this.#take(1).readInt8()));
      case 0xc1:
        return Buffer.from(String(this.#take(2).readInt16LE()));
      case 0xc2:
        return Buffer.from(String(this.#take(4).readInt32LE()));
      case 0xc3: {
        const [compressed, length] = [this.length(), this.length()];
        const input = this.#take(compressed);
        const output = length > compressed * EXPANSION_MAX ? null : decompress(input, length);
        if (output === null) throw new RangeError("what is compressed is broken");
        return output;
      }
      default:
        return this.#take(this.#lengthFrom(first));
    }
  }

  #lengthFrom(first: number): number {
    if (first >> 6 === 0) return first;
    if (first >> 6 === 1) return ((first & 0x3f) << 8) | this.byte();
    if (first === 0x80) return this.#take(4).readUInt32BE();
    throw new RangeError("a length of no kind");
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) throw new RangeError("the dump ends early");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
