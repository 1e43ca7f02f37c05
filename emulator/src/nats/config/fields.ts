/** Values of a configuration file as what an option wants. What does not fit names its place. */
import { ConfError, type ConfMap, type ConfValue } from "./syntax.ts";

/** What is done with each field; several names of one stand behind each other. */
type FieldTable = Readonly<Record<string, (value: ConfValue, name: string) => void>>;

/** @throws {ConfError} for a field that is unknown, with what there is. */
export function readFields(given: ConfValue, what: string, table: FieldTable): void {
  const readers = new Map(
    Object.entries(table).flatMap(([names, read]) => names.split(" ").map((name) => [name, read])),
  );
  for (const [name, value] of mapOf(given, what)) {
    const read = readers.get(name.toLowerCase());
    if (read !== undefined) read(value, name);
    else if (value.used !== true)
      throw new ConfError(value.at, `unknown field "${name}"${nearest(name, [...readers.keys()])}`);
  }
}

export function mapOf({ at, value }: ConfValue, what: string): ConfMap {
  if (value instanceof Map) return value;
  throw new ConfError(at, `expected ${what} to be a map { … }, got ${shown(value)}`);
}

export function arrayOf({ at, value }: ConfValue, what: string): readonly ConfValue[] {
  if (Array.isArray(value)) return value as readonly ConfValue[];
  throw new ConfError(at, `expected ${what} to be an array [ … ], got ${shown(value)}`);
}

/** A number or truth value that stands where text is wanted is its text: `password: 1234`. */
export function textOf({ at, value }: ConfValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new ConfError(at, `expected text, got ${shown(value)}`);
}

export function booleanOf({ at, value }: ConfValue): boolean {
  if (typeof value === "boolean") return value;
  throw new ConfError(at, `expected true or false, got ${shown(value)}`);
}

export function numberOf({ at, value }: ConfValue): number {
  if (typeof value === "number") return value;
  throw new ConfError(at, `expected a number, got ${shown(value)}`);
}

/** Text or an array of texts. */
export function textsOf(given: ConfValue): string[] {
  return Array.isArray(given.value) ? arrayOf(given, "a list").map(textOf) : [textOf(given)];
}

/** A time in ms: `2s`, `1m30s`, or a number of seconds. */
export function durationOf(given: ConfValue): number {
  const { at, value } = given;
  if (typeof value === "number") return value * 1000;
  const text = textOf(given);
  if (!/^(\d+(\.\d+)?(ns|us|\u00b5s|ms|s|m|h))+$/.test(text))
    throw new ConfError(at, `"${text}" is no time: write 2s, 1m30s or 500ms`);
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|\u00b5s|ms|s|m|h)/g))
    sum += Number(count) * (UNITS[unit ?? ""] ?? 0);
  return sum;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A size in bytes. */
export function sizeOf(given: ConfValue): number {
  const { at, value } = given;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new ConfError(at, `expected a size such as 1048576 or 1MB, got ${shown(value)}`);
}

export interface HostPort {
  readonly host?: string;
  readonly port: number;
}

/** `4222`, `127.0.0.1:4222`, `[::1]:4222`, `localhost:-1`. */
export function hostPortOf(given: ConfValue): HostPort {
  const { at, value } = given;
  if (typeof value === "number") return { port: portOf(given) };
  const text = textOf(given);
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(-?\d+)$/.exec(text) ?? [];
  if (port === undefined)
    throw new ConfError(at, `could not parse address string "${text}": write host:port`);
  return { host: bracketed ?? plain ?? "", port: portOf({ at, value: Number(port) }) };
}

export function portOf(given: ConfValue): number {
  const port = numberOf(given);
  if (Number.isInteger(port) && port >= -1 && port <= 65_535) return port;
  throw new ConfError(given.at, `${port} is no port: from 1 to 65535, or -1 for any free one`);
}

function shown(value: ConfValue["value"]): string {
  if (value instanceof Map) return "a map";
  return Array.isArray(value) ? "an array" : JSON.stringify(value);
}

/** The field that was probably meant. */
function nearest(name: string, known: readonly string[]): string {
  const word = name.toLowerCase().replaceAll(/[_-]/g, "");
  const found = known.find((each) => each.replaceAll("_", "").startsWith(word.slice(0, 5)));
  return word.length < 4 || found === undefined ? "" : `: did you mean ${found}?`;
}
