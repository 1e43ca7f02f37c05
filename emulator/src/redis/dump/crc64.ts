/** The checksum at the end of what DUMP gives: CRC-64 of Jones, reflected, from 0. */

/** Eight bytes, the lowest first. */
export function crc64(bytes: Uint8Array): Buffer {
  const { lower, upper } = (tables ??= makeTables());
  let [low, high] = [0, 0];
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (lower[index] ?? 0);
    high = (high >>> 8) ^ (upper[index] ?? 0);
  }
  const checksum = Buffer.alloc(8);
  checksum.writeUInt32LE(low >>> 0, 0);
  checksum.writeUInt32LE(high >>> 0, 4);
  return checksum;
}

/** Of each byte, the lower and the upper half. */
let tables: { readonly lower: Uint32Array; readonly upper: Uint32Array } | undefined;

const [POLYNOMIAL_LOWER, POLYNOMIAL_UPPER] = [0xac4bc9b5, 0x95ac9329];

function makeTables(): { lower: Uint32Array; upper: Uint32Array } {
  const lower = new Uint32Array(256);
  const upper = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let [low, high] = [byte, 0];
    for (let bit = 0; bit < 8; bit++) {
      const odd = (low & 1) !== 0;
      low = (low >>> 1) | ((high & 1) << 31);
      high >>>= 1;
      if (!odd) continue;
      low ^= POLYNOMIAL_LOWER;
      high ^= POLYNOMIAL_UPPER;
    }
    lower[byte] = low;
    upper[byte] = high;
  }
  return { lower, upper };
}
