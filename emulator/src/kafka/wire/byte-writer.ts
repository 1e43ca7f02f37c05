/**
 * The primitive types, written: https://kafka.apache.org/protocol#protocol_types
 * Small values go into one buffer; large ones, record batches mostly, leave as they are, uncopied.
 */

/** From here on bytes are not copied. */
const LARGE = 16 * 1024;
const FIRST_SIZE = 512;
const MAX_INT64 = 2 ** 63;

export class ByteWriter {
  readonly #pieces: Buffer[] = [];
  #buffer: Buffer = Buffer.allocUnsafe(FIRST_SIZE);
  /** Where in the buffer the bytes begin that are in no piece yet. */
  #start = 0;
  #at = 0;
  #length = 0;

  /** Of everything written so far. */
  get length(): number {
    return this.#length + this.#at - this.#start;
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  int8(value: number): void {
    const at = this.#room(1);
    this.#buffer[at] = value;
  }

  int16(value: number): void {
    const at = this.#room(2);
    const buffer = this.#buffer;
    buffer[at] = value >> 8;
    buffer[at + 1] = value;
  }

  int32(value: number): void {
    const at = this.#room(4);
    const buffer = this.#buffer;
    buffer[at] = value >> 24;
    buffer[at + 1] = value >> 16;
    buffer[at + 2] = value >> 8;
    buffer[at + 3] = value;
  }

  /** What is no int64 as the nearest one: the greatest has no number of its own. */
  int64(value: number): void {
    if (value >= MAX_INT64) {
      this.int32(0x7fffffff);
      this.int32(-1);
      return;
    }
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value % 2 ** 32);
  }

  float64(value: number): void {
    const at = this.#room(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  unsignedVarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.int8((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.int8(rest);
  }

  /** How many bytes or items follow; -1 for null. */
  size(length: number, isCompact: boolean, isShort: boolean): void {
    if (isCompact) this.unsignedVarint(length + 1);
    else if (isShort) this.int16(length);
    else this.int32(length);
  }

  string(value: string, isCompact: boolean): void {
    const length = Buffer.byteLength(value);
    this.size(length, isCompact, true);
    const at = this.#room(length);
    this.#buffer.write(value, at, length, "utf8");
  }

  /** The bytes alone, without their length. */
  bytes(value: Buffer): void {
    if (value.length < LARGE) {
      const at = this.#room(value.length);
      this.#buffer.set(value, at);
      return;
    }
    this.#cut();
    this.#pieces.push(value);
    this.#length += value.length;
  }

  uuid(value: string): void {
    const at = this.#room(16);
    const written = this.#buffer.write(value, at, 16, "base64url");
    if (written !== 16) throw new TypeError(`${JSON.stringify(value)} is no id`);
  }

  /** Everything written, in pieces; the writer is done then. */
  finish(): readonly Buffer[] {
    this.#cut();
    return this.#pieces;
  }

  #cut(): void {
    if (this.#at === this.#start) return;
    this.#pieces.push(this.#buffer.subarray(this.#start, this.#at));
    this.#length += this.#at - this.#start;
    this.#start = this.#at;
  }

  #room(length: number): number {
    const at = this.#at;
    if (at + length > this.#buffer.length) return this.#grow(length);
    this.#at = at + length;
    return at;
  }

  #grow(length: number): number {
    const held = this.#buffer.subarray(this.#start, this.#at);
    this.#buffer = Buffer.allocUnsafe(Math.max(FIRST_SIZE, (held.length + length) * 2));
    this.#buffer.set(held, 0);
    this.#start = 0;
    this.#at = held.length + length;
    return held.length;
  }
}
