/** CRC-32C (RFC 3720 §12.1), eight bytes a step: zlib's crc32 has another polynomial. */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    crc ^=
      byte(bytes, at) |
      (byte(bytes, at + 1) << 8) |
      (byte(bytes, at + 2) << 16) |
      (byte(bytes, at + 3) << 24);
    crc =
      entry(7, crc & 0xff) ^
      entry(6, (crc >>> 8) & 0xff) ^
      entry(5, (crc >>> 16) & 0xff) ^
      entry(4, crc >>> 24) ^
      entry(3, byte(bytes, at + 4)) ^
      entry(2, byte(bytes, at + 5)) ^
      entry(1, byte(bytes, at + 6)) ^
      entry(0, byte(bytes, at + 7));
  }
  for (; at < to; at++) crc = entry(0, (crc ^ byte(bytes, at)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The polynomial 0x1edc6f41, reversed. */
const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256: what a byte does to the CRC with 0 to 7 bytes behind it. */
const tables = new Int32Array(8 * 256);
for (let value = 0; value < 256; value++) {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  tables[value] = crc;
}
for (let index = 256; index < tables.length; index++) {
  const shorter = tables[index - 256] as number;
  tables[index] = (tables[shorter & 0xff] as number) ^ (shorter >>> 8);
}

function entry(behind: number, value: number): number {
  return tables[(behind << 8) | value] as number;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}
