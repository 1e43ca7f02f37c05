/** What strings look like, by their format and by the name of the property they stand in: samples that read like the real thing. */
import type { Random } from "./random.ts";

const CITIES = ["Bern", "Graz", "Lyon", "Porto", "Uppsala"] as const;
const NAMES = ["Ada", "Grace", "Linus", "Margaret", "Niklaus"] as const;
const STREETS = ["12 Mill Lane", "3 Station Road", "27 Harbour Street", "8 Church Square"] as const;
const ITEMS = ["lamp", "chair", "kettle", "bicycle", "notebook"] as const;
const WORDS = ["amber", "birch", "cobalt", "dune", "ember", "fjord"] as const;

/** Strings of JSON Schema's formats (2020-12, 7.3) and of those that zod adds. */
export const formats: Readonly<Record<string, (random: Random) => string>> = {
  "date-time": (random) => `${date(random)}T${two(random, 0, 23)}:${two(random, 0, 59)}:00Z`,
  date,
  time: (random) => `${two(random, 0, 23)}:${two(random, 0, 59)}:00Z`,
  duration: (random) => `PT${random.integer(1, 48)}H`,
  email: (random) => `${random.pick(NAMES).toLowerCase()}@example.com`,
  hostname: (random) => `${random.pick(WORDS)}.example.com`,
  ipv4: (random) => `192.0.2.${random.integer(1, 254)}`,
  ipv6: (random) => `2001:db8::${random.integer(1, 9999).toString(16)}`,
  uri: (random) => `https://example.com/${random.pick(WORDS)}`,
  url: (random) => `https://example.com/${random.pick(WORDS)}`,
  uuid,
  guid: uuid,
  base64: (random) => Buffer.from(random.pick(WORDS)).toString("base64"),
  base64url: (random) => Buffer.from(random.pick(WORDS)).toString("base64url"),
  "json-pointer": (random) => `/${random.pick(WORDS)}`,
  regex: () => "^a+$",
};

/** The first row whose pattern is in the property's name decides. */
const byName: readonly (readonly [RegExp, (random: Random, name: string) => string])[] = [
  [/e-?mail/i, (random) => `${random.pick(NAMES).toLowerCase()}@example.com`],
  [/(url|uri|link)$/i, (random) => `https://example.com/${random.pick(WORDS)}`],
  [/(At|_at|timestamp)$/, (random) => formats["date-time"]?.(random) ?? ""],
  [/date$/i, date],
  [/city|town/i, (random) => random.pick(CITIES)],
  [/street|address/i, (random) => random.pick(STREETS)],
  [/country/i, (random) => random.pick(["AT", "CH", "FR", "PT", "SE"])],
  [/currency/i, (random) => random.pick(["CHF", "EUR", "SEK"])],
  [/phone/i, (random) => `+41 44 668 18 ${two(random, 0, 99)}`],
  [/zip|postal|postcode/i, (random) => String(random.integer(1000, 9999))],
  [/sku|product|item|article/i, (random) => random.pick(ITEMS)],
  [/(^|[a-z])(Id|ID|_id)$|^id$/, (random, name) => `${stem(name)}${random.integer(1000, 9999)}`],
  [/name|customer|user|author/i, (random) => random.pick(NAMES)],
];

/** A string for a property of this name. */
export function wordFor(name: string, random: Random): string {
  for (const [pattern, make] of byName) if (pattern.test(name)) return make(random, name);
  return random.pick(WORDS);
}

/** `orderId` → `order-`, `id` → "". */
function stem(name: string): string {
  const word = name.replace(/_?(id|Id|ID)$/, "");
  return word === "" ? "" : `${word.toLowerCase()}-`;
}

function date(random: Random): string {
  return `2026-${two(random, 1, 12)}-${two(random, 1, 28)}`;
}

function two(random: Random, low: number, high: number): string {
  return String(random.integer(low, high)).padStart(2, "0");
}

/** RFC 9562 version 4, variant 8. */
function uuid(random: Random): string {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
