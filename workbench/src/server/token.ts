/** The key to a workbench: 128 random bits in the address' fragment, which no server and no log ever gets to see. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export interface Token {
  readonly text: string;
  /** Takes as long for a wrong token as for the right one. */
  fits(given: unknown): boolean;
}

export function createToken(): Token {
  const text = randomBytes(16).toString("hex");
  return {
    text,
    fits: (given) => typeof given === "string" && timingSafeEqual(digest(given), digest(text)),
  };
}

/** Of the same length whatever was given, which timingSafeEqual asks for. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
