/** What an answer says of an error besides its code: nothing where that says it all. */
import type { KafkaError } from "../../model/errors.ts";

export function textOf({ error, message }: KafkaError): string | null {
  return message === error ? null : message;
}
