/** A name that nobody has had before, as nuid makes them: 22 letters and digits. */
import { randomInt } from "node:crypto";

export function nuid(): string {
  return Array.from({ length: 22 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
