/** Public keys as NATS writes them: base 32 of a kind, 32 bytes of Ed25519 and a checksum. https://docs.nats.io/running-a-nats-service/nats_admin/security/nkeys */
import { createPublicKey, verify } from "node:crypto";

/** The first letter of a key says whose it is. */
export type KeyKind = "O" | "A" | "U" | "N";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const KINDS: Readonly<Record<KeyKind, number>> = { O: 14 << 3, A: 0, U: 20 << 3, N: 13 << 3 };
/** What stands before 32 bytes of a key in SubjectPublicKeyInfo: RFC 8410. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

export function isPublicKey(text: string, kind: KeyKind): boolean {
  return decode(text, kind) !== undefined;
}

/** Whether the owner of the key signed these bytes. */
export function isSigned(
  key: string,
  kind: KeyKind,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  const raw = decode(key, kind);
  if (raw === undefined || signature.length !== 64) return false;
  const der = Buffer.concat([SPKI, raw]);
  return verify(null, bytes, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
}

/** The 32 bytes; undefined for what is no key of this kind. */
function decode(text: string, kind: KeyKind): Uint8Array | undefined {
  if (!/^[A-Z2-7]{56}$/.test(text) || text[0] !== kind) return undefined;
  const bytes = Buffer.alloc(35);
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const letter of text) {
    bits = ((bits << 5) | LETTERS.indexOf(letter)) & 0xfff;
    count += 5;
    if (count >= 8) bytes[at++] = (bits >> (count -= 8)) & 0xff;
  }
  if (bytes[0] !== KINDS[kind] || bytes.readUInt16LE(33) !== crc16(bytes.subarray(0, 33)))
    return undefined;
  return bytes.subarray(1, 33);
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}
