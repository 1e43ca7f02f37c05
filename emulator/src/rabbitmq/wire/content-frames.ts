/** A method and the message it brings, in frames no longer than what was agreed on. */
import type { Content } from "./content.ts";

/** What of a delivery stays the same for a consumer: made once, by `consumerPrefix`. */
export type ConsumerPrefix = Buffer;

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const END = 0xce;
const CLASS_BASIC = 60;
const HEAD = 7;
const AROUND = 8;
/** Class, weight and size of the body before the properties. */
const CONTENT_HEAD = 12;
/** Larger bodies go out as they are, uncopied. */
const LARGE = 16 * 1024;

const CLOSING = Buffer.from([END]);

/** The pieces to be written in this order. `method` is the frame of the method that brings the message. */
export function contentFrames(
  channel: number,
  method: Buffer,
  content: Content,
  frameMax: number,
): Buffer[] {
  const { body } = content;
  const most = mostOf(frameMax);
  const isSmall = body.length <= LARGE && body.length <= most;
  const front = Buffer.allocUnsafe(method.length + frontLength(content, isSmall));
  front.set(method);
  putContent(front, method.length, channel, content, isSmall);
  return isSmall ? [front] : [front, ...bodyFrames(channel, body, most)];
}

/** The first part of a consumer's basic.deliver, which says who gets it. */
export function consumerPrefix(channel: number, consumerTag: string): ConsumerPrefix {
  const length = Buffer.byteLength(consumerTag);
  const prefix = Buffer.alloc(HEAD + 5 + length);
  prefix[0] = METHOD;
  prefix.writeUInt16BE(channel, 1);
  prefix.writeUInt16BE(CLASS_BASIC, HEAD);
  prefix.writeUInt16BE(60, HEAD + 2);
  prefix[HEAD + 4] = length;
  prefix.write(consumerTag, HEAD + 5);
  return prefix;
}

/** basic.deliver with its message, written at once. */
export function deliverFrames(
  prefix: ConsumerPrefix,
  deliveryTag: number,
  redelivered: boolean,
  exchange: string,
  routingKey: string,
  content: Content,
  frameMax: number,
): Buffer[] {
  const { body } = content;
  const most = mostOf(frameMax);
  const isSmall = body.length <= LARGE && body.length <= most;
  const exchangeLength = byteLength(exchange);
  const keyLength = byteLength(routingKey);
  const length = prefix.length + 12 + exchangeLength + keyLength;
  const front = Buffer.allocUnsafe(length + frontLength(content, isSmall));
  front.set(prefix);
  front.writeUInt32BE(length - AROUND, 3);
  let at = prefix.length;
  front.writeUInt32BE(Math.floor(deliveryTag / 2 ** 32), at);
  front.writeUInt32BE(deliveryTag >>> 0, at + 4);
  front[at + 8] = redelivered ? 1 : 0;
  at = putShort(front, at + 9, exchange, exchangeLength);
  at = putShort(front, at, routingKey, keyLength);
  front[at] = END;
  const channel = prefix.readUInt16BE(1);
  putContent(front, length, channel, content, isSmall);
  return isSmall ? [front] : [front, ...bodyFrames(channel, body, most)];
}

function mostOf(frameMax: number): number {
  return frameMax === 0 ? Number.MAX_SAFE_INTEGER : frameMax - AROUND;
}

/** How long the header frame is, and the body's where that is small. */
function frontLength({ header, body }: Content, isSmall: boolean): number {
  const length = AROUND + CONTENT_HEAD + header.length;
  return isSmall && body.length > 0 ? length + AROUND + body.length : length;
}

function putContent(
  target: Buffer,
  start: number,
  channel: number,
  { header, body }: Content,
  isSmall: boolean,
): void {
  let at = putHead(target, start, HEADER, channel, CONTENT_HEAD + header.length);
  target.writeUInt32BE(CLASS_BASIC << 16, at);
  target.writeUInt32BE(Math.floor(body.length / 2 ** 32), at + 4);
  target.writeUInt32BE(body.length >>> 0, at + 8);
  target.set(header, at + CONTENT_HEAD);
  at += CONTENT_HEAD + header.length;
  target[at++] = END;
  if (!isSmall || body.length === 0) return;
  at = putHead(target, at, BODY, channel, body.length);
  target.set(body, at);
  target[at + body.length] = END;
}

function bodyFrames(channel: number, body: Buffer, most: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += most) {
    const part = body.subarray(at, at + most);
    const head = Buffer.allocUnsafe(HEAD);
    putHead(head, 0, BODY, channel, part.length);
    pieces.push(head, part, CLOSING);
  }
  return pieces;
}

/** Returns where the payload starts. */
function putHead(
  target: Buffer,
  at: number,
  type: number,
  channel: number,
  length: number,
): number {
  target[at] = type;
  target[at + 1] = channel >>> 8;
  target[at + 2] = channel & 0xff;
  target.writeUInt32BE(length, at + 3);
  return at + HEAD;
}

/** Names are short, and mostly ASCII: counting here costs less than a call of the system's. */
function byteLength(text: string): number {
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) > 127) return Buffer.byteLength(text);
  return text.length;
}

/** Returns where the next thing goes. */
function putShort(target: Buffer, at: number, text: string, length: number): number {
  target[at] = length;
  if (length !== text.length) target.write(text, at + 1);
  else for (let index = 0; index < length; index++) target[at + 1 + index] = text.charCodeAt(index);
  return at + 1 + length;
}
