/** Where a reader of a stream begins: the consumer's argument x-stream-offset. https://www.rabbitmq.com/docs/streams#consuming */
import type { FieldValue } from "../wire/values.ts";
import { internalError } from "./errors.ts";

export type StreamOffset =
  | "first"
  | "last"
  | "next"
  /** The message with this number, or the first one after it. */
  | { readonly number: number }
  /** The first message that came at this time or later, ms since 1970. */
  | { readonly time: number };

/**
 * Null for a word that is none of those known.
 * @throws {AmqpError} 541 where RabbitMQ's channel crashes.
 */
export function readStreamOffset(value: FieldValue | undefined, now: number): StreamOffset | null {
  if (value === undefined) return "next";
  switch (value.type) {
    case "longstr":
    case "binary": {
      const word = value.value.toString("latin1");
      if (word === "first" || word === "last" || word === "next") return word;
      if (value.type === "binary") throw internalError();
      const age = readAge(word);
      return age === null ? null : { time: now - age };
    }
    case "timestamp":
      return { time: Number(value.value) * 1000 };
    case "byte":
    case "unsignedbyte":
    case "short":
    case "unsignedshort":
    case "signedint":
    case "unsignedint":
    case "long":
      return { number: Number(value.value) };
    default:
      throw internalError();
  }
}

const UNITS: Readonly<Record<string, number>> = {
  Y: 365 * 86_400_000,
  M: 30 * 86_400_000,
  D: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
};

/**
 * `7D`, in ms; null where it is no age.
 * @throws {AmqpError} 541 where there is no number at all: RabbitMQ 3.10 crashes.
 */
export function readAge(text: string): number | null {
  const digits = /^\d*/.exec(text)?.[0] ?? "";
  if (digits === "") throw internalError();
  const unit = UNITS[text.slice(digits.length)];
  const count = Number(digits);
  return unit === undefined || count === 0 ? null : count * unit;
}
