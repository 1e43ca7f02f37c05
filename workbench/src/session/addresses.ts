/** Addresses as each protocol writes them: does a pattern match, which places does a template have, what does it become when filled. */
import { ANY, type Dialect, dialects, paramIn, segmentsOf } from "../analysis/dialects.ts";
import { fitsPattern } from "../analysis/wildcards.ts";
import type { Finding } from "../protocol.ts";
import type { Channel } from "../topology.ts";

/** What of a channel says how its address is meant. */
export interface Addressed extends Pick<Channel, "protocol" | "kind"> {
  readonly address: string;
}

/** Whether a message sent to `concrete` comes to a subscription of an address; a template counts as the pattern it is received by. */
export function matches(at: Addressed, concrete: string): boolean {
  return read(at, concrete) !== null;
}

/** Where a key of a NATS bucket is on the wire: a subject of its stream. */
export function subjectOfKey(bucket: string, key: string): string {
  return `$KV.${bucket}.${key}`;
}

/** The key that a subject is, in this bucket; null where it is none. */
export function keyIn(bucket: string, subject: string): string | null {
  const prefix = subjectOfKey(bucket, "");
  return subject.startsWith(prefix) ? subject.slice(prefix.length) : null;
}

/** The values of a template's places in a concrete address; null where it is not one of the template's. */
export function read(
  { protocol, kind, address: template }: Addressed,
  concrete: string,
): Record<string, string> | null {
  if (kind === "pattern")
    return fitsPattern(protocol, template, concrete)
      ? { [patternPlace(protocol)]: concrete }
      : null;
  // MQTT 4.7.2-1: a wildcard at the start does not match topics that begin with $.
  if (protocol === "mqtt" && concrete.startsWith("$") && !template.startsWith("$")) return null;
  const dialect = dialects[protocol];
  const parts = segmentsOf(concrete, dialect);
  return readParts(placesIn(template, dialect), parts, dialect, protocol === "rabbitmq");
}

/** In AMQP a `rest` may stand anywhere and takes as little as it can. */
function readParts(
  segments: readonly Place[],
  parts: readonly { before: string; text: string }[],
  dialect: Dialect,
  restAnywhere: boolean,
): Record<string, string> | null {
  const [segment, ...others] = segments;
  if (segment === undefined) return parts.length === 0 ? {} : null;
  if (segment.text === dialect.rest) {
    const least = dialect.restMatchesParent ? 0 : 1;
    for (let taken = restAnywhere ? least : parts.length; taken <= parts.length; taken++) {
      const found =
        taken < least ? null : readParts(others, parts.slice(taken), dialect, restAnywhere);
      if (found === null) continue;
      const text = parts
        .slice(0, taken)
        .map((part, index) => (index === 0 ? "" : part.before) + part.text);
      return { ...(segment.place === null ? {} : { [segment.place]: text.join("") }), ...found };
    }
    return null;
  }
  const [part, ...rest] = parts;
  if (part === undefined || (part.before !== segment.before && part.before !== "")) return null;
  if (segment.place === null && segment.text !== part.text) return null;
  const found = readParts(others, rest, dialect, restAnywhere);
  return found === null || segment.place === null
    ? found
    : { [segment.place]: part.text, ...found };
}

/**
 * What has to be filled in before something can be sent to an address: its `{param}`s, and its wildcards,
 * which are named as they are written, numbered from the second on (`*`, `*2`, `>`); a pattern as a whole.
 */
export function placesOf({ protocol, kind, address }: Addressed): readonly string[] {
  if (kind === "pattern") return [patternPlace(protocol)];
  return placesIn(address, dialects[protocol]).flatMap(({ place }) =>
    place === null ? [] : [place],
  );
}

/** The concrete address, or what keeps it from being one. */
export function fill(
  at: Addressed,
  values: Readonly<Record<string, string>>,
): { readonly address: string } | { readonly findings: readonly Finding[] } {
  const { protocol, kind, address: template } = at;
  const valueOf = (place: string) => (Object.hasOwn(values, place) ? (values[place] ?? "") : "");
  if (kind === "pattern") {
    const place = patternPlace(protocol);
    const value = valueOf(place);
    if (value !== "" && fitsPattern(protocol, template, value)) return { address: value };
    const message = value === "" ? "needs a value" : `does not fit ${template}`;
    return { findings: [{ pointer: `params/${place}`, message }] };
  }
  const dialect = dialects[protocol];
  const findings: Finding[] = [];
  const filled = placesIn(template, dialect).map(({ before, text, place }) => {
    if (place === null) return before + text;
    const value = valueOf(place);
    const wrong = judgeValue(at, dialect, value, text === dialect.rest);
    if (wrong !== null) findings.push({ pointer: `params/${place}`, message: wrong });
    return before + value;
  });
  return findings.length > 0 ? { findings } : { address: filled.join("") };
}

function judgeValue(
  { protocol }: Addressed,
  dialect: Dialect,
  value: string,
  rest: boolean,
): string | null {
  if (value === "") return "needs a value";
  const separator = segmentsOf(value, dialect)[1]?.before;
  if (!rest && separator !== undefined)
    return `cannot contain "${separator}", which would change the address`;
  const parts = segmentsOf(value, dialect);
  if (rest && separator !== undefined && parts.some(({ text }) => text === ""))
    return `has an empty part beside a "${separator}"`;
  // NATS: a token is a wildcard only as a whole; MQTT 4.7.1: the wildcard characters may not stand in a topic name at all.
  const wild =
    protocol === "mqtt"
      ? /[+#]/.test(value)
      : parts.some(({ text }) => text === dialect.one || text === dialect.rest);
  if (wild) return "is a wildcard: a message goes to one address";
  if (protocol === "nats" && /\s/.test(value)) return "cannot contain blanks";
  if (value.includes("\0")) return "cannot contain a null character";
  return null;
}

function patternPlace(protocol: Channel["protocol"]): string {
  return protocol === "kafka" ? "topic" : "channel";
}

interface Place {
  readonly before: string;
  readonly text: string;
  /** Its name where it has to be filled, else null. */
  readonly place: string | null;
}

function placesIn(template: string, dialect: Dialect): readonly Place[] {
  const seen: Record<string, number> = {};
  return segmentsOf(template, dialect).map(({ before, text }) => {
    const name = paramIn(text);
    if (name !== undefined) return { before, text: ANY, place: name };
    if (text !== ANY && text !== dialect.one && text !== dialect.rest)
      return { before, text, place: null };
    const count = (seen[text] = (seen[text] ?? 0) + 1);
    return { before, text, place: count === 1 ? text : `${text}${count}` };
  });
}
