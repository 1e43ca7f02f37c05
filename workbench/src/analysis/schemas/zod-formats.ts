/** Zod's string formats as JSON Schema says them: a format where validators know one that means the same, else a pattern. */
import type { JsonSchema } from "../../topology.ts";
import type { Bound } from "../follow.ts";
import type { SchemaReader } from "./reader.ts";

const time = String.raw`^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$`;

export const formats: Readonly<Record<string, JsonSchema>> = {
  email: { format: "email" },
  url: { format: "uri" },
  httpUrl: { format: "uri", pattern: "^https?://" },
  uri: { format: "uri" },
  uuid: { format: "uuid" },
  guid: { format: "uuid" },
  uuidv4: { format: "uuid" },
  uuidv6: { format: "uuid" },
  uuidv7: { format: "uuid" },
  hostname: { format: "hostname" },
  ipv4: { format: "ipv4" },
  ipv6: { format: "ipv6" },
  datetime: { format: "date-time" },
  date: { format: "date" },
  // Zod's time has no zone, JSON Schema's must have one (RFC 3339): the format would refuse what zod takes.
  time: { pattern: time, examples: ["12:30:00"] },
  duration: { format: "duration" },
  base64: { contentEncoding: "base64" },
  base64url: { contentEncoding: "base64url" },
  nanoid: { pattern: "^[a-zA-Z0-9_-]{21}$" },
  cuid: { pattern: "^[cC][0-9a-z]{6,}$", examples: ["cjld2cjxh0000qzrmn831i7rn"] },
  cuid2: { pattern: "^[0-9a-z]+$" },
  ulid: {
    pattern: "^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}$",
    examples: ["01ARZ3NDEKTSV4RRFFQ69G5FAV"],
  },
  xid: { pattern: "^[0-9a-vA-V]{20}$" },
  ksuid: { pattern: "^[A-Za-z0-9]{27}$" },
  cidrv4: { pattern: String.raw`^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$`, examples: ["10.0.0.0/8"] },
  cidrv6: { pattern: "^[0-9a-fA-F:]+/[0-9]{1,3}$", examples: ["2001:db8::/32"] },
  mac: { pattern: "^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$", examples: ["00:1a:2b:3c:4d:5e"] },
  e164: { pattern: String.raw`^\+[1-9]\d{6,14}$`, examples: ["+4930123456"] },
  jwt: { pattern: String.raw`^[\w-]+\.[\w-]+\.[\w-]*$`, examples: ["eyJhbGciOiJub25lIn0.e30."] },
  emoji: {
    pattern: String.raw`^(\p{Extended_Pictographic}|\p{Emoji_Component})+$`,
    examples: ["🌊"],
  },
  hex: { pattern: "^[0-9a-fA-F]*$" },
};

/** Without a zone, where zod is told to take that: `datetime({ local: true })`. */
export const localDateTime: JsonSchema = {
  pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$`,
  examples: ["2026-01-01T12:00:00"],
};

/** A format's keywords, with its options. */
export function formatOf(name: string, reader: SchemaReader, args: readonly Bound[]): JsonSchema {
  const options = name === "datetime" ? reader.value(args[0]) : null;
  const isLocal =
    options?.known === true &&
    typeof options.value === "object" &&
    options.value !== null &&
    "local" in options.value &&
    options.value.local === true;
  return isLocal ? localDateTime : (formats[name] ?? {});
}
