/** Writes AMQP's elementary types behind each other. */

export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(size = 256) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  octet(value: number): void {
    // First the place: making room may bring other bytes.
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  short(value: number): void {
    const at = this.#room(2);
    this.#bytes.writeUInt16BE(value, at);
  }

  long(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  longlong(value: number | bigint): void {
    const at = this.#room(8);
    if (typeof value === "bigint") {
      this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), at);
      return;
    }
    // Two's complement: what is negative has all of its high bits set.
    this.#bytes.writeUInt32BE(Math.floor(value / 2 ** 32) >>> 0, at);
    this.#bytes.writeUInt32BE((value % 2 ** 32) >>> 0, at + 4);
  }

  float(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeFloatBE(value, at);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  /** @throws {RangeError} where the text is longer than 255 bytes. */
  shortstr(text: string): void {
    const length = Buffer.byteLength(text);
    if (length > 255) throw new RangeError(`${length} bytes are too many for a short string`);
    this.octet(length);
    const at = this.#room(length);
    this.#bytes.write(text, at);
  }

  longstr(bytes: Uint8Array): void {
    this.long(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** What `write` writes, with its length before it in four bytes. */
  nested(write: () => void): void {
    const at = this.#room(4);
    write();
    this.#bytes.writeUInt32BE(this.#length - at - 4, at);
  }

  /** What was written, as bytes of their own; the next thing may be written then. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  /** Where the next `length` bytes go. */
  #room(length: number): number {
    const at = this.#length;
    if (at + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe((at + length) * 2);
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#length = at + length;
    return at;
  }
}
