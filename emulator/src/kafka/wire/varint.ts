/** Variable-length integers in zigzag, as records have them: https://kafka.apache.org/protocol#protocol_types */
import { MalformedRecords } from "./malformed-records.ts";

/** Reads one after another. Plain numbers: a difference of times may be longer than 32 bits. */
export class VarintReader {
  readonly bytes: Buffer;
  at: number;
  end: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  next(): number {
    let value = 0;
    for (let scale = 1; scale <= 0x40000000000000; scale *= 128) {
      if (this.at >= this.end)
        throw new MalformedRecords("INVALID_RECORD", "Found invalid record structure");
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new MalformedRecords("UNKNOWN_SERVER_ERROR", "A number is too long");
  }
}

export function varintSize(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Returns where the next one goes. */
export function putVarint(bytes: Buffer, value: number, at: number): number {
  let rest = zigzag(value);
  let next = at;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) | 128;
  bytes[next++] = rest;
  return next;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
