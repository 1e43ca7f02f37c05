/**
 * What a config may be set to, written as a line: its type, how a broker may change it (`cluster` or `broker`, of a topic
 * nothing), what is valid (`1..`, `0..1`, `1..9/-1`, `a|b`, `~a|b` whatever the case), and its default after `=`.
 * https://kafka.apache.org/documentation/#configuration
 */
import { KafkaError } from "../../errors.ts";

export type ConfigType =
  | "BOOLEAN"
  | "STRING"
  | "INT"
  | "SHORT"
  | "LONG"
  | "DOUBLE"
  | "LIST"
  | "CLASS"
  | "PASSWORD";

export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  /** Where a running broker takes a new value: for itself, only for all of them, or not at all. */
  readonly dynamic: "broker" | "cluster" | null;
  readonly default: string | null;
  readonly range: { readonly min: number; readonly max: number; readonly or: number } | null;
  readonly words: readonly string[] | null;
  readonly ignoresCase: boolean;
}

export type Definitions = ReadonlyMap<string, ConfigDefinition>;

export function defineConfigs(lines: Readonly<Record<string, string>>): Definitions {
  return new Map(Object.entries(lines).map(([name, line]) => [name, define(name, line)]));
}

/**
 * The value as Kafka prints it once it has read it: trimmed, `true` for `TRUE`, `2.0` for `2`.
 * @throws {KafkaError} INVALID_CONFIG
 */
export function parseConfig(definition: ConfigDefinition, text: string): string {
  const { name, type, range, words } = definition;
  const trimmed = text.trim();
  const value = parsers[type](trimmed, (reason) => refusal(name, trimmed, reason));
  if (range !== null) checkRange(definition, value);
  if (words !== null) {
    const said = type === "LIST" ? listOf(value) : [value];
    for (const word of said) checkWord(definition, words, word);
  }
  return value;
}

export function listOf(value: string): string[] {
  return value === "" ? [] : value.split(",").map((item) => item.trim());
}

export function refusal(name: string, value: string, reason: string): KafkaError {
  return new KafkaError(
    "INVALID_CONFIG",
    `Invalid value ${value} for configuration ${name}: ${reason}`,
  );
}

type Parser = (text: string, refuse: (reason: string) => KafkaError) => string;

const asIs: Parser = (text) => text;
const parsers: Readonly<Record<ConfigType, Parser>> = {
  STRING: asIs,
  CLASS: asIs,
  PASSWORD: asIs,
  LIST: (text) => listOf(text).join(","),
  BOOLEAN(text, refuse) {
    const lower = text.toLowerCase();
    if (lower === "true" || lower === "false") return lower;
    throw refuse("Expected value to be either true or false");
  },
  SHORT: integer("SHORT", 15n),
  INT: integer("INT", 31n),
  LONG: integer("LONG", 63n),
  DOUBLE(text, refuse) {
    const number = Number(text);
    if (text === "" || !Number.isFinite(number)) throw refuse("Not a number of type DOUBLE");
    return javaDouble(number);
  },
};

/** As Java writes it: from 10 million on, and below a thousandth, with an exponent. */
function javaDouble(number: number): string {
  const size = Math.abs(number);
  const isPlain = number === 0 || (size >= 1e-3 && size < 1e7);
  const [digits = "", exponent] = (isPlain ? String(number) : number.toExponential()).split("e");
  const fraction = digits.includes(".") ? digits : `${digits}.0`;
  return exponent === undefined ? fraction : `${fraction}E${Number(exponent)}`;
}

function integer(type: string, bits: bigint): Parser {
  const least = -(1n << bits);
  return (text, refuse) => {
    if (/^[+-]?\d{1,20}$/.test(text)) {
      const number = BigInt(text.replace("+", ""));
      if (number >= least && number < -least) return String(number);
    }
    throw refuse(`Not a number of type ${type}`);
  };
}

function checkRange({ name, range }: ConfigDefinition, value: string): void {
  const number = Number(value);
  if (range === null || number === range.or) return;
  const { min, max, or } = range;
  if (number >= min && number <= max) return;
  if (!Number.isNaN(or))
    throw refusal(name, value, `Value must be between ${min} and ${max} or equal to ${or}`);
  throw refusal(
    name,
    value,
    number < min ? `Value must be at least ${min}` : `Value must be no more than ${max}`,
  );
}

function checkWord(
  { name, ignoresCase }: ConfigDefinition,
  words: readonly string[],
  word: string,
) {
  const among = ignoresCase
    ? words.some((known) => known.toLowerCase() === word.toLowerCase())
    : words.includes(word);
  if (among) return;
  const kind = ignoresCase ? "String must be one of (case insensitive)" : "String must be one of";
  throw refusal(name, word, `${kind}: ${words.join(", ")}`);
}

function define(name: string, line: string): ConfigDefinition {
  const [said = "", fallback] = line.split(/ =(?: |$)/, 2);
  const [type, ...rest] = said.split(" ");
  const dynamic = rest[0] === "broker" || rest[0] === "cluster" ? rest[0] : null;
  const valid = rest[dynamic === null ? 0 : 1];
  const range = /^(-?[\d.]+?)\.\.([\d.]*)(?:\/(.*))?$/.exec(valid ?? "");
  return {
    name,
    type: type as ConfigType,
    dynamic,
    default: fallback ?? null,
    range:
      range === null
        ? null
        : {
            min: Number(range[1]),
            max: range[2] === "" ? Number.POSITIVE_INFINITY : Number(range[2]),
            or: Number(range[3]),
          },
    words: valid === undefined || range !== null ? null : valid.replace("~", "").split("|"),
    ignoresCase: valid?.startsWith("~") ?? false,
  };
}
