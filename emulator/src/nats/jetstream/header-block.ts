/** Reads single headers out of a block, and writes more at its end, without taking it apart: this is done for every message. */

/** The first value of a header, name exactly as written; undefined where it is not there. nats-server's getHeader. */
export function headerValue(block: Uint8Array | undefined, name: string): string | undefined {
  if (block === undefined) return undefined;
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const start = bytes.indexOf(`\r\n${name}:`, 0, "latin1");
  if (start < 0) return undefined;
  const end = bytes.indexOf("\r\n", start + 2, "latin1");
  return bytes.toString("utf8", start + name.length + 3, end < 0 ? bytes.length : end).trim();
}

/** The block with more headers behind those that it has. */
export function withHeaders(
  block: Uint8Array | undefined,
  more: readonly (readonly [name: string, value: string | number])[],
): Buffer {
  const lines = Buffer.from(`${more.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  // The empty line that ends the block comes again at the end.
  const head = block === undefined ? VERSION : block.subarray(0, block.length - 2);
  return Buffer.concat([head, lines]);
}

/** The block with this header once: where it was, or at the end. */
export function withHeader(
  block: Uint8Array | undefined,
  name: string,
  value: string | number,
): Uint8Array {
  const lines = Buffer.from(block ?? VERSION)
    .toString("latin1")
    .split("\r\n");
  const place = lines.findIndex((line) => line.startsWith(`${name}:`));
  if (place < 0) return withHeaders(block, [[name, value]]);
  lines[place] = `${name}: ${value}`;
  return Buffer.from(lines.join("\r\n"), "latin1");
}

/** The block without the headers whose names start so; undefined where none is left. */
export function withoutHeaders(block: Uint8Array, prefix: string): Uint8Array | undefined {
  const lines = Buffer.from(block).toString("latin1").split("\r\n");
  const kept = lines.filter((line) => !line.startsWith(prefix));
  if (kept.length === lines.length) return block;
  // What is left is the version and the two empty strings behind the last line end.
  return kept.length <= 3 ? undefined : Buffer.from(kept.join("\r\n"), "latin1");
}

/** A block of a status only: `NATS/1.0 404 No Messages`. */
export function statusBlock(status: string): Buffer {
  return Buffer.from(`NATS/1.0 ${status}\r\n\r\n`);
}

/** As Go writes RFC 3339 with nanoseconds: zeros at the end are left out. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
}

/** Go's, which it says where there is no time. */
export const ZERO_TIME = "0001-01-01T00:00:00Z";

/** A time as Go reads it. */
export const RFC3339: RegExp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const VERSION = Buffer.from("NATS/1.0\r\n");
