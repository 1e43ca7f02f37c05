/** Headers and a payload in the binary envelope that envelope.ts reads. */
import type { Bytes } from "../values.ts";

/** Where the headers begin: behind what it is, the version and two places. */
const HEADERS_START = 18;
const MOST = 0xffff;

/** @throws {Error} for headers that do not fit. */
export function seal(payload: Uint8Array, headers: Readonly<Record<string, string>>): Bytes {
  const texts = Object.entries(headers).flat();
  if (texts.length / 2 > MOST) throw new Error(`at most ${MOST} headers fit`);
  const area = Buffer.concat([u16(texts.length / 2), ...texts.map(text)]);
  const places = Buffer.alloc(8);
  places.writeUInt32BE(HEADERS_START, 0);
  places.writeUInt32BE(HEADERS_START + area.length, 4);
  return Buffer.concat([
    Buffer.from("\x89BIN\r\n\x1a\n", "latin1"),
    u16(1),
    places,
    area,
    payload,
  ]).toString("latin1");
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length > MOST)
    throw new Error(`a header has ${bytes.length} bytes, and at most ${MOST} fit`);
  return Buffer.concat([u16(bytes.length), bytes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
