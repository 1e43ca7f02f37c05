/** The properties of MQTT 5 (§2.2.2), as far as the journal shows them. */
import { MalformedError } from "./frames.ts";
import type { BodyReader } from "./reader.ts";

export interface Properties {
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly topicAlias?: number;
  /** In order; a name may come twice. */
  readonly user: readonly (readonly [name: string, value: string])[];
}

type ValueType = "byte" | "uint16" | "uint32" | "variable" | "text" | "binary" | "pair";

/** MQTT 5 §2.2.2.2: every identifier and the type of its value. */
const types: Readonly<Record<number, ValueType>> = {
  0x01: "byte",
  0x02: "uint32",
  0x03: "text",
  0x08: "text",
  0x09: "binary",
  0x0b: "variable",
  0x11: "uint32",
  0x12: "text",
  0x13: "uint16",
  0x15: "text",
  0x16: "binary",
  0x17: "byte",
  0x18: "uint32",
  0x19: "byte",
  0x1a: "text",
  0x1c: "text",
  0x1f: "text",
  0x21: "uint16",
  0x22: "uint16",
  0x23: "uint16",
  0x24: "byte",
  0x25: "byte",
  0x26: "pair",
  0x27: "uint32",
  0x28: "byte",
  0x29: "byte",
  0x2a: "byte",
};

const CONTENT_TYPE = 0x03;
const RESPONSE_TOPIC = 0x08;
const TOPIC_ALIAS = 0x23;

/** Reads a property block, its length first. */
export function readProperties(
  reader: BodyReader,
  inner: (bytes: Buffer) => BodyReader,
): Properties {
  const block = inner(reader.bytes(reader.variable()));
  const found: { -readonly [Name in keyof Properties]: Properties[Name] } = { user: [] };
  const user: [string, string][] = [];
  while (!block.done) {
    const id = block.variable();
    const value = readValue(block, types[id]);
    if (Array.isArray(value)) user.push(value);
    else if (id === CONTENT_TYPE && typeof value === "string") found.contentType = value;
    else if (id === RESPONSE_TOPIC && typeof value === "string") found.responseTopic = value;
    else if (id === TOPIC_ALIAS && typeof value === "number") found.topicAlias = value;
  }
  return { ...found, user };
}

function readValue(
  reader: BodyReader,
  type: ValueType | undefined,
): number | string | Buffer | [string, string] {
  switch (type) {
    case "byte":
      return reader.byte();
    case "uint16":
      return reader.uint16();
    case "uint32":
      return reader.bytes(4).readUInt32BE(0);
    case "variable":
      return reader.variable();
    case "text":
      return reader.text();
    case "binary":
      return reader.binary();
    case "pair":
      return [reader.text(), reader.text()];
    case undefined:
      throw new MalformedError("a property that MQTT 5 does not know");
  }
}

/** As the journal keeps them: user properties, and the content type under its usual name. */
export function propertyHeaders(properties: Properties | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of properties?.user ?? []) {
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  if (properties?.contentType !== undefined) headers["content-type"] ??= properties.contentType;
  return headers;
}
