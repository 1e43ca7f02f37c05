/** Bytes to control packets, still closed: a type, four flags and a body. MQTT 3.1.1 §2.2, MQTT 5 §2.1. */
import { ByteWindow } from "../../bytes.ts";
import { reasons } from "./reason-codes.ts";

/** MQTT 3.1.1 §2.2.1, by number. */
export const packetTypes = [
  "reserved",
  "connect",
  "connack",
  "publish",
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "subscribe",
  "suback",
  "unsubscribe",
  "unsuback",
  "pingreq",
  "pingresp",
  "disconnect",
  "auth",
] as const;

export type PacketType = (typeof packetTypes)[number];

export interface Frame {
  readonly type: PacketType;
  /** The low four bits of the first byte. */
  readonly flags: number;
  readonly body: Buffer;
}

/** The bytes are no MQTT, or not at this place. The connection ends; MQTT 5 clients are told the reason code, if there is one. */
export class MalformedError extends Error {
  readonly reasonCode: number | null;
  constructor(message: string, reasonCode: number | null = reasons.malformedPacket) {
    super(message);
    this.name = "MalformedError";
    this.reasonCode = reasonCode;
  }
}

export function malformed(what: string): MalformedError {
  return new MalformedError(what);
}

export function protocolError(what: string): MalformedError {
  return new MalformedError(what, reasons.protocolError);
}

export class FrameReader {
  readonly #window = new ByteWindow();
  readonly #maxBytes: number;
  /** Of the body that comes next. */
  #length = 0;

  /** `maxBytes`: the largest packet that is taken. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    this.#window.push(chunk);
  }

  /**
   * The next whole packet, or null until more bytes come.
   * @throws {MalformedError} for a length of more than four bytes, or over the limit (before its body has come).
   */
  next(): Frame | null {
    const size = this.#headerSize();
    if (size === 0 || this.#window.length < size + this.#length) return null;
    const first = this.#window.at(0);
    this.#window.skip(size);
    return {
      type: packetTypes[first >> 4] ?? "reserved",
      flags: first & 0x0f,
      body: this.#window.take(this.#length),
    };
  }

  /** How long the fixed header is; 0 until all of it has come. The length of what follows: §2.2.3, seven bits a byte, the low ones first. */
  #headerSize(): number {
    if (this.#window.length > 0 && this.#window.at(0) < 0x10) throw protocolError("type 0"); // §2.1.2
    let length = 0;
    for (let index = 1; index <= 4; index++) {
      const byte = this.#window.at(index);
      if (byte < 0) return 0;
      length += (byte & 0x7f) * 128 ** (index - 1);
      if (byte < 0x80) {
        if (1 + index + length > this.#maxBytes)
          throw new MalformedError("packet too large", reasons.packetTooLarge);
        this.#length = length;
        return 1 + index;
      }
    }
    // Where no packet begins none is answered, as by mosquitto.
    throw new MalformedError("remaining length of more than four bytes", null);
  }
}
