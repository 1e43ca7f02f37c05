/** Addresses as each protocol writes them: does a pattern match, which places does a template have, what does it become when filled. */
import { ANY, type Dialect, dialects } from "../analysis/dialects.ts";
import type { Finding } from "../protocol.ts";
import type { ProtocolName } from "../topology.ts";

const PARAM = /^\{([A-Za-z_$][\w$]*)\}$/;

/** Whether a message sent to `concrete` comes to a subscription of `pattern`; a template counts as the pattern it is received by. */
export function matches(protocol: ProtocolName, pattern: string, concrete: string): boolean {
  return read(protocol, pattern, concrete) !== null;
}

/** The values of a template's places in a concrete address; null where it is not one of the template's. */
export function read(
  protocol: ProtocolName,
  template: string,
  concrete: string,
): Record<string, string> | null {
  const dialect = dialects[protocol];
  // MQTT 4.7.2-1: a wildcard at the start does not match topics that begin with $.
  if (protocol === "mqtt" && concrete.startsWith("$") && !template.startsWith("$")) return null;
  const found: Record<string, string> = {};
  const parts = concrete.split(dialect.separator);
  const segments = segmentsOf(dialect, template);
  for (const [index, segment] of segments.entries()) {
    if (segment.text === dialect.rest) {
      if (parts.length <= index && !(dialect.restMatchesParent && parts.length === index))
        return null;
      if (segment.place !== null) found[segment.place] = parts.slice(index).join(dialect.separator);
      return found;
    }
    const part = parts[index];
    if (part === undefined) return null;
    if (segment.place !== null) found[segment.place] = part;
    else if (segment.text !== part) return null;
  }
  return parts.length === segments.length ? found : null;
}

/**
 * What has to be filled in before something can be sent to an address: its `{param}`s, and its wildcards,
 * which are named as they are written, numbered from the second on (`*`, `*2`, `>`).
 */
export function placesOf(protocol: ProtocolName, template: string): readonly string[] {
  return segmentsOf(dialects[protocol], template).flatMap(({ place }) =>
    place === null ? [] : [place],
  );
}

/** The concrete address, or what keeps it from being one. */
export function fill(
  protocol: ProtocolName,
  template: string,
  values: Readonly<Record<string, string>>,
): { readonly address: string } | { readonly findings: readonly Finding[] } {
  const dialect = dialects[protocol];
  const findings: Finding[] = [];
  const filled = segmentsOf(dialect, template).map(({ text, place }) => {
    if (place === null) return text;
    const value = Object.hasOwn(values, place) ? (values[place] ?? "") : "";
    const wrong = judgeValue(protocol, dialect, value, text === dialect.rest);
    if (wrong !== null) findings.push({ pointer: `params/${place}`, message: wrong });
    return value;
  });
  return findings.length > 0 ? { findings } : { address: filled.join(dialect.separator) };
}

function judgeValue(
  protocol: ProtocolName,
  dialect: Dialect,
  value: string,
  rest: boolean,
): string | null {
  if (value === "") return "needs a value";
  if (!rest && value.includes(dialect.separator))
    return `cannot contain "${dialect.separator}", which would change the address`;
  if (rest && value.split(dialect.separator).includes(""))
    return `has an empty part between two "${dialect.separator}"`;
  // NATS: a token is a wildcard only as a whole; MQTT 4.7.1: the wildcard characters may not stand in a topic name at all.
  const wild =
    protocol === "mqtt"
      ? /[+#]/.test(value)
      : value
          .split(dialect.separator)
          .some((part) => part === dialect.one || part === dialect.rest);
  if (wild) return "is a wildcard: a message goes to one address";
  if (protocol === "nats" && /\s/.test(value)) return "cannot contain blanks";
  if (value.includes("\0")) return "cannot contain a null character";
  return null;
}

interface Segment {
  readonly text: string;
  /** Its name where it has to be filled, else null. */
  readonly place: string | null;
}

function segmentsOf(dialect: Dialect, template: string): readonly Segment[] {
  const seen: Record<string, number> = {};
  return template.split(dialect.separator).map((text) => {
    const name = PARAM.exec(text)?.[1];
    if (name !== undefined) return { text: ANY, place: name };
    if (text !== ANY && text !== dialect.one && text !== dialect.rest) return { text, place: null };
    const count = (seen[text] = (seen[text] ?? 0) + 1);
    return { text, place: count === 1 ? text : `${text}${count}` };
  });
}
