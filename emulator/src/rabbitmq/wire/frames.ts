/** Frames: type, channel, length, payload, 0xCE. https://www.rabbitmq.com/amqp-0-9-1-protocol (section 2.3) */
import { type AmqpError, connectionError } from "../model/errors.ts";
import { binaryTerm } from "./erlang-binary.ts";

export type FrameType = "method" | "header" | "body" | "heartbeat";

export interface Frame {
  readonly type: FrameType;
  readonly channel: number;
  /** Of the bytes that came, not a copy. */
  readonly payload: Buffer;
}

/** What a client opens with: AMQP 0-9-1. */
export const PROTOCOL_HEADER: Buffer = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]);
/** What a heartbeat is. */
export const HEARTBEAT: Buffer = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xce]);
/** The largest frame before something else is agreed on. */
export const FRAME_MIN_SIZE = 4096;

const TYPES: readonly (FrameType | undefined)[] = makeTypes();
/** The shortest payload of each type; a heartbeat has none. */
const SHORTEST: { readonly [Type in FrameType]: number } = {
  method: 4,
  header: 12,
  body: 0,
  heartbeat: 0,
};
const HEAD = 7;
const AROUND = 8;
const END = 0xce;
const EMPTY = Buffer.alloc(0);

/** Bytes in, frames out. */
export class FrameReader {
  /** The agreed frame_max. */
  maxFrame: number = FRAME_MIN_SIZE;
  #bytes: Buffer = EMPTY;
  #at = 0;
  #end = 0;
  #lost = false;

  /** Whether frames can no longer be told apart: nothing is read any more. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** Takes bytes. They must not change after. */
  push(chunk: Uint8Array): void {
    if (this.#lost) return;
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#at === this.#end) {
      this.#bytes = bytes;
      this.#at = 0;
      this.#end = bytes.length;
      return;
    }
    if (this.#end + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The eight bytes that a connection begins with; null until they are there. */
  protocolHeader(): Buffer | null {
    if (this.#end - this.#at < 8) return null;
    this.#at += 8;
    return this.#bytes.subarray(this.#at - 8, this.#at);
  }

  /**
   * The next whole frame; null until it is there.
   * @throws {AmqpError} Where the frame is of no known kind, reading goes on behind it; where frames cannot be told apart
   * any more, nothing comes after.
   */
  next(): Frame | null {
    const bytes = this.#bytes;
    const at = this.#at;
    const available = this.#end - at;
    if (available < HEAD) return null;
    const type = bytes[at] ?? 0;
    const length = bytes.readUInt32BE(at + 3);
    // RabbitMQ forgives clients that leave out the eight bytes around the payload.
    if (this.maxFrame !== 0 && length > this.maxFrame) {
      const limit = this.maxFrame - AROUND;
      throw this.#lose(type, EMPTY, `{frame_too_large,${length},${limit}}`);
    }
    if (available < length + AROUND) return null;
    const payload = bytes.subarray(at + HEAD, at + HEAD + length);
    const end = bytes[at + HEAD + length] ?? 0;
    if (end !== END) throw this.#lose(type, payload, `{invalid_frame_end_marker,${end}}`);
    this.#at = at + length + AROUND;
    const name = TYPES[type];
    if (name === undefined || length < SHORTEST[name] || (name === "heartbeat" && length > 0))
      throw frameError(type, payload, "unknown_frame");
    return { type: name, channel: bytes.readUInt16BE(at + 1), payload };
  }

  /** Room behind what waits. The old place stays as it is: frames that were read are in it. */
  #makeRoom(length: number): void {
    const waiting = this.#end - this.#at;
    const frame = waiting < HEAD ? 0 : this.#bytes.readUInt32BE(this.#at + 3) + AROUND;
    const agreed = Math.min(frame, this.maxFrame + AROUND);
    const larger = Buffer.allocUnsafeSlow(Math.max(waiting + length, agreed));
    this.#bytes.copy(larger, 0, this.#at, this.#end);
    this.#bytes = larger;
    this.#at = 0;
    this.#end = waiting;
  }

  #lose(type: number, payload: Buffer, what: string): AmqpError {
    this.#lost = true;
    this.#bytes = EMPTY;
    this.#at = this.#end = 0;
    return frameError(type, payload, what);
  }
}

/** 505, for a frame that must not come now. */
export function unexpectedFrame(frame: Frame): AmqpError {
  return connectionError(505, shown(TYPES.indexOf(frame.type), frame.payload));
}

function frameError(type: number, payload: Buffer, what: string): AmqpError {
  return connectionError(501, `${shown(type, payload)}: ${what}`);
}

function shown(type: number, payload: Buffer): string {
  const part = payload.length <= 16 ? "all" : "first 16";
  return `type ${type}, ${part} octets = ${binaryTerm(payload.subarray(0, 16))}`;
}

function makeTypes(): (FrameType | undefined)[] {
  const types: (FrameType | undefined)[] = [];
  types[1] = "method";
  types[2] = "header";
  types[3] = "body";
  types[8] = "heartbeat";
  return types;
}
