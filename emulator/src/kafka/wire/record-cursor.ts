import { MalformedRecords } from "./malformed-records.ts";
import { VarintReader } from "./varint.ts";

const EMPTY = Buffer.alloc(0);

/**
 * Walks over the records of a batch and makes nothing of them: key, value and headers are views, made when they are
 * asked for. https://kafka.apache.org/documentation/#record
 */
export class RecordCursor {
  offsetDelta = 0;
  timestampDelta = 0;
  /** Where the record lies, its length included. */
  start = 0;
  end = 0;
  readonly #reader: VarintReader;
  #left: number;
  #key = 0;
  #keyLength = -1;
  #value = 0;
  #valueLength = -1;
  #headers = 0;
  #headerCount = 0;

  /** `records` are not compressed (any more), `count` as the batch declares it. */
  constructor(records: Buffer, count: number) {
    this.#reader = new VarintReader(records);
    this.#left = count;
  }

  /** Goes on to the next record; false where there is none. @throws {MalformedRecords} */
  next(): boolean {
    const reader = this.#reader;
    const { bytes } = reader;
    reader.at = this.end;
    reader.end = bytes.length;
    if (this.#left === 0) {
      if (this.end < bytes.length)
        invalid("Incorrect declared batch size, records still remaining in file");
      return false;
    }
    this.#left--;
    this.start = this.end;
    if (this.start === bytes.length)
      invalid("Incorrect declared batch size, premature EOF reached");
    const size = reader.next();
    this.end = reader.at + size;
    if (size < 0 || this.end > bytes.length) invalid(`Invalid record size: ${size}`);
    reader.end = this.end;
    // The attributes of a record: nothing is said in them yet.
    reader.at++;
    this.timestampDelta = reader.next();
    this.offsetDelta = reader.next();
    this.#keyLength = reader.next();
    this.#key = this.#pass(this.#keyLength);
    this.#valueLength = reader.next();
    this.#value = this.#pass(this.#valueLength);
    this.#headerCount = reader.next();
    this.#headers = reader.at;
    this.#passHeaders();
    return true;
  }

  get hasKey(): boolean {
    return this.#keyLength >= 0;
  }

  get key(): Buffer | null {
    return this.#view(this.#key, this.#keyLength);
  }

  get hasValue(): boolean {
    return this.#valueLength >= 0;
  }

  get value(): Buffer | null {
    return this.#view(this.#value, this.#valueLength);
  }

  get headers(): (readonly [string, Buffer | null])[] {
    const reader = this.#reader;
    reader.at = this.#headers;
    return Array.from({ length: this.#headerCount }, () => {
      const key = this.#view(...this.#field()) ?? EMPTY;
      return [key.toString("utf8"), this.#view(...this.#field())] as const;
    });
  }

  #passHeaders(): void {
    const reader = this.#reader;
    const count = this.#headerCount;
    if (count < 0) invalid(`Found invalid number of record headers ${count}`);
    for (let index = 0; index < count; index++) {
      const keyLength = reader.next();
      if (keyLength < 0) invalid("Invalid negative header key size");
      this.#pass(keyLength);
      this.#pass(reader.next());
    }
    if (reader.at !== this.end)
      invalid(
        `Invalid record size: expected to read ${this.end - this.start} bytes in record payload, but instead read ${reader.at - this.start}`,
      );
  }

  /** The next bytes that say how many they are. */
  #field(): [begin: number, length: number] {
    const length = this.#reader.next();
    return [this.#pass(length), length];
  }

  /** Skips what is so long, and returns where it begins. Negative is null. */
  #pass(length: number): number {
    const begin = this.#reader.at;
    if (length > this.end - begin) invalid("Found invalid record structure");
    if (length > 0) this.#reader.at = begin + length;
    return begin;
  }

  #view(begin: number, length: number): Buffer | null {
    return length < 0 ? null : this.#reader.bytes.subarray(begin, begin + length);
  }
}

function invalid(message: string): never {
  throw new MalformedRecords("INVALID_RECORD", message);
}
