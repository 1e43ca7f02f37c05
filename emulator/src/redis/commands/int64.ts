/** Signed 64-bit integers, exact. */
import { Failure, type Bytes } from "../values.ts";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** An integer as the server reads it: no blanks, no plus, no leading zeros. */
export function int64(
  argument: Bytes | undefined,
  otherwise = "ERR value is not an integer or out of range",
): bigint {
  const text = argument ?? "";
  const value = /^(?:0|-?[1-9]\d{0,18})$/.test(text) ? BigInt(text) : null;
  if (value === null || !isInt64(value)) throw new Failure(otherwise);
  return value;
}

export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}
