/**
 * Short strings: a length in one byte, then UTF-8. Names of exchanges, queues and keys come again and again: the same
 * bytes give the same string, which costs less to make and to look up.
 */

const SLOTS = 512;
/** Longer ones are rarely said twice. */
const REMEMBERED_LENGTH = 64;

interface Remembered {
  readonly bytes: Buffer;
  readonly text: string;
}

const remembered: (Remembered | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

/** The `length` bytes from `start` on, as text. */
export function shortText(bytes: Buffer, start: number, length: number): string {
  if (length === 0) return "";
  if (length > REMEMBERED_LENGTH) return bytes.toString("utf8", start, start + length);
  const slot = slotOf(bytes, start, length);
  const known = remembered[slot];
  if (known !== undefined && isSame(known.bytes, bytes, start, length)) return known.text;
  const text = bytes.toString("utf8", start, start + length);
  remembered[slot] = { bytes: Buffer.from(bytes.subarray(start, start + length)), text };
  return text;
}

function slotOf(bytes: Buffer, start: number, length: number): number {
  const last = start + length - 1;
  const ends = (bytes[start] ?? 0) * 31 + (bytes[last] ?? 0) * 7;
  return (ends + (bytes[last - (length >> 2)] ?? 0) * 131 + length * 17) % SLOTS;
}

function isSame(known: Buffer, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let index = 0; index < length; index++)
    if (known[index] !== bytes[start + index]) return false;
  return true;
}
