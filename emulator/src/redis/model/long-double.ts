/**
 * x86's long double, in which the server adds: a mantissa of 64 bits, rounded to the nearest, ties to even. What is
 * added in doubles shows other digits: 3 + 1.1 is 4.1 there, and 0.1 + 0.2 is 0.3.
 */
import type { Bytes } from "../values.ts";

/** mantissa · 2^exponent, or an infinity. */
export type LongDouble =
  | { readonly mantissa: bigint; readonly exponent: number }
  | { readonly infinite: 1 | -1 };

const BITS = 64;
/** The longest text that the server takes for a number. */
const TEXT_MAX = 5 * 1024;
/** The largest and the smallest power of ten that there is. */
const LARGEST = 4932;
const SMALLEST = -4950;

/** A number as C's strtold reads it, without blanks; null for none. */
export function longDouble(text: Bytes): LongDouble | null {
  if (text.length >= TEXT_MAX) return null;
  if (/^[+-]?inf(inity)?$/i.test(text)) return { infinite: text.startsWith("-") ? -1 : 1 };
  const hex = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i.exec(text);
  const decimal = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  const [, sign, whole = "", fraction = "", power = "0"] = hex ?? decimal ?? [];
  if (sign === undefined || whole + fraction === "") return null;
  const digits = BigInt((hex === null ? "" : "0x") + whole + fraction);
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  const signed = sign === "-" ? -digits : digits;
  // Far from what there is, the digits are not even computed.
  if (Math.abs(Number(power)) > 20_000) return null;
  const exponent = Number(power) - fraction.length * (hex === null ? 1 : 4);
  const size = exponent * (hex === null ? 1 : Math.log10(2)) + String(digits).length;
  if (size > LARGEST + 1 || size <= SMALLEST) return null;
  if (hex !== null) return rounded(signed, 1n, exponent);
  return exponent < 0
    ? rounded(signed, 10n ** BigInt(-exponent), 0)
    : rounded(signed * 10n ** BigInt(exponent), 1n, 0);
}

/** The sum; null where it is no finite number. */
export function addLongDoubles(one: LongDouble, other: LongDouble): LongDouble | null {
  if ("infinite" in one || "infinite" in other) return null;
  const exponent = Math.min(one.exponent, other.exponent);
  const sum =
    (one.mantissa << BigInt(one.exponent - exponent)) +
    (other.mantissa << BigInt(other.exponent - exponent));
  return rounded(sum, 1n, exponent);
}

/** As the server shows it: C's `%.17Lf` without the zeros behind. */
export function formatLongDouble(value: LongDouble): Bytes {
  if ("infinite" in value) return value.infinite > 0 ? "inf" : "-inf";
  const { mantissa, exponent } = value;
  const scaled = absolute(mantissa) * 10n ** 17n;
  const units =
    exponent >= 0 ? scaled << BigInt(exponent) : divided(scaled, 1n << BigInt(-exponent));
  const digits = String(units).padStart(18, "0");
  const text = `${digits.slice(0, -17)}.${digits.slice(-17)}`.replace(/\.?0+$/, "");
  return mantissa < 0n && text !== "0" ? `-${text}` : text;
}

/** numerator / denominator · 2^exponent, to as many bits as there are. */
function rounded(numerator: bigint, denominator: bigint, exponent: number): LongDouble {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const top = absolute(numerator);
  let shift = BITS - (bitLength(top) - bitLength(denominator));
  let mantissa = scaledQuotient(top, denominator, shift);
  // The quotient has one bit more or less than the lengths say.
  if (bitLength(mantissa) > BITS) mantissa = scaledQuotient(top, denominator, --shift);
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent: exponent - shift };
}

function scaledQuotient(top: bigint, bottom: bigint, shift: number): bigint {
  return shift >= 0
    ? divided(top << BigInt(shift), bottom)
    : divided(top, bottom << BigInt(-shift));
}

/** The nearest integer, ties to even. */
function divided(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  return twice > bottom || (twice === bottom && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
