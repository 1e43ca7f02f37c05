/** How the server keeps a string. https://redis.io/docs/latest/commands/object-encoding/ */
import type { Bytes } from "../values.ts";

export type StringEncoding = "int" | "embstr" | "raw";

/** The longest string that the server keeps in one piece with its header. */
const EMBEDDED_MAX = 44;
const LONGEST_INTEGER = 20;

/** As it is kept when it was written as a whole. */
export function stringEncoding(value: Bytes): StringEncoding {
  // What is longer is no 64 bits, and need not be looked at.
  if (value.length <= LONGEST_INTEGER && isInteger(value)) return "int";
  return textEncoding(value);
}

/** The same where it is not looked at as a number. */
export function textEncoding(value: Bytes): StringEncoding {
  return value.length <= EMBEDDED_MAX ? "embstr" : "raw";
}

function isInteger(value: Bytes): boolean {
  return (
    /^(?:0|-?[1-9]\d{0,18})$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)
  );
}
