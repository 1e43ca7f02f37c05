/** Numbers as C prints them. */

/** As `%.<precision>g`. */
export function general(value: number, precision: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponent = "0"] = value.toExponential(precision - 1).split("e");
  const power = Number(exponent);
  if (power < -4 || power >= precision) {
    const sign = power < 0 ? "-" : "+";
    return `${withoutZeros(digits)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return withoutZeros(value.toFixed(Math.min(100, precision - 1 - power)));
}

/**
 * A number that a script gives to a command, as Redis prints it from 7.2 on: an integer as such, all else as short as it
 * can be without a loss.
 */
export function argument(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 62) return BigInt(value).toString();
  if (!Number.isFinite(value)) return notFinite(value);
  const [mantissa = "", exponent = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const sign = value < 0 ? "-" : "";
  const power = Number(exponent);
  const shift = power - digits.length + 1;
  if (shift >= 0 && power < digits.length + 7) return sign + digits + "0".repeat(shift);
  if (shift < 0 && (shift > -7 || Math.abs(power) < 4)) return sign + point(digits, power);
  return `${sign}${mantissa}e${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}

function point(digits: string, power: number): string {
  return power < 0
    ? `0.${"0".repeat(-power - 1)}${digits}`
    : `${digits.slice(0, power + 1)}.${digits.slice(power + 1)}`;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return "-nan";
  return value > 0 ? "inf" : "-inf";
}

function withoutZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
