/**
 * The frames of one channel, put together: a method, or a method with the message that it brings. RabbitMQ's words for
 * what must not follow each other: rabbit_command_assembler.erl.
 */
import { type AmqpError, connectionError } from "../model/errors.ts";
import { Content } from "./content.ts";
import type { Frame } from "./frames.ts";
import { decodeMethod, hasContent, type Method } from "./methods.ts";
import { checkProperties } from "./properties.ts";

const CLASS_BASIC = 60;
/** Class, weight and size of the body before the properties. */
const CONTENT_HEAD = 12;
/** What is shorter is copied: one such message in a queue would hold all alive that has come with it. */
const SMALL = 1024;
const NO_BYTES = Buffer.alloc(0);

export class Assembler {
  readonly #maxBody: number;
  #method: Method | null = null;
  #header: Buffer | null = null;
  #missing = 0;
  #body: Buffer = NO_BYTES;
  #received = 0;
  #content: Content | null = null;
  #size = 0;

  /** A body beyond `maxBody` bytes is counted, not kept. */
  constructor(maxBody: number) {
    this.#maxBody = maxBody;
  }

  /** The message of the method that `take` has returned last; null where it brings none. */
  get content(): Content | null {
    return this.#content;
  }

  /** How long its body was said to be. Where that is more than is taken, the content has none. */
  get size(): number {
    return this.#size;
  }

  /** The method whose message is still to come: what an error is about. */
  get unfinished(): Method | null {
    return this.#method;
  }

  /** The method that this frame completes, or null. @throws {AmqpError} @throws {MalformedError} */
  take(frame: Frame): Method | null {
    if (this.#method === null) return this.#take(frame);
    if (this.#header === null) return this.#takeHeader(frame, this.#method);
    return this.#takeBody(frame, this.#method, this.#header);
  }

  #take(frame: Frame): Method | null {
    if (frame.type !== "method")
      throw unexpected("expected method frame, got non method frame instead");
    const method = decodeMethod(frame.payload);
    this.#content = null;
    if (!hasContent(method.name)) return method;
    this.#method = method;
    return null;
  }

  #takeHeader({ type, payload }: Frame, method: Method): Method | null {
    // The weight is reserved and zero.
    if (type !== "header" || payload.readUInt16BE(2) !== 0)
      throw unexpected(
        `expected content header for class ${CLASS_BASIC}, got non content header frame instead`,
      );
    const classId = payload.readUInt16BE(0);
    if (classId !== CLASS_BASIC)
      throw unexpected(
        `expected content header for class ${CLASS_BASIC}, got one for class ${classId} instead`,
      );
    this.#size = payload.readUInt32BE(4) * 2 ** 32 + payload.readUInt32BE(8);
    this.#missing = this.#size;
    this.#header = payload;
    return this.#missing === 0 ? this.#finish(method, this.#header) : null;
  }

  #takeBody({ type, payload }: Frame, method: Method, header: Buffer): Method | null {
    if (type !== "body")
      throw unexpected("expected content body, got non content body frame instead");
    this.#missing -= payload.length;
    // More than was said is never complete: RabbitMQ waits on.
    if (this.#missing < 0 || this.#size > this.#maxBody) this.#body = NO_BYTES;
    else if (payload.length === this.#size) this.#body = payload;
    else this.#append(payload);
    return this.#missing === 0 ? this.#finish(method, header) : null;
  }

  /** Room grows with what comes, whatever size was said. */
  #append(part: Buffer): void {
    const received = this.#received + part.length;
    if (received > this.#body.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#size, received * 2));
      this.#body.copy(larger, 0, 0, this.#received);
      this.#body = larger;
    }
    this.#body.set(part, this.#received);
    this.#received = received;
  }

  #finish(method: Method, header: Buffer): Method {
    const body = this.#body;
    this.#method = this.#header = null;
    this.#body = NO_BYTES;
    this.#received = 0;
    const properties = header.subarray(CONTENT_HEAD);
    checkProperties(properties);
    this.#content = owned(properties, body);
    return method;
  }
}

function owned(properties: Buffer, body: Buffer): Content {
  const { length } = properties;
  const size = length + body.length;
  if (size > SMALL) return new Content(properties, body);
  const bytes = Buffer.allocUnsafe(size);
  bytes.set(properties);
  bytes.set(body, length);
  return new Content(bytes.subarray(0, length), bytes.subarray(length));
}

function unexpected(explanation: string): AmqpError {
  return connectionError(505, explanation);
}
