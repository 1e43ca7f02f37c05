/** Bytes ↔ values. A message says what it is in `content-type`; without one it is taken for what its declaration says. */
import { Buffer, isUtf8 } from "node:buffer";
import { DecodeError } from "./errors.ts";

/** `json` (default): any JSON value. `text`: UTF-8. `bytes`: a Uint8Array as it is. */
export type Codec = "json" | "text" | "bytes";

const CONTENT_TYPES: Readonly<Record<Codec, string>> = {
  json: "application/json",
  text: "text/plain",
  bytes: "application/octet-stream",
};

const encoder = new TextEncoder();

/** The bytes and content type of a value. A Uint8Array stays as it is under every codec. */
export function encode(
  value: unknown,
  codec: Codec = "json",
): { payload: Uint8Array; contentType: string } {
  if (value instanceof Uint8Array) return { payload: value, contentType: CONTENT_TYPES.bytes };
  if (codec === "json") {
    // JSON has no undefined; null is what it becomes inside arrays too.
    return {
      payload: encoder.encode(JSON.stringify(value ?? null)),
      contentType: CONTENT_TYPES.json,
    };
  }
  if (typeof value !== "string") {
    throw new DecodeError(
      `the codec "${codec}" carries ${codec === "text" ? "text" : "a Uint8Array"}, not ${describe(value)}`,
    );
  }
  return { payload: encoder.encode(value), contentType: CONTENT_TYPES[codec] };
}

/**
 * The value of received bytes.
 * @throws {DecodeError} where they are not what they should be.
 */
export function decode(
  payload: Uint8Array,
  contentType: string | undefined,
  codec: Codec = "json",
): unknown {
  const actual = codecOf(contentType) ?? codec;
  if (actual === "bytes") return payload;
  const text = decodeText(payload);
  if (actual === "text") return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecodeError(
      `not JSON: ${JSON.stringify(text.slice(0, 80))} (declare \`codec: "text"\` or \`codec: "bytes"\` for other content)`,
      { cause },
    );
  }
}

/** Twice as fast as a TextDecoder for small messages; a byte order mark stays. */
function decodeText(payload: Uint8Array): string {
  if (!isUtf8(payload)) {
    throw new DecodeError(
      'the payload is not UTF-8 text (declare `codec: "bytes"` for binary content)',
    );
  }
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
}

/** `application/json; charset=utf-8` and `application/vnd.x+json` are JSON; null for a type we do not know. */
function codecOf(contentType: string | undefined): Codec | null {
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  if (type === undefined || type === "") return null;
  if (type === CONTENT_TYPES.json || type.endsWith("+json")) return "json";
  if (type.startsWith("text/")) return "text";
  return type === CONTENT_TYPES.bytes ? "bytes" : null;
}

function describe(value: unknown): string {
  return value === null
    ? "null"
    : Array.isArray(value)
      ? "an array"
      : typeof value === "object"
        ? "an object"
        : `a ${typeof value}`;
}
