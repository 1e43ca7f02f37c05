/** Methods to bytes and back, by the table of their layouts. */
import { isUtf8 } from "node:buffer";
import { AmqpError, connectionError } from "../model/errors.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { binaryNumbers } from "./erlang-binary.ts";
import { putFields, readTable } from "./field-table.ts";
import { MalformedError, UnknownMethod } from "./malformed.ts";
import {
  type FieldKinds,
  type MethodLayout,
  methodLayouts,
  type ReservedKind,
} from "./method-layouts.ts";
import type { FieldTable } from "./values.ts";

type Layouts = typeof methodLayouts;
type Fields<Layout> = {
  readonly [
    Name in keyof Layout as Layout[Name] extends ReservedKind ? never : Name
  ]: Layout[Name] extends keyof FieldKinds ? FieldKinds[Layout[Name]] : never;
};

export type MethodName = keyof Layouts;
export type MethodOf<Name extends MethodName> = { readonly name: Name } & Fields<Layouts[Name][2]>;
export type Method = { [Name in MethodName]: MethodOf<Name> }[MethodName];

/** 501: the fields of this method do not fit in. */
export class UndecodableMethod extends AmqpError {
  readonly method: MethodName;

  constructor(method: MethodName, payload: Buffer) {
    super(501, `cannot decode ${binaryNumbers(payload.subarray(4))}`, "connection");
    this.method = method;
  }
}

interface Plan {
  readonly name: MethodName;
  readonly classId: number;
  readonly methodId: number;
  readonly fields: readonly Field[];
}

interface Field {
  readonly name: string;
  readonly kind: keyof FieldKinds | "reserved";
  /** What it is on the wire. */
  readonly wire: keyof FieldKinds;
  /** Which bit of their octet a bit is: those that stand together share one. */
  readonly mask: number;
}

const plans = (Object.entries(methodLayouts) as [MethodName, MethodLayout][]).map(makePlan);
const planByName = new Map(plans.map((plan) => [plan.name, plan]));
const planById = new Map(plans.map((plan) => [(plan.classId << 16) | plan.methodId, plan]));

/**
 * What the payload of a method frame says.
 * @throws {UndecodableMethod} where the fields do not fit in. @throws {AmqpError} 501, at what is no UTF-8.
 * @throws {MalformedError} at malformed tables. @throws {UnknownMethod}
 */
export function decodeMethod(payload: Buffer): Method {
  const id = payload.readUInt32BE(0);
  if (id === PUBLISH) return decodePublish(payload);
  if (id === ACK && payload.length === 13) return decodeAck(payload);
  const plan = planById.get(id);
  if (plan === undefined) throw new UnknownMethod(`method: ${id >>> 16}.${id & 0xffff}`);
  return decodeFields(plan, payload);
}

/** A method's frame, whole. */
export function encodeMethod(channel: number, method: Method): Buffer {
  const { classId, methodId, fields } = planOf(method.name);
  const writer = new ByteWriter();
  writer.octet(METHOD_FRAME);
  writer.short(channel);
  writer.nested(() => {
    writer.short(classId);
    writer.short(methodId);
    putMethodFields(writer, fields, method as unknown as Readonly<Record<string, unknown>>);
  });
  writer.octet(FRAME_END);
  return writer.take();
}

/** The numbers of a method, as channel.close and connection.close name what has failed. */
export function methodNumbers(name: MethodName): { classId: number; methodId: number } {
  const { classId, methodId } = planOf(name);
  return { classId, methodId };
}

/** The method of a method frame, where there is such a one. */
export function methodNameOf(payload: Buffer): MethodName | undefined {
  return planById.get(payload.readUInt32BE(0))?.name;
}

/** Whether a message follows. */
export function hasContent(name: MethodName): boolean {
  return (
    name === "basic.publish" ||
    name === "basic.return" ||
    name === "basic.deliver" ||
    name === "basic.get-ok"
  );
}

const METHOD_FRAME = 1;
const FRAME_END = 0xce;

function makePlan([name, [classId, methodId, layout]]: [MethodName, MethodLayout]): Plan {
  let mask = 0;
  const fields = Object.entries(layout).map(([field, kind]): Field => {
    const wire = kind.replace("reserved ", "") as keyof FieldKinds;
    mask = wire === "bit" ? mask << 1 || 1 : 0;
    return { name: field, kind: kind === wire ? wire : "reserved", wire, mask };
  });
  return { name, classId, methodId, fields };
}

function planOf(name: MethodName): Plan {
  const plan = planByName.get(name);
  if (plan === undefined) throw new RangeError(`no method ${name}`);
  return plan;
}

// ------------------------------------------------------------ reading

const PUBLISH = (60 << 16) | 40;
const ACK = (60 << 16) | 80;

function decodePublish(payload: Buffer): MethodOf<"basic.publish"> {
  const reader = new ByteReader(payload, 6);
  try {
    const exchange = reader.shortstr();
    const routingKey = reader.shortstr();
    const bits = reader.octet();
    if (reader.isDone) {
      const mandatory = (bits & 1) !== 0;
      return {
        name: "basic.publish",
        exchange,
        routingKey,
        mandatory,
        immediate: (bits & 2) !== 0,
      };
    }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
  }
  throw new UndecodableMethod("basic.publish", payload);
}

function decodeAck(payload: Buffer): MethodOf<"basic.ack"> {
  const deliveryTag = payload.readUInt32BE(4) * 2 ** 32 + payload.readUInt32BE(8);
  return { name: "basic.ack", deliveryTag, multiple: ((payload[12] ?? 0) & 1) !== 0 };
}

function decodeFields({ name, fields }: Plan, payload: Buffer): Method {
  const method: Record<string, unknown> = { name };
  const reader = new ByteReader(payload, 4);
  try {
    readFields(reader, fields, method);
  } catch (error) {
    throw error instanceof MalformedError ? new UndecodableMethod(name, payload) : error;
  }
  if (!reader.isDone) throw new UndecodableMethod(name, payload);
  for (const field of fields) {
    const value = method[field.name];
    // All fields are told apart before tables are looked into.
    if (field.kind === "table" && value instanceof Buffer) method[field.name] = readTable(value);
    if (field.wire === "shortstr" && typeof value === "string" && value.includes("\ufffd"))
      checkUtf8(payload, fields);
  }
  return method as unknown as Method;
}

function readFields(
  reader: ByteReader,
  fields: readonly Field[],
  method: Record<string, unknown>,
): void {
  let bits = 0;
  for (const { name, kind, wire, mask } of fields) {
    if (mask === 1) bits = reader.octet();
    const value =
      wire === "bit" ? (bits & mask) !== 0 : wire === "table" ? reader.longstr() : reader[wire]();
    if (kind !== "reserved") method[name] = value;
  }
}

/** The letter for what is no letter may have been sent, too: the bytes tell. */
function checkUtf8(payload: Buffer, fields: readonly Field[]): void {
  const reader = new ByteReader(payload, 4);
  for (const { wire, mask } of fields) {
    if (wire === "shortstr") {
      const length = reader.octet();
      const start = reader.at;
      reader.skip(length);
      if (!isUtf8(payload.subarray(start, reader.at)))
        throw connectionError(501, "Malformed UTF-8 in shortstr");
    } else if (wire === "bit") reader.skip(mask === 1 ? 1 : 0);
    else if (wire === "table") reader.longstr();
    else reader[wire]();
  }
}

// ------------------------------------------------------------ writing

function putMethodFields(
  writer: ByteWriter,
  fields: readonly Field[],
  method: Readonly<Record<string, unknown>>,
): void {
  let bits = 0;
  for (const [index, { name, kind, wire, mask }] of fields.entries()) {
    const value = kind === "reserved" ? NOTHING[wire] : method[name];
    if (wire !== "bit") putField(writer, wire, value);
    else {
      bits = (mask === 1 ? 0 : bits) | (value === true ? mask : 0);
      if (fields[index + 1]?.wire !== "bit") writer.octet(bits);
    }
  }
}

const NO_BYTES = Buffer.alloc(0);
/** What stands in reserved fields. */
const NOTHING: Readonly<Partial<Record<keyof FieldKinds, unknown>>> = {
  short: 0,
  shortstr: "",
  longstr: NO_BYTES,
};

function putField(
  writer: ByteWriter,
  wire: Exclude<keyof FieldKinds, "bit">,
  value: unknown,
): void {
  switch (wire) {
    case "shortstr":
      return writer.shortstr(value as string);
    case "longstr":
      return writer.longstr(value as Buffer);
    case "table":
      return writer.nested(() => putFields(writer, value as FieldTable));
    default:
      return writer[wire](value as number);
  }
}
