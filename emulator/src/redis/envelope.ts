/**
 * Headers around a payload, as FastStream and Millrace write them into Redis: `\x89BIN\r\n\x1a\n`, then u16 version,
 * u32 where the headers begin, u32 where the payload begins; there u16 how many headers, and each one's name and value as
 * u16 length and UTF-8. Big-endian. Or JSON: `{"data": "…", "headers": {…}}`. What is neither is a payload.
 */
import { isUtf8 } from "node:buffer";
import type { ContentSource, MessageContent } from "../journal.ts";
import type { Bytes } from "./values.ts";

/** What the journal shows of a message that is sealed, or of one that is none. */
export class Sealed implements ContentSource {
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(): MessageContent {
    return contentOf(this.#bytes);
  }
}

export function contentOf(bytes: Bytes): MessageContent {
  const content = unseal(bytes);
  const replyTo = content.headers["reply_to"];
  return replyTo === undefined ? content : { ...content, replyTo };
}

export interface Enveloped {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

const IDENTITY = "\x89BIN\r\n\x1a\n";
const VERSION = 1;
const SMALLEST = IDENTITY.length + 2 + 4 + 4 + 2;
const NONE: Enveloped["headers"] = {};

export function unseal(bytes: Bytes): Enveloped {
  const buffer = Buffer.from(bytes, "latin1");
  const found = bytes.startsWith(IDENTITY) ? binary(buffer) : json(bytes, buffer);
  return found ?? { headers: NONE, payload: buffer };
}

function binary(buffer: Buffer): Enveloped | undefined {
  if (buffer.length < SMALLEST || buffer.readUInt16BE(8) !== VERSION) return undefined;
  const [start, end] = [buffer.readUInt32BE(10), buffer.readUInt32BE(14)];
  if (start + 2 > end || end > buffer.length) return undefined;
  const area = buffer.subarray(start + 2, end);
  const count = buffer.readUInt16BE(start);
  // FastStream counts characters where it means bytes; the one that fits exactly is right.
  const headers = headersIn(area, count, endByBytes) ?? headersIn(area, count, endByCharacters);
  return headers === undefined ? undefined : { headers, payload: buffer.subarray(end) };
}

type EndOf = (area: Buffer, from: number, length: number) => number;

const endByBytes: EndOf = (_, from, length) => from + length;

const endByCharacters: EndOf = (area, from, length) => {
  let at = from;
  for (let left = length; left > 0; left--) {
    at++;
    while (((area[at] ?? 0) & 0xc0) === 0x80) at++;
  }
  return at;
};

function headersIn(area: Buffer, count: number, endOf: EndOf): Enveloped["headers"] | undefined {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < count * 2) {
    if (at + 2 > area.length) return undefined;
    const end = endOf(area, at + 2, area.readUInt16BE(at));
    if (end > area.length) return undefined;
    const text = area.subarray(at + 2, end);
    if (!isUtf8(text)) return undefined;
    texts.push(text.toString("utf8"));
    at = end;
  }
  if (at !== area.length) return undefined;
  const pairs = Array.from({ length: count }, (_, index) => [
    texts[index * 2] ?? "",
    texts[index * 2 + 1] ?? "",
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function json(bytes: Bytes, buffer: Buffer): Enveloped | undefined {
  if (!bytes.startsWith("{") || !bytes.includes('"headers"')) return undefined;
  let found: unknown;
  try {
    found = JSON.parse(buffer.toString("utf8"));
  } catch {
    return undefined;
  }
  // These two names and no other, so that any other JSON stays what it is.
  const { data, headers, ...others } = found as Record<string, unknown>;
  if (typeof data !== "string" || typeof headers !== "object" || headers === null) return undefined;
  if (Array.isArray(headers) || Object.keys(others).length > 0) return undefined;
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    headers: Object.fromEntries(texts) as Record<string, string>,
    payload: Buffer.from(data),
  };
}
