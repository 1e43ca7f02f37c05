/**
 * AMQP 0-9-1 as bytes, for tests: written apart from the emulator's, so that both cannot be wrong alike. Tables and
 * properties are read as text that shows their types.
 */

import { LAYOUTS, layoutOf, PROPERTIES } from "./amqp-layouts.ts";
import { encode, type Fields, Reader } from "./amqp-values.ts";

export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

export const PROTOCOL_HEADER: Buffer = Buffer.from("AMQP\x00\x00\x09\x01", "latin1");

export function frame(type: number, channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

/** A method's frame. Fields that are not named are empty, zero or false. */
export function method(channel: number, name: string, fields: Fields = {}): Buffer {
  const layout = layoutOf(name);
  const ids = Buffer.alloc(4);
  ids.writeUInt16BE(layout.classId);
  ids.writeUInt16BE(layout.methodId, 2);
  const parts: Buffer[] = [ids];
  let bits: number[] = [];
  const flush = () => {
    if (bits.length > 0)
      parts.push(Buffer.from([bits.reduce((sum, bit, index) => sum | (bit << index), 0)]));
    bits = [];
  };
  for (const [field, kind] of layout.fields) {
    if (kind === "bit") bits.push(fields[field] ? 1 : 0);
    else {
      flush();
      parts.push(encode(kind, fields[field]));
    }
  }
  flush();
  return frame(1, channel, Buffer.concat(parts));
}

/** The frames of a message: header and body, none longer than `frameMax`. */
export function content(
  channel: number,
  properties: Fields,
  body: Buffer,
  frameMax = 131_072,
): Buffer {
  const head = Buffer.alloc(14);
  head.writeUInt16BE(60);
  head.writeUInt32BE(body.length, 8);
  let flags = 0;
  const values = PROPERTIES.flatMap(([name, kind], index) => {
    if (properties[name] === undefined) return [];
    flags |= 1 << (15 - index);
    return [encode(kind, properties[name])];
  });
  head.writeUInt16BE(flags, 12);
  const frames = [frame(2, channel, Buffer.concat([head, ...values]))];
  for (let at = 0; at < body.length; at += frameMax - 8)
    frames.push(frame(3, channel, body.subarray(at, at + frameMax - 8)));
  return Buffer.concat(frames);
}

/** The whole frames at the beginning, and how many bytes they take. */
export function readFrames(bytes: Buffer): { frames: Frame[]; length: number } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length >= at + 8) {
    const length = bytes.readUInt32BE(at + 3);
    if (bytes.length < at + length + 8) break;
    const payload = bytes.subarray(at + 7, at + 7 + length);
    if (bytes[at + 7 + length] !== 0xce) throw new Error("a frame does not end with 0xCE");
    frames.push({ type: bytes[at] ?? 0, channel: bytes.readUInt16BE(at + 1), payload });
    at += length + 8;
  }
  return { frames, length: at };
}

export interface ReadMethod {
  readonly name: string;
  /** Tables as text. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export function readMethod(payload: Buffer): ReadMethod {
  const [classId, methodId] = [payload.readUInt16BE(0), payload.readUInt16BE(2)];
  const found = LAYOUTS.find((each) => each.classId === classId && each.methodId === methodId);
  if (found === undefined) throw new Error(`no method ${classId}.${methodId}`);
  const reader = new Reader(payload.subarray(4));
  const fields: Record<string, string | number | boolean> = {};
  let bit = 0;
  let octet = 0;
  for (const [field, kind] of found.fields) {
    if (kind === "bit") {
      if (bit % 8 === 0) octet = reader.number(1);
      fields[field] = (octet & (1 << (bit++ % 8))) !== 0;
    } else {
      bit = 0;
      fields[field] = reader.value(kind);
    }
  }
  if (!reader.done) throw new Error(`${found.name} is longer than its fields`);
  return { name: found.name, fields };
}

/** Of a header frame: how long the body is, and the properties as text. */
export function readHeader(payload: Buffer): {
  size: number;
  properties: string;
  replyTo: string | null;
} {
  const flags = payload.readUInt16BE(12);
  const reader = new Reader(payload.subarray(14));
  const shown: string[] = [];
  let replyTo: string | null = null;
  for (const [index, [name, kind]] of PROPERTIES.entries()) {
    if ((flags & (1 << (15 - index))) === 0) continue;
    const value = reader.value(kind);
    if (name === "replyTo") replyTo = String(value);
    shown.push(`${name}=${value}`);
  }
  return { size: Number(payload.readBigUInt64BE(4)), properties: shown.join(" "), replyTo };
}
