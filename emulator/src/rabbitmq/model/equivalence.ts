/** What is declared again must be what it was: the fields, and those arguments that its type compares. */
import type { FieldTable, FieldValue } from "../wire/values.ts";
import { channelError } from "./errors.ts";
import { sameValue } from "./field-equality.ts";
import { fieldText } from "./field-text.ts";

/** @throws {AmqpError} 406. `where` is what is declared: `queue 'orders' in vhost '/'`. */
export function assertSameField(
  where: string,
  name: string,
  requested: string | boolean,
  current: string | boolean,
): void {
  if (requested !== current) fail(where, name, `'${requested}'`, `'${current}'`);
}

/** @throws {AmqpError} 406 */
export function assertSameArguments(
  where: string,
  names: readonly string[],
  requested: FieldTable,
  current: FieldTable,
): void {
  if (requested.size === 0 && current.size === 0) return;
  for (const name of names) assertSameArgument(where, name, requested.get(name), current.get(name));
}

function assertSameArgument(
  where: string,
  name: string,
  requested: FieldValue | undefined,
  current: FieldValue | undefined,
): void {
  if (requested === undefined && current === undefined) return;
  if (requested !== undefined && current !== undefined) {
    // The types of integers do not matter, but 1.0 is not 1.
    if (sameValue(requested, current) && isFraction(requested) === isFraction(current)) return;
    fail(where, name, `'${fieldText(requested)}'`, `'${fieldText(current)}'`);
  }
  // A classic queue may say so or not.
  const one = requested ?? current;
  if (name === "x-queue-type" && one?.type === "longstr" && one.value.toString() === "classic")
    return;
  fail(where, name, withType(requested), withType(current));
}

function isFraction({ type }: FieldValue): boolean {
  return type === "float" || type === "double";
}

function fail(where: string, name: string, received: string, current: string): never {
  throw channelError(
    406,
    `inequivalent arg '${name}' for ${where}: received ${received} but current is ${current}`,
  );
}

function withType(value: FieldValue | undefined): string {
  return value === undefined ? "none" : `the value '${fieldText(value)}' of type '${value.type}'`;
}
