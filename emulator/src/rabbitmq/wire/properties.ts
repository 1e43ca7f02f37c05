/**
 * The properties of a message (class basic): flags say which are there, then come their values, in this order.
 * https://www.rabbitmq.com/amqp-0-9-1-reference#class.basic
 */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { checkTable, putFields, readTable } from "./field-table.ts";
import { MalformedError } from "./malformed.ts";
import type { FieldTable } from "./values.ts";

export interface Properties {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly headers?: FieldTable;
  readonly deliveryMode?: number;
  readonly priority?: number;
  readonly correlationId?: string;
  readonly replyTo?: string;
  readonly expiration?: string;
  readonly messageId?: string;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
  readonly clusterId?: string;
}

export type PropertyName = keyof Properties;

const LAYOUT = {
  contentType: "shortstr",
  contentEncoding: "shortstr",
  headers: "table",
  deliveryMode: "octet",
  priority: "octet",
  correlationId: "shortstr",
  replyTo: "shortstr",
  expiration: "shortstr",
  messageId: "shortstr",
  timestamp: "longlong",
  type: "shortstr",
  userId: "shortstr",
  appId: "shortstr",
  clusterId: "shortstr",
} as const satisfies Readonly<Record<PropertyName, string>>;

/** The first has the highest of 16 bits; the lowest two are not looked at. */
const ENTRIES = (Object.entries(LAYOUT) as [PropertyName, (typeof LAYOUT)[PropertyName]][]).map(
  ([name, kind], index) => ({ name, kind, flag: 1 << (15 - index) }),
);
const FLAGS = Object.fromEntries(ENTRIES.map(({ name, flag }) => [name, flag])) as {
  readonly [Name in PropertyName]: number;
};

/** Whether a list of properties has one of this name. */
export function hasProperty(header: Buffer, name: PropertyName): boolean {
  return ((((header[0] ?? 0) << 8) | (header[1] ?? 0)) & FLAGS[name]) !== 0;
}

/** @throws {MalformedError} */
export function readProperties(header: Buffer): Properties {
  const reader = new ByteReader(header);
  const flags = reader.short();
  const properties: Record<string, unknown> = {};
  for (const { name, kind, flag } of ENTRIES) {
    if ((flags & flag) === 0) continue;
    properties[name] = kind === "table" ? readTable(reader.longstr()) : reader[kind]();
  }
  if (!reader.isDone) throw new MalformedError("properties");
  return properties;
}

/** Finds what `readProperties` would throw at, without making anything. @throws {MalformedError} */
export function checkProperties(header: Buffer): void {
  const reader = new ByteReader(header);
  const flags = reader.short();
  for (const { kind, flag } of ENTRIES) {
    if ((flags & flag) === 0) continue;
    if (kind === "shortstr") reader.skip(reader.octet());
    else if (kind === "table") checkTable(reader.nested());
    else reader.skip(kind === "octet" ? 1 : 8);
  }
  if (!reader.isDone) throw new MalformedError("properties");
}

/** Those that are undefined are left out. */
export function writeProperties(properties: {
  readonly [Name in PropertyName]?: Properties[Name] | undefined;
}): Buffer {
  const writer = new ByteWriter();
  let flags = 0;
  for (const { name, flag } of ENTRIES) if (properties[name] !== undefined) flags |= flag;
  writer.short(flags);
  for (const { name, kind } of ENTRIES) {
    const value = properties[name];
    if (value === undefined) continue;
    if (typeof value === "string") writer.shortstr(value);
    else if (typeof value === "object") writer.nested(() => putFields(writer, value));
    else if (kind === "octet") writer.octet(value);
    else writer.longlong(value);
  }
  return writer.take();
}
