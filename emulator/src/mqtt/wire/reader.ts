/** Reads a packet's body from the front. Every read is checked: a body that is too short is malformed. */
import { isUtf8 } from "node:buffer";
import { malformed } from "./frames.ts";

export class BodyReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get done(): boolean {
    return this.#at >= this.#body.length;
  }

  get position(): number {
    return this.#at;
  }

  byte(): number {
    const at = this.#take(1);
    return this.#body[at] ?? 0;
  }

  uint16(): number {
    const at = this.#take(2);
    return this.#body.readUInt16BE(at);
  }

  uint32(): number {
    const at = this.#take(4);
    return this.#body.readUInt32BE(at);
  }

  /** MQTT 5 §1.5.5; no longer than its value needs: [MQTT-1.5.5-1]. */
  variable(): number {
    let value = 0;
    for (let index = 0; index < 4; index++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 128 ** index;
      if (byte === 0 && index > 0) break;
      if (byte < 0x80) return value;
    }
    throw malformed("variable byte integer of more bytes than it needs");
  }

  /** With its length before it. */
  binary(): Buffer {
    return this.bytes(this.uint16());
  }

  /** With its length before it. MQTT 3.1.1 §1.5.3: well-formed UTF-8, without what mosquitto does not take either. */
  text(): string {
    const length = this.uint16();
    const at = this.#take(length);
    const text = this.#body.toString("utf8", at, at + length);
    if (suspicious.test(text)) check(this.#body.subarray(at, at + length), text);
    return text;
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#body.subarray(at, at + length);
  }

  /** Where the next `length` bytes end. */
  section(length: number): number {
    const at = this.#take(length);
    this.#at = at;
    return at + length;
  }

  rest(): Buffer {
    return this.bytes(this.#body.length - this.#at);
  }

  /** A packet ends where its body does. */
  end(): void {
    if (!this.done) throw malformed("bytes behind the end of the packet");
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#body.length) throw malformed("body is too short");
    this.#at += length;
    return at;
  }
}

const forbidden = /[\p{Cc}\p{Noncharacter_Code_Point}]/u;
/** Those, and what stands for bytes that are no UTF-8; where it stands for itself, a second look forgives it. */
const suspicious = /[\p{Cc}\p{Noncharacter_Code_Point}\ufffd]/u;

function check(bytes: Buffer, text: string): void {
  if (!isUtf8(bytes)) throw malformed("text that is not UTF-8");
  // MQTT 5 §1.5.4: U+0000 must not come; control characters and non-characters should not, and are refused as by mosquitto.
  if (forbidden.test(text)) throw malformed("text with a control character");
}
