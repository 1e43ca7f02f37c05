/**
 * What FUNCTION DUMP gives: of each library an opcode and its source as an RDB string, then the RDB's version in two
 * bytes and a CRC-64 in eight, both little-endian. A real server's dump is read as well, with the strings that it has
 * compressed. https://rdb.fnordig.de/file_format.html
 */
import { crc64 } from "../dump/crc64.ts";
import { Reader } from "../dump/reader.ts";
import { Failure, type Bytes } from "../values.ts";

const LIBRARY = 245;
const LIBRARY_BEFORE_7 = 246;
const RDB_VERSION = 11;
const FOOTER = 10;

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
  try {
    return [...sourcesIn(new Reader(bytes.subarray(0, -FOOTER)))];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure("ERR failed loading the given functions payload");
  }
}

function* sourcesIn(reader: Reader): Iterable<Bytes> {
  while (!reader.isAtEnd) {
    const type = reader.byte();
    if (type === LIBRARY_BEFORE_7) throw new Failure("ERR Pre-GA function format not supported");
    if (type !== LIBRARY) throw new Failure("ERR given type is not a function");
    yield reader.string();
  }
}

function isIntact(bytes: Buffer): boolean {
  const end = bytes.length - FOOTER;
  if (bytes.readUInt16LE(end) > RDB_VERSION) return false;
  const sum = bytes.subarray(end + 2);
  // Zero: the server that made it did not count.
  return sum.every((byte) => byte === 0) || sum.equals(crc64(bytes.subarray(0, end + 2)));
}
