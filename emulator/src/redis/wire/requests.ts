/** What clients send: arrays of bulk strings, or a line typed by hand. The server's own words are in networking.c. */
import { type Argv, type Bytes, Failure } from "../values.ts";
import { splitLine } from "./inline.ts";
import { LONGEST_RECURRING, recurring } from "./recurring.ts";

export interface RequestLimits {
  /** The longest bulk string, bytes. Redis' proto-max-bulk-len. */
  bulk(): number;
  /** All of one request, bytes. Redis' client-query-buffer-limit. */
  request(): number;
  /** Of a client that has not shown who it is, little is taken. */
  authenticated(): boolean;
}

/** A request that is longer than the server takes: its client is cut off without a word. */
export class RequestTooLong extends Error {
  constructor() {
    super("the request is too long");
    this.name = "RequestTooLong";
  }
}

const LINE_MAX = 64 * 1024;
/** The longest string that V8 makes, and some room for what is put around it. */
const STRING_MAX = 2 ** 29 - 1024;
const COUNT_MAX = 2 ** 31 - 1;

const STAR = 0x2a;
const DOLLAR = 0x24;
const MINUS = 0x2d;
const RETURN = 0x0d;
const NEWLINE = 0x0a;
const ZERO = 0x30;

/** Bytes in, commands out. Requests that arrive whole are read where they are; only what is cut off is copied. */
export class RequestReader {
  readonly #limits: RequestLimits;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  /** Of the array that is being read: what has come, how many are to come, and how long the next one is. */
  #argv: Bytes[] = [];
  #missing = 0;
  #length = -1;
  #size = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** How many bytes wait to be read. */
  get pending(): number {
    return this.#end - this.#at;
  }

  push(chunk: Uint8Array): void {
    if (this.#at === this.#end) {
      this.#bytes = Buffer.isBuffer(chunk)
        ? chunk
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      this.#at = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The next whole command; null until more has come.
   * @throws {Failure} where it is no RESP; the connection ends.
   * @throws {RequestTooLong}
   */
  next(): Argv | null {
    for (;;) {
      if (this.#missing > 0) return this.#arguments();
      if (this.#at === this.#end) return null;
      if (this.#bytes[this.#at] === STAR) {
        if (!this.#count()) return null;
      } else {
        const line = this.#inline();
        if (line === null) return null;
        const argv = splitLine(line);
        if (argv === null) throw new Failure("ERR Protocol error: unbalanced quotes in request");
        if (argv.length > 0) return argv;
      }
    }
  }

  #count(): boolean {
    const count = this.#number("mbulk count string");
    if (count === undefined) return false;
    if (Number.isNaN(count) || count > COUNT_MAX)
      throw new Failure("ERR Protocol error: invalid multibulk length");
    if (count > 10 && !this.#limits.authenticated())
      throw new Failure("ERR Protocol error: unauthenticated multibulk length");
    this.#missing = Math.max(0, count);
    this.#argv = [];
    this.#size = 0;
    return true;
  }

  #arguments(): Argv | null {
    while (this.#missing > 0) {
      if (this.#length < 0 && !this.#bulkLength()) return null;
      const end = this.#at + this.#length;
      if (end + 2 > this.#end) return null;
      this.#argv.push(
        this.#length <= LONGEST_RECURRING
          ? recurring(this.#bytes, this.#at, end)
          : this.#bytes.toString("latin1", this.#at, end),
      );
      this.#at = end + 2;
      this.#length = -1;
      this.#missing--;
    }
    const argv = this.#argv;
    this.#argv = [];
    return argv;
  }

  #bulkLength(): boolean {
    const sign = this.#bytes[this.#at];
    const length = this.#number("bulk count string");
    if (length === undefined) return false;
    if (sign !== DOLLAR)
      throw new Failure(
        `ERR Protocol error: expected '$', got '${String.fromCharCode(sign ?? 0)}'`,
      );
    if (!(length >= 0 && length <= Math.min(this.#limits.bulk(), STRING_MAX)))
      throw new Failure("ERR Protocol error: invalid bulk length");
    if (length > 16_384 && !this.#limits.authenticated())
      throw new Failure("ERR Protocol error: unauthenticated bulk length");
    // Empty arguments have their weight, too.
    this.#size += length + 16;
    if (this.#size > this.#limits.request()) throw new RequestTooLong();
    this.#length = length;
    return true;
  }

  /** The number behind the sign, and takes the line; NaN where there is none, undefined where the line has not all come. */
  #number(what: string): number | undefined {
    const bytes = this.#bytes;
    const first = this.#at + 1;
    let at = first;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    let value = 0;
    let valid = true;
    for (; at < this.#end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === RETURN) break;
      const digit = byte - ZERO;
      if (digit < 0 || digit > 9) valid = false;
      value = value * 10 + digit;
    }
    if (at + 1 >= this.#end) {
      if (at === this.#end && at - this.#at > LINE_MAX)
        throw new Failure(`ERR Protocol error: too big ${what}`);
      return undefined;
    }
    const digits = at - first - (negative ? 1 : 0);
    this.#at = at + 2;
    // No leading zeros, and no -0: string2ll.
    if (digits === 0 || (bytes[at - digits] === ZERO && (digits > 1 || negative)))
      return Number.NaN;
    return valid ? (negative ? -value : value) : Number.NaN;
  }

  /** A line without its end. */
  #inline(): Bytes | null {
    const newline = this.#bytes.indexOf(NEWLINE, this.#at);
    if (newline < 0 || newline >= this.#end) {
      if (this.pending > LINE_MAX) throw new Failure("ERR Protocol error: too big inline request");
      return null;
    }
    const end = newline > this.#at && this.#bytes[newline - 1] === RETURN ? newline - 1 : newline;
    const line = this.#bytes.toString("latin1", this.#at, end);
    this.#at = newline + 1;
    return line;
  }

  /** Doubles, so that a value in many pieces is copied twice at most; but no further than what was announced. */
  #makeRoom(length: number): void {
    const needed = this.pending + length;
    const announced = this.#length < 0 ? 0 : this.#length + 2;
    const size = announced >= needed ? Math.min(needed * 2, announced) : needed * 2;
    const bytes = Buffer.allocUnsafeSlow(Math.max(4096, size));
    this.#bytes.copy(bytes, 0, this.#at, this.#end);
    this.#end -= this.#at;
    this.#at = 0;
    this.#bytes = bytes;
  }
}

/** How many bytes a request is on the wire. */
export function sizeOf(argv: Argv): number {
  if (argv.length === 0) return 0;
  return argv.reduce(
    (size, word) => size + word.length + String(word.length).length + 5,
    String(argv.length).length + 3,
  );
}
