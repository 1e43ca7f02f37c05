/** A number of bytes as the configuration has it: `64mb`, `1g`. */
import type { Bytes } from "../values.ts";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** null where it is none. */
export function memoryOf(value: Bytes): number | null {
  const [, digits, unit] = /^(\d{1,15})([a-z]*)$/i.exec(value) ?? [];
  const factor = UNITS[unit?.toLowerCase() ?? ""];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}
