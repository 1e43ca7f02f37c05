/** How each protocol writes addresses, and when two of them can mean the same message. */
import type { ProtocolName } from "../topology.ts";

/** One protocol's way. */
export interface Dialect {
  readonly separator: string;
  /** Matches exactly one segment. */
  readonly one: string | null;
  /** Matches the rest of an address. */
  readonly rest: string | null;
  /** Whether `rest` matches its parent too: `a/#` matches `a` in MQTT (4.7.1.2); `a.>` does not match `a` in NATS. */
  readonly restMatchesParent: boolean;
}

export const dialects: Readonly<Record<ProtocolName, Dialect>> = {
  kafka: { separator: ".", one: null, rest: null, restMatchesParent: false },
  rabbitmq: { separator: ".", one: "*", rest: "#", restMatchesParent: true },
  nats: { separator: ".", one: "*", rest: ">", restMatchesParent: false },
  redis: { separator: ":", one: null, rest: null, restMatchesParent: false },
  mqtt: { separator: "/", one: "+", rest: "#", restMatchesParent: true },
};

const PARAM = /^\{([A-Za-z_$][\w$]*)\}$/;
/** Stands for a parameter's value where a protocol has no wildcard of its own. */
export const ANY = "{}";

/** An address taken apart: the parameters' names, and what is subscribed to on the wire. */
export function readAddress(
  address: string,
  protocol: ProtocolName,
): { params: string[]; pattern: string } {
  const { separator, one } = dialects[protocol];
  const params: string[] = [];
  // MQTT 5 4.8.2: `$share/{group}/{filter}` subscribes to the filter.
  const filter = protocol === "mqtt" ? address.replace(/^\$share\/[^/]+\//, "") : address;
  const pattern = filter.split(separator).map((segment) => {
    const name = PARAM.exec(segment)?.[1];
    if (name === undefined) return segment;
    params.push(name);
    return one ?? ANY;
  });
  return { params, pattern: pattern.join(separator) };
}

/** Whether a pattern can mean more than one address. */
export function isWild(pattern: string, protocol: ProtocolName): boolean {
  const { separator, one, rest } = dialects[protocol];
  return pattern
    .split(separator)
    .some((segment) => segment === one || segment === rest || segment === ANY);
}

/** Whether each parameter of an address fills a whole segment, as it must. */
export function isTemplate(address: string, protocol: ProtocolName): boolean {
  return address
    .split(dialects[protocol].separator)
    .every((segment) => PARAM.test(segment) || !/[{}]/.test(segment));
}

/** Whether a message sent to an address of the first pattern can be one that the second receives. */
export function overlap(sent: string, received: string, protocol: ProtocolName): boolean {
  const dialect = dialects[protocol];
  return meet(sent.split(dialect.separator), received.split(dialect.separator), dialect);
}

function meet(sent: readonly string[], received: readonly string[], dialect: Dialect): boolean {
  const isOne = (segment: string) => segment === dialect.one || segment === ANY;
  const isRest = (segment: string) => segment === dialect.rest;
  // MQTT 4.7.2: a wildcard in the first place does not match a topic that begins with $.
  const first = [sent[0] ?? "", received[0] ?? ""] as const;
  if (dialect.separator === "/" && first[0].startsWith("$") !== first[1].startsWith("$"))
    return false;

  for (let index = 0; ; index++) {
    const a = sent[index];
    const b = received[index];
    if (a === undefined && b === undefined) return true;
    if ((a !== undefined && isRest(a)) || (b !== undefined && isRest(b))) {
      const other = a !== undefined && isRest(a) ? b : a;
      return other !== undefined || dialect.restMatchesParent;
    }
    if (a === undefined || b === undefined) return false;
    if (a !== b && !isOne(a) && !isOne(b)) return false;
  }
}
