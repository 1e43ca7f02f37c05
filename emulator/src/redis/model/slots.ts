/** The slot of a key in a cluster: CRC16 (XMODEM) of the key or of what is in its first braces. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ */
import type { Bytes } from "../values.ts";

const POLYNOMIAL = 0x1021;

export function keySlot(key: Bytes): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  return crc16(close > open + 1 ? key.slice(open + 1, close) : key) % 16_384;
}

function crc16(bytes: Bytes): number {
  let crc = 0;
  for (let at = 0; at < bytes.length; at++) {
    crc ^= bytes.charCodeAt(at) << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL) & 0xffff;
  }
  return crc;
}
