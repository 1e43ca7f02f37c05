/** A packet's properties, their length first. MQTT 5 §2.2.2. */
import { type MalformedError, malformed, protocolError } from "./frames.ts";
import type { Properties, PropertyName } from "./packet.ts";
import { type Carrier, type PropertyRow, propertyNamed, propertyOf } from "./property-table.ts";
import type { BodyReader } from "./reader.ts";
import type { BodyWriter } from "./writer.ts";

type Value = number | string | Buffer | readonly [string, string];

const NONE: Properties = {};

export function readProperties(reader: BodyReader, carrier: Carrier): Properties {
  const length = reader.variable();
  if (length === 0) return NONE;
  const end = reader.section(length);
  const found: Record<string, Value | Value[]> = {};
  const names: PropertyName[] = [];
  // What cannot be read is told before what may not be there.
  let fault: MalformedError | undefined;
  while (reader.position < end) {
    const id = reader.variable();
    const row = propertyOf(id);
    if (row === undefined) throw malformed(`property ${id} is not known`);
    const value = readValue(reader, row);
    if (reader.position > end) throw malformed("a property is longer than all of them");
    fault ??= faultOf(row, value, carrier, row.name in found);
    names.push(row.name);
    if (row.repeats) ((found[row.name] ??= []) as Value[]).push(value);
    else found[row.name] = value;
  }
  if (fault !== undefined) throw fault;
  return areApart(names) ? { order: names, ...found } : found;
}

/** Whether a name comes again with others between. */
function areApart(names: readonly PropertyName[]): boolean {
  return names.some((name, index) => name !== names[index - 1] && names.indexOf(name) < index);
}

function faultOf(
  row: PropertyRow,
  value: Value,
  carrier: Carrier,
  again: boolean,
): MalformedError | undefined {
  const { name, allows } = row;
  if (!row.in.includes(carrier)) {
    // MQTT 5 §2.2.2.2 calls it malformed; mosquitto does so in requests alone.
    const isRequest = carrier === "subscribe" || carrier === "unsubscribe";
    return (isRequest ? malformed : protocolError)(`${carrier} with ${name}`);
  }
  // A client names one subscription identifier, §3.8.2.1.2; a server all that match.
  if (again && (!row.repeats || (carrier === "subscribe" && name === "subscriptionIdentifiers")))
    return protocolError(`${name} twice`);
  if (allows !== undefined && typeof value === "number" && !allows(value))
    return protocolError(`${name} of ${value}`);
  return undefined;
}

function readValue(reader: BodyReader, { type }: PropertyRow): Value {
  switch (type) {
    case "byte":
      return reader.byte();
    case "uint16":
      return reader.uint16();
    case "uint32":
      return reader.uint32();
    case "variable":
      return reader.variable();
    case "text":
      return reader.text();
    case "binary":
      return reader.binary();
    case "pair":
      return [reader.text(), reader.text()];
  }
}

export function writeProperties(writer: BodyWriter, properties: Properties): void {
  if (properties === NONE) return writer.byte(0);
  writer.section(() => {
    // In the order they came, as mosquitto passes them on.
    for (const [name, value] of Object.entries(properties)) {
      if (name === "order") writeInOrder(writer, properties);
      const row = propertyNamed(name);
      if (row === undefined || properties.order?.includes(row.name)) continue;
      for (const each of valuesOf(row, value)) writeProperty(writer, row, each);
    }
  });
}

function writeInOrder(writer: BodyWriter, properties: Properties): void {
  const left = new Map<PropertyName, Value[]>();
  for (const name of properties.order ?? []) {
    const row = propertyNamed(name);
    if (row === undefined) continue;
    const values = left.get(name) ?? [...valuesOf(row, properties[name])];
    left.set(name, values);
    const value = values.shift();
    if (value !== undefined) writeProperty(writer, row, value);
  }
}

function valuesOf({ repeats }: PropertyRow, value: unknown): readonly Value[] {
  if (value === undefined) return [];
  return repeats ? (value as readonly Value[]) : [value as Value];
}

function writeProperty(writer: BodyWriter, { id, type }: PropertyRow, value: Value): void {
  writer.byte(id);
  switch (type) {
    case "byte":
      return writer.byte(value as number);
    case "uint16":
      return writer.uint16(value as number);
    case "uint32":
      return writer.uint32(value as number);
    case "variable":
      return writer.variable(value as number);
    case "text":
      return writer.text(value as string);
    case "binary":
      return writer.binary(value as Buffer);
    case "pair":
      for (const text of value as readonly [string, string]) writer.text(text);
  }
}
