/** Reads AMQP's elementary types off bytes; past their end it throws. */
import { MalformedError } from "./malformed.ts";
import { shortText } from "./short-string.ts";

export class ByteReader {
  readonly bytes: Buffer;
  /** Where the next value starts. */
  at: number;
  readonly end: number;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get isDone(): boolean {
    return this.at === this.end;
  }

  octet(): number {
    return this.bytes[this.#take(1)] ?? 0;
  }

  short(): number {
    return this.bytes.readUInt16BE(this.#take(2));
  }

  long(): number {
    return this.bytes.readUInt32BE(this.#take(4));
  }

  /** Beyond 2^53 the nearest number. */
  longlong(): number {
    const at = this.#take(8);
    return this.bytes.readUInt32BE(at) * 2 ** 32 + this.bytes.readUInt32BE(at + 4);
  }

  shortstr(): string {
    const length = this.octet();
    return shortText(this.bytes, this.#take(length), length);
  }

  /** Not a copy. */
  longstr(): Buffer {
    const length = this.long();
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** What a length in four bytes says is inside, to be read by itself. */
  nested(): ByteReader {
    const length = this.long();
    const at = this.#take(length);
    return new ByteReader(this.bytes, at, at + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): number {
    const { at } = this;
    if (length > this.end - at) throw new MalformedError("value");
    this.at = at + length;
    return at;
  }
}
