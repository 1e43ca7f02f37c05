/** Bytes to control packets, still closed: a type, four flags and a body. MQTT 3.1.1 §2.2, MQTT 5 §2.1. */
import { ByteWindow } from "../../bytes.ts";

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
  /** The whole packet, as it came. */
  readonly bytes: Buffer;
}

/** The bytes are no MQTT. The connection ends; MQTT 5 clients are told the reason code. */
export class MalformedError extends Error {
  readonly reasonCode: number;
  constructor(message: string, reasonCode: number = MALFORMED) {
    super(message);
    this.name = "MalformedError";
    this.reasonCode = reasonCode;
  }
}

/** MQTT 5 §2.4. */
export const MALFORMED = 0x81;
export const UNSUPPORTED_VERSION = 0x84;
export const TOO_LARGE = 0x95;

export class FrameReader {
  readonly #window = new ByteWindow();
  readonly #maxBytes: number;

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
    const header = this.#header();
    if (header === null || this.#window.length < header.size + header.length) return null;
    const bytes = this.#window.take(header.size + header.length);
    const first = bytes[0] ?? 0;
    return {
      type: packetTypes[first >> 4] ?? "reserved",
      flags: first & 0x0f,
      body: bytes.subarray(header.size),
      bytes,
    };
  }

  /** The fixed header: its own size, and the length of what follows. §2.2.3: seven bits a byte, the low ones first. */
  #header(): { size: number; length: number } | null {
    let length = 0;
    for (let index = 1; index <= 4; index++) {
      const byte = this.#window.at(index);
      if (byte < 0) return null;
      length += (byte & 0x7f) * 128 ** (index - 1);
      if (byte < 0x80) {
        if (1 + index + length > this.#maxBytes)
          throw new MalformedError("packet too large", TOO_LARGE);
        return { size: 1 + index, length };
      }
    }
    throw new MalformedError("remaining length of more than four bytes");
  }
}
