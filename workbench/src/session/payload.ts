/** Bytes → what the page shows of them: indented JSON, text or hexadecimal, cut where it is long. */
import type { Payload } from "../protocol.ts";

/** How much of a payload goes to the page: enough to read, little enough to keep thousands of events. */
const SHOWN_BYTES = 64 * 1024;
/** The longest payload that is read as JSON, which needs the whole of it. */
const JSON_BYTES = 1024 * 1024;
const HEX_ROW = 16;
/** Deep nesting must not make a small payload a large preview. */
const INDENTS = Array.from({ length: 40 }, (_, depth) => `\n${"  ".repeat(depth)}`);

export function describePayload(bytes: Uint8Array): Payload {
  const size = bytes.byteLength;
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const base64 = Buffer.from(shown.buffer, shown.byteOffset, shown.byteLength).toString("base64");
  const text = decode(bytes, shown);
  if (text === null) {
    const preview = hexadecimal(shown.subarray(0, SHOWN_BYTES / 4));
    return { base64, size, preview, format: "binary", cut: size > SHOWN_BYTES / 4 };
  }
  const json = size <= JSON_BYTES ? indentJson(text) : null;
  const readable = json ?? text;
  return {
    base64,
    size,
    preview: readable.slice(0, SHOWN_BYTES),
    format: json === null ? "text" : "json",
    cut: size > SHOWN_BYTES || readable.length > SHOWN_BYTES,
  };
}

/** Null where it is not text: not UTF-8, or with control characters that no text has. */
function decode(bytes: Uint8Array, shown: Uint8Array): string | null {
  try {
    // A long text may be cut in the middle of a character, so `stream` lets the end be incomplete.
    const whole = bytes.byteLength <= JSON_BYTES;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(whole ? bytes : shown, {
      stream: !whole,
    });
    // eslint-disable-next-line no-control-regex
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

/**
 * JSON, indented token by token: `JSON.parse` and back would round long numbers and drop repeated keys,
 * and what the page shows must be what was sent. Null where it is not JSON.
 */
export function indentJson(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let out = "";
  let depth = 0;
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at);
    at += token.length;
    if (token === "{" || token === "[") {
      const next = skipBlanks(text, at);
      const isEmpty = text[next] === "}" || text[next] === "]";
      out += isEmpty ? `${token}${text[next]}` : token + newline(++depth);
      if (isEmpty) at = next + 1;
    } else if (token === "}" || token === "]") out += newline(--depth) + token;
    else if (token === ",") out += token + newline(depth);
    else if (token === ":") out += ": ";
    else out += token;
    at = skipBlanks(text, at);
  }
  return out;
}

/** A string, a number or word, or one of the signs between them. The text is known to be JSON. */
function tokenAt(text: string, start: number): string {
  let end = start + 1;
  if (text[start] === '"') {
    for (; text[end] !== '"'; end++) if (text[end] === "\\") end++;
    return text.slice(start, end + 1);
  }
  if (isSign(text.charCodeAt(start))) return text.slice(start, end);
  while (end < text.length && !isSign(text.charCodeAt(end)) && !isBlank(text.charCodeAt(end)))
    end++;
  return text.slice(start, end);
}

/** `{ } [ ] , :` */
function isSign(code: number): boolean {
  return code === 123 || code === 125 || code === 91 || code === 93 || code === 44 || code === 58;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function skipBlanks(text: string, at: number): number {
  let next = at;
  while (isBlank(text.charCodeAt(next))) next++;
  return next;
}

function newline(depth: number): string {
  return INDENTS[Math.min(depth, INDENTS.length - 1)] ?? "\n";
}

function hexadecimal(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += HEX_ROW) {
    const row = [...bytes.subarray(at, at + HEX_ROW)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
      .join("");
    rows.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(HEX_ROW * 3 - 1)}  ${text}`);
  }
  return rows.join("\n");
}
