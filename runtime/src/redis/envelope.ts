/**
 * Redis carries bytes, no headers: these travel in an envelope around the payload, the one that FastStream (Python)
 * reads and writes. Its binary form, version 1:
 *
 *     89 "BIN" 0D 0A 1A 0A   what it is
 *     u16  1                 version
 *     u32  18                where the headers begin
 *     u32                    where the payload begins
 *     u16                    how many headers, then each one's name and value: u16 length, UTF-8
 *     the payload
 *
 * Numbers are big-endian. The JSON form is `{"data": "…", "headers": {…}}`. What is neither is a payload without headers.
 *
 * FastStream's reader takes lengths for bytes, its writer (0.7) counts characters: so we write bytes, and read both.
 */
import { isUtf8 } from "node:buffer";
import type { Headers } from "../driver.ts";
import { PublishError } from "../errors.ts";

/** `binary` (default) and `json` carry headers, `none` only the payload. */
export type Envelope = "binary" | "json" | "none";

export interface Enveloped {
  readonly payload: Uint8Array;
  readonly headers: Headers;
}

const IDENTITY = Buffer.from("\x89BIN\r\n\x1a\n", "latin1");
const VERSION = 1;
const HEADERS_START = IDENTITY.length + 2 + 4 + 4;
const MOST = 0xffff;

/** @throws {PublishError} for headers or a payload that the form cannot carry. */
export function seal({ payload, headers }: Enveloped, form: Envelope): Buffer {
  if (form === "none") return view(payload);
  if (form === "json") {
    if (!isUtf8(payload)) {
      throw new PublishError(
        'the payload is not text, which a JSON envelope cannot carry: leave out `envelope: "json"`',
      );
    }
    return Buffer.from(JSON.stringify({ data: view(payload).toString("utf8"), headers }));
  }
  const entries = Object.entries(headers);
  if (entries.length > MOST) {
    throw new PublishError(`a message has ${entries.length} headers, and at most ${MOST} fit`);
  }
  const texts: Buffer[] = [];
  let length = HEADERS_START + 2;
  for (const entry of entries) {
    for (const text of entry) {
      const bytes = Buffer.from(text);
      if (bytes.length > MOST) {
        throw new PublishError(
          `the header "${entry[0].slice(0, 40)}" has ${bytes.length} bytes, and at most ${MOST} fit: put such text into the payload`,
        );
      }
      texts.push(bytes);
      length += 2 + bytes.length;
    }
  }
  const whole = Buffer.allocUnsafe(length + payload.byteLength);
  let at = IDENTITY.copy(whole);
  at = whole.writeUInt16BE(VERSION, at);
  at = whole.writeUInt32BE(HEADERS_START, at);
  at = whole.writeUInt32BE(length, at);
  at = whole.writeUInt16BE(entries.length, at);
  for (const text of texts) {
    at = whole.writeUInt16BE(text.length, at);
    at += text.copy(whole, at);
  }
  whole.set(payload, at);
  return whole;
}

/** Takes any bytes: what is no envelope, or a broken one, is a payload. */
export function unseal(data: Uint8Array): Enveloped {
  const bytes = view(data);
  return unsealBinary(bytes) ?? unsealJson(bytes) ?? { payload: bytes, headers: {} };
}

/** Whether the bytes are an envelope of ours, which no two messages have in common: correlation and trace are in it. */
export function isSealed(data: Uint8Array): boolean {
  return view(data).subarray(0, IDENTITY.length).equals(IDENTITY);
}

function unsealBinary(bytes: Buffer): Enveloped | undefined {
  if (bytes.length < HEADERS_START + 2 || !isSealed(bytes)) return undefined;
  if (bytes.readUInt16BE(8) !== VERSION) return undefined;
  const start = bytes.readUInt32BE(10);
  const end = bytes.readUInt32BE(14);
  if (start + 2 > end || end > bytes.length) return undefined;
  const area = bytes.subarray(start + 2, end);
  const count = bytes.readUInt16BE(start);
  const headers = readHeaders(area, count, byBytes) ?? readHeaders(area, count, byCharacters);
  return headers === undefined ? undefined : { payload: bytes.subarray(end), headers };
}

/** The end of a text of this length, or undefined where it does not fit. */
type Measure = (area: Buffer, from: number, length: number) => number | undefined;

const byBytes: Measure = (area, from, length) =>
  from + length <= area.length ? from + length : undefined;

/** Characters as Python counts them: code points, each of which begins with a byte that is no continuation. */
const byCharacters: Measure = (area, from, length) => {
  let at = from;
  for (let left = length; left > 0; left--) {
    if (at >= area.length) return undefined;
    at++;
    while (at < area.length && ((area[at] as number) & 0xc0) === 0x80) at++;
  }
  return at;
};

/** Undefined where the headers do not end exactly where the payload begins, which tells the two ways to measure apart. */
function readHeaders(area: Buffer, count: number, measure: Measure): Headers | undefined {
  // A header may be called `__proto__`.
  const headers = new Map<string, string>();
  let at = 0;
  const text = (): string | undefined => {
    if (at + 2 > area.length) return undefined;
    const from = at + 2;
    const to = measure(area, from, area.readUInt16BE(at));
    if (to === undefined) return undefined;
    const bytes = area.subarray(from, to);
    at = to;
    return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
  };
  for (let index = 0; index < count; index++) {
    const name = text();
    const value = name === undefined ? undefined : text();
    if (name === undefined || value === undefined) return undefined;
    headers.set(name, value);
  }
  return at === area.length ? Object.fromEntries(headers) : undefined;
}

/** Only the two names FastStream writes, so that another JSON message with a `data` stays what it is. */
function unsealJson(bytes: Buffer): Enveloped | undefined {
  if (bytes[0] !== 0x7b || !bytes.includes('"headers"')) return undefined;
  let found: unknown;
  try {
    found = JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
  const { data, headers, ...others } = found as Record<string, unknown>;
  if (typeof data !== "string" || typeof headers !== "object" || headers === null) return undefined;
  if (Array.isArray(headers) || Object.keys(others).length > 0) return undefined;
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { payload: Buffer.from(data), headers: Object.fromEntries(texts) as Headers };
}

const view = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
