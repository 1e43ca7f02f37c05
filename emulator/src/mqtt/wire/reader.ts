/** Reads a packet's body from the front. Every read is checked: a body that is too short is malformed. */
import { MalformedError } from "./frames.ts";

export class BodyReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get done(): boolean {
    return this.#at >= this.#body.length;
  }

  byte(): number {
    return this.bytes(1)[0] ?? 0;
  }

  uint16(): number {
    return this.bytes(2).readUInt16BE(0);
  }

  /** MQTT 5 §1.5.5. */
  variable(): number {
    let value = 0;
    for (let index = 0; index < 4; index++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 128 ** index;
      if (byte < 0x80) return value;
    }
    throw new MalformedError("variable byte integer of more than four bytes");
  }

  /** With its length before it. */
  binary(): Buffer {
    return this.bytes(this.uint16());
  }

  /** MQTT 3.1.1 §1.5.3: well-formed UTF-8 without U+0000. */
  text(): string {
    const bytes = this.binary();
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      throw new MalformedError("text that is not UTF-8");
    }
    if (text.includes("\0")) throw new MalformedError("text with U+0000");
    return text;
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#body.length) throw new MalformedError("body is too short");
    const bytes = this.#body.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  rest(): Buffer {
    return this.bytes(this.#body.length - this.#at);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
