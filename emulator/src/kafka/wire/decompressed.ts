import { MalformedRecords } from "./malformed-records.ts";

/** What was decompressed so far; it grows as far as it may. */
export class Decompressed {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  append(source: Buffer, from: number, to: number): void {
    this.#makeRoom(to - from);
    this.#length += source.copy(this.#bytes, this.#length, from, to);
  }

  /** What was there `distance` before. It may overlap with what it makes: then byte by byte. */
  repeat(distance: number, count: number): void {
    const from = this.#length - distance;
    if (distance === 0 || from < 0) malformed();
    this.#makeRoom(count);
    const to = this.#length;
    if (count <= distance) this.#bytes.copyWithin(to, from, from + count);
    else
      for (let index = 0; index < count; index++)
        this.#bytes[to + index] = this.#bytes[from + index] as number;
    this.#length = to + count;
  }

  get length(): number {
    return this.#length;
  }

  taken(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#limit) malformed();
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.min(this.#limit, needed * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

export function malformed(): never {
  throw new MalformedRecords(
    "UNKNOWN_SERVER_ERROR",
    "What is compressed is malformed, or too large",
  );
}
