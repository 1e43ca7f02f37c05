/** Replies as RESP2 and RESP3. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import {
  type Bytes,
  type Reply,
  OK,
  Status,
  Failure,
  Double,
  BigNumber,
  Verbatim,
  Pairs,
  Members,
  Couples,
  Push,
  Attributed,
  NullArray,
  Several,
  type ProtocolVersion,
} from "../values.ts";

/** The bytes of a reply. */
export function encode(reply: Reply, version: ProtocolVersion): Bytes {
  switch (typeof reply) {
    case "string":
      return `$${reply.length}\r\n${reply}\r\n`;
    case "number":
    case "bigint":
      return `:${reply}\r\n`;
    case "boolean":
      return version === 3 ? (reply ? "#t\r\n" : "#f\r\n") : reply ? ":1\r\n" : ":0\r\n";
    default:
  }
  if (reply === OK) return "+OK\r\n";
  if (reply === null) return version === 3 ? "_\r\n" : "$-1\r\n";
  if (isArray(reply)) return many("*", reply.length, reply, version);
  if (reply instanceof Status) return `+${reply.text}\r\n`;
  if (reply instanceof Failure) return `-${oneLine(reply.message)}\r\n`;
  if (reply instanceof Double)
    return version === 3
      ? `,${reply.text ?? formatDouble(reply.value)}\r\n`
      : encode(reply.text ?? formatDouble(reply.value), 2);
  if (reply instanceof Pairs)
    return version === 3
      ? many("%", reply.flat.length / 2, reply.flat, version)
      : many("*", reply.flat.length, reply.flat, version);
  if (reply instanceof Members)
    return many(version === 3 ? "~" : "*", reply.items.length, reply.items, version);
  if (reply instanceof Couples) return couples(reply.flat, version);
  if (reply instanceof Push)
    return many(version === 3 ? ">" : "*", reply.items.length, reply.items, version);
  if (reply instanceof Attributed) return attributed(reply, version);
  if (reply instanceof NullArray) return version === 3 ? "_\r\n" : "*-1\r\n";
  if (reply instanceof Several) return reply.replies.map((each) => encode(each, version)).join("");
  if (reply instanceof BigNumber)
    return version === 3 ? `(${reply.digits}\r\n` : encode(reply.digits, 2);
  if (reply instanceof Verbatim)
    return version === 3
      ? `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`
      : encode(reply.text, 2);
  return "";
}

function many(
  sign: string,
  length: number,
  items: readonly Reply[],
  version: ProtocolVersion,
): Bytes {
  let bytes = `${sign}${length}\r\n`;
  for (const item of items) bytes += encode(item, version);
  return bytes;
}

function couples(flat: readonly Reply[], version: ProtocolVersion): Bytes {
  if (version === 2) return many("*", flat.length, flat, version);
  let bytes = `*${flat.length / 2}\r\n`;
  for (const [index, item] of flat.entries())
    bytes += (index % 2 === 0 ? "*2\r\n" : "") + encode(item, version);
  return bytes;
}

function attributed({ attributes: { flat }, reply }: Attributed, version: ProtocolVersion): Bytes {
  const before = version === 3 ? many("|", flat.length / 2, flat, version) : "";
  return before + encode(reply, version);
}

/** A number as 7.2 answers it: a whole one with all its digits (util.c, d2string). */
export function formatDouble(value: number): string {
  if (Object.is(value, -0)) return "-0";
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 62) return String(BigInt(value));
  return shortestDigits(value);
}

/** The shortest digits that mean this number, laid out as 7.2 does (deps/fpconv). */
export function shortestDigits(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponent = ""] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const point = Number(exponent) + 1;
  const zeros = point - digits.length;
  const sign = value < 0 ? "-" : "";
  if (zeros >= 0 && point <= digits.length + 7) return sign + digits + "0".repeat(zeros);
  if (zeros < 0 && (zeros > -7 || Math.abs(point - 1) < 4))
    return point <= 0
      ? `${sign}0.${"0".repeat(-point)}${digits}`
      : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}${mantissa}e${exponent}`;
}

/** An error is one line: what would end it becomes a blank. */
function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, " ") : text;
}

function isArray(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}
