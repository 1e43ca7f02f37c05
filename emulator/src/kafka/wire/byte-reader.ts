/**
 * The primitive types, read from one message: https://kafka.apache.org/protocol#protocol_types
 * Every length is checked against what is left before anything is made of it.
 */
import { MalformedError } from "./malformed.ts";

/** How many items all arrays of one message may have together: an item may be one byte here and an object there. */
const MAX_ITEMS = 1_000_000;

export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;
  #items = 0;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = bytes.length;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  int8(): number {
    return (this.#byte() << 24) >> 24;
  }

  int16(): number {
    return (this.uint16() << 16) >> 16;
  }

  uint16(): number {
    const at = this.#take(2);
    const bytes = this.#bytes;
    return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }

  int32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    return (
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)
    );
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  /** Beyond 2^53 the nearest number. */
  int64(): number {
    const high = this.int32();
    return high * 2 ** 32 + this.uint32();
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  /** Of 32 bits at most. */
  unsignedVarint(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedError("a varint has more than five bytes");
  }

  /** How many bytes or items follow; -1 for null. */
  length(isCompact: boolean, isShort: boolean): number {
    if (isCompact) return this.unsignedVarint() - 1;
    return isShort ? this.int16() : this.int32();
  }

  text(length: number): string {
    const at = this.#take(length);
    return this.#bytes.toString("utf8", at, at + length);
  }

  /** A view. */
  view(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  uuid(): string {
    const at = this.#take(16);
    return this.#bytes.toString("base64url", at, at + 16);
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** Says that `count` items follow, of `size` bytes each at least. */
  expect(count: number, size: number): void {
    this.#items += count;
    if (count * size > this.left || this.#items > MAX_ITEMS)
      throw new MalformedError(`an array of ${count} items, with ${this.left} bytes left`);
  }

  /** Reads what is `length` bytes long, and goes on behind it. */
  within<Value>(length: number, read: () => Value): Value {
    const end = this.#end;
    const after = this.#at + length;
    if (length > this.left) this.#take(length);
    this.#end = after;
    const value = read();
    this.#at = after;
    this.#end = end;
    return value;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || at + length > this.#end)
      throw new MalformedError(`${length} bytes, with ${this.#end - at} left`);
    this.#at = at + length;
    return at;
  }
}
