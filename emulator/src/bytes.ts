/** How far a byte is looked for one by one. */
const NEAR = 128;

/**
 * Bytes that came in and were not taken yet. Chunks are copied behind each other, so that a value split over many of
 * them costs its length once, and what is taken holds no socket buffer alive.
 */
export class ByteWindow {
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The byte at `index`; -1 past the end. */
  at(index: number): number {
    return index < this.length ? (this.#buffer[this.#start + index] ?? -1) : -1;
  }

  /** Where `byte` is, from `from` on; -1 where it is not. */
  indexOf(byte: number, from = 0): number {
    // Mostly it is near, and then a call of the system's search costs more than it saves.
    const near = Math.min(this.#start + from + NEAR, this.#end);
    for (let index = this.#start + from; index < near; index++)
      if (this.#buffer[index] === byte) return index - this.#start;
    if (near === this.#end) return -1;
    return this.#buffer.subarray(this.#start, this.#end).indexOf(byte, from + NEAR);
  }

  /** The next `length` bytes, without taking them. Valid until the next call of anything else. */
  peek(length: number): Buffer {
    return this.#buffer.subarray(this.#start, Math.min(this.#start + length, this.#end));
  }

  /** The text between two places, without taking it. */
  text(from: number, to: number, encoding: "utf8" | "latin1" = "utf8"): string {
    return this.#buffer.toString(
      encoding,
      this.#start + from,
      Math.min(this.#start + to, this.#end),
    );
  }

  /** Takes the next `length` bytes, as a copy of their own. */
  take(length: number): Buffer {
    const taken = Buffer.from(this.peek(length));
    this.skip(length);
    return taken;
  }

  skip(length: number): void {
    this.#start = Math.min(this.#start + length, this.#end);
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  #makeRoom(length: number): void {
    const needed = this.length + length;
    const buffer =
      needed <= this.#buffer.length / 2
        ? this.#buffer
        : Buffer.allocUnsafe(Math.max(4096, needed * 2));
    this.#buffer.copy(buffer, 0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    this.#buffer = buffer;
  }
}
