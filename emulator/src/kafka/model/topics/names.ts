/** What topics may be called: https://kafka.apache.org/documentation/#operations_topic_naming */
import { KafkaError } from "../errors.ts";

const LONGEST = 249;

/** @throws {KafkaError} INVALID_TOPIC_EXCEPTION */
export function checkTopicName(name: string): void {
  const reason = invalidity(name);
  if (reason !== null)
    throw new KafkaError("INVALID_TOPIC_EXCEPTION", `Topic name is invalid: ${reason}`);
}

/** In the names of metrics "." and "_" are one: two topics must not differ in that alone. */
export function collisionKey(name: string): string {
  return name.replaceAll(".", "_");
}

function invalidity(name: string): string | null {
  if (name === "") return "the empty string is not allowed";
  if (name === "." || name === "..") return `'${name}' is not allowed`;
  if (name.length > LONGEST)
    return `the length of '${name}' is longer than the max allowed length ${LONGEST}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  return null;
}
