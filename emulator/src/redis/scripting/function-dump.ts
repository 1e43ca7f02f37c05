/**
 * What FUNCTION DUMP gives: of each library an opcode and its source as an RDB string, then the RDB's version in two
 * bytes and a CRC-64 in eight, both little-endian. A real server's dump is read as well, with the strings that it has
 * compressed. https://rdb.fnordig.de/file_format.html
 */
import { crc64 } from "../dump/crc64.ts";
import { decompress } from "../dump/lzf.ts";
import { Failure, type Bytes } from "../values.ts";

const LIBRARY = 245;
const LIBRARY_BEFORE_7 = 246;
const RDB_VERSION = 11;
const FOOTER = 10;
/** How long a library may be that a dump brings compressed. */
const LONGEST = 16 * 1024 * 1024;

export function dumpLibraries(sources: readonly Bytes[]): Bytes {
  const parts = sources.flatMap((source) => [
    Buffer.from([LIBRARY, 0x80, 0, 0, 0, 0]),
    Buffer.from(source, "latin1"),
  ]);
  for (const [index, source] of sources.entries())
    parts[index * 2]?.writeUInt32BE(source.length, 2);
  const body = Buffer.concat([...parts, Buffer.from([RDB_VERSION, 0])]);
  return Buffer.concat([body, crc64(body)]).toString("latin1");
}

/** The sources of the libraries. @throws {Failure} */
export function readDump(payload: Bytes): Bytes[] {
  const bytes = Buffer.from(payload, "latin1");
  if (bytes.length < FOOTER || !isIntact(bytes))
    throw new Failure("ERR DUMP payload version or checksum are wrong");
  const reader = new Reader(bytes.subarray(0, -FOOTER));
  const sources: Bytes[] = [];
  while (!reader.atEnd) {
    const type = reader.byte();
    if (type === LIBRARY_BEFORE_7) throw new Failure("ERR Pre-GA function format not supported");
    if (type !== LIBRARY) throw new Failure("ERR given type is not a function");
    sources.push(reader.string());
  }
  return sources;
}

function isIntact(bytes: Buffer): boolean {
  const end = bytes.length - FOOTER;
  if (bytes.readUInt16LE(end) > RDB_VERSION) return false;
  const sum = bytes.subarray(end + 2);
  // Zero: the server that made it did not count.
  return sum.every((byte) => byte === 0) || sum.equals(crc64(bytes.subarray(0, end + 2)));
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  string(): Bytes {
    const first = this.byte();
    if (first !== 0xc3) return this.#take(this.#length(first)).toString("latin1");
    const packed = this.#length(this.byte());
    const length = this.#length(this.byte());
    if (length > LONGEST) return unreadable();
    return decompress(this.#take(packed), length)?.toString("latin1") ?? unreadable();
  }

  #length(first: number): number {
    if (first < 0x40) return first;
    if (first < 0x80) return ((first & 0x3f) << 8) | this.byte();
    if (first === 0x80) return this.#take(4).readUInt32BE();
    if (first === 0x81) return Number(this.#take(8).readBigUInt64BE());
    return unreadable();
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) unreadable();
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}

function unreadable(): never {
  throw new Failure("ERR failed loading the given functions payload");
}
