/** How each protocol writes addresses, and when two of them can mean the same message. */
import type { ProtocolName } from "../topology.ts";

/** One protocol's way. */
export interface Dialect {
  /** What separates two segments; of several characters each does. */
  readonly separators: string;
  /** Matches exactly one segment. */
  readonly one: string | null;
  /** Matches the rest of an address; in AMQP any number of segments, wherever it stands. */
  readonly rest: string | null;
  /** Whether `rest` matches its parent too: `a/#` matches `a` in MQTT (4.7.1.2); `a.>` does not match `a` in NATS. */
  readonly restMatchesParent: boolean;
}

export const dialects: Readonly<Record<ProtocolName, Dialect>> = {
  kafka: { separators: ".", one: null, rest: null, restMatchesParent: false },
  rabbitmq: { separators: ".", one: "*", rest: "#", restMatchesParent: true },
  nats: { separators: ".", one: "*", rest: ">", restMatchesParent: false },
  // A `{param}` is subscribed to as a glob; other globs are channels of a kind of their own.
  redis: { separators: ".:", one: "*", rest: null, restMatchesParent: false },
  mqtt: { separators: "/", one: "+", rest: "#", restMatchesParent: true },
};

const PARAM = /^\{([A-Za-z_$][\w$]*)\}$/;
/** Stands for a parameter's value where a protocol has no wildcard of its own. */
export const ANY = "{}";

/** A part of an address, with the separator before it. */
export interface Segment {
  readonly before: string;
  readonly text: string;
}

export function segmentsOf(address: string, { separators }: Dialect): readonly Segment[] {
  const parts = address.split(new RegExp(`([${separators}])`));
  return parts.flatMap((text, index) =>
    index % 2 === 1 ? [] : [{ before: parts[index - 1] ?? "", text }],
  );
}

/** The name of the parameter that a segment is. */
export function paramIn(segment: string): string | undefined {
  return PARAM.exec(segment)?.[1];
}

/** An address taken apart: the parameters' names, and what is subscribed to on the wire. */
export function readAddress(
  address: string,
  protocol: ProtocolName,
): { params: string[]; pattern: string } {
  const dialect = dialects[protocol];
  const params: string[] = [];
  // MQTT 5 4.8.2: `$share/{group}/{filter}` subscribes to the filter.
  const filter = protocol === "mqtt" ? address.replace(/^\$share\/[^/]+\//, "") : address;
  const pattern = segmentsOf(filter, dialect).map(({ before, text }) => {
    const name = paramIn(text);
    if (name === undefined) return before + text;
    params.push(name);
    return before + (dialect.one ?? ANY);
  });
  return { params, pattern: pattern.join("") };
}

/** Whether a pattern can mean more than one address. */
export function isWild(pattern: string, protocol: ProtocolName): boolean {
  const dialect = dialects[protocol];
  return segmentsOf(pattern, dialect).some(
    ({ text }) => isOne(text, dialect) || isRest(text, dialect),
  );
}

/** Whether each parameter of an address fills a whole segment, as it must. */
export function isTemplate(address: string, protocol: ProtocolName): boolean {
  return segmentsOf(address, dialects[protocol]).every(
    ({ text }) => PARAM.test(text) || !/[{}]/.test(text),
  );
}

/** Whether a message sent to an address of the first pattern can be one that the second receives. */
export function overlap(sent: string, received: string, protocol: ProtocolName): boolean {
  const dialect = dialects[protocol];
  const a = steps(sent, dialect);
  const b = steps(received, dialect);
  // MQTT 4.7.2: a wildcard in the first place does not match a topic that begins with $.
  if (protocol === "mqtt" && sent.startsWith("$") !== received.startsWith("$")) return false;

  const known = new Map<number, boolean>();
  const meet = (i: number, j: number): boolean => {
    const key = i * (b.length + 1) + j;
    const before = known.get(key);
    if (before !== undefined) return before;
    const met = step(i, j);
    known.set(key, met);
    return met;
  };
  const step = (i: number, j: number): boolean => {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return true;
    if (left !== undefined && isRest(left.text, dialect))
      return meet(i + 1, j) || (right !== undefined && meet(i, j + 1));
    if (right !== undefined && isRest(right.text, dialect))
      return meet(i, j + 1) || (left !== undefined && meet(i + 1, j));
    if (left === undefined || right === undefined) return false;
    const same =
      left.text === right.text || isOne(left.text, dialect) || isOne(right.text, dialect);
    const joined = dialect.separators.length === 1 || left.before === right.before;
    return same && joined && meet(i + 1, j + 1);
  };
  return meet(0, 0);
}

/** With a `rest` that needs at least one segment as one segment and any number of further ones. */
function steps(pattern: string, dialect: Dialect): readonly Segment[] {
  return segmentsOf(pattern, dialect).flatMap((segment) =>
    isRest(segment.text, dialect) && !dialect.restMatchesParent
      ? [{ ...segment, text: dialect.one ?? ANY }, segment]
      : [segment],
  );
}

function isOne(segment: string, { one }: Dialect): boolean {
  return segment === one || segment === ANY;
}

function isRest(segment: string, { rest }: Dialect): boolean {
  return segment === rest;
}
