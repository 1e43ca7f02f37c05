/** What clients say of themselves, in one word each: CLIENT LIST is read word by word. */
import { type Bytes, Failure } from "../values.ts";

export function checkedName(name: Bytes): Bytes {
  if (!isWord(name))
    throw new Failure("ERR Client names cannot contain spaces, newlines or special characters.");
  return name;
}

export function checkedAttribute(attribute: string, value: Bytes): Bytes {
  if (!isWord(value))
    throw new Failure(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
  return value;
}

function isWord(text: Bytes): boolean {
  return /^[!-~]*$/.test(text);
}
