/**
 * Kafka's protocol as bytes, for tests: written apart from the emulator's, so that both cannot be wrong alike. Each API in
 * one version, without those of its fields that say nothing.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ApiName, apis, type Kind } from "./kafka-layouts.ts";

export type Value = number | string | boolean | null | Buffer | readonly Value[] | Fields;
export interface Fields {
  readonly [name: string]: Value;
}

/** A connection to a broker that asks one thing after the other. */
export class KafkaWire implements AsyncDisposable {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #correlation = 0;
  readonly #asked = new Map<number, (frame: Buffer | null) => void>();
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", () => {});
    socket.on("close", () => this.#close());
  }

  /** To `host:port`. */
  static async connect(url: string): Promise<KafkaWire> {
    const [host = "", port = ""] = url.split(":");
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, "connect");
    return new KafkaWire(socket);
  }

  /** The answer, or null where the broker closed the connection instead. What is not said is 0, false, empty or null. */
  async ask(name: ApiName, fields: Fields = {}): Promise<Fields | null> {
    const { key, version, isFlexible, request, response } = apis[name];
    const message = encode(request, fields, isFlexible);
    const frame = await this.askRaw(key, version, isFlexible, message);
    // Its answers have the old header, so that anybody can read them (KIP-511).
    const header = isFlexible && name !== "apiVersions" ? 1 : 0;
    return frame === null
      ? null
      : (new Decoder(frame.subarray(header), isFlexible).value(response) as Fields);
  }

  /** The bytes behind the correlation id. */
  async askRaw(
    key: number,
    version: number,
    isFlexible: boolean,
    message: Buffer,
  ): Promise<Buffer | null> {
    if (this.#closed) return null;
    const correlation = ++this.#correlation;
    const header = Buffer.alloc(10);
    header.writeInt16BE(key);
    header.writeInt16BE(version, 2);
    header.writeInt32BE(correlation, 4);
    header.writeInt16BE(4, 8);
    const parts = [header, Buffer.from("test"), Buffer.alloc(isFlexible ? 1 : 0), message];
    const answer = new Promise<Buffer | null>((resolve) => this.#asked.set(correlation, resolve));
    this.sendRaw(sized(Buffer.concat(parts)));
    return answer;
  }

  sendRaw(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Resolves when the broker has closed the connection. */
  async untilClosed(): Promise<void> {
    if (!this.#closed) await once(this.#socket, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const frame = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      const correlation = frame.readInt32BE(0);
      this.#asked.get(correlation)?.(frame.subarray(4));
      this.#asked.delete(correlation);
    }
  }

  #close(): void {
    this.#closed = true;
    for (const answer of this.#asked.values()) answer(null);
    this.#asked.clear();
  }
}

function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

function encode(kind: Kind, value: Value | undefined, isFlexible: boolean): Buffer {
  if (typeof kind === "string") return encodeSingle(kind, value, isFlexible);
  if (isList(kind)) {
    const items = (value ?? (kind.length === 2 ? null : [])) as readonly Value[] | null;
    const parts = (items ?? []).map((item) => encode(kind[0], item, isFlexible));
    return Buffer.concat([lengthOf(items, isFlexible, 4), ...parts]);
  }
  const fields = (value ?? {}) as Fields;
  const parts = Object.entries(kind).map(([name, inner]) =>
    encode(inner, fields[name], isFlexible),
  );
  return Buffer.concat([...parts, Buffer.alloc(isFlexible ? 1 : 0)]);
}

function encodeSingle(kind: string, value: Value | undefined, isFlexible: boolean): Buffer {
  const bytes = Buffer.alloc(widths[kind] ?? 0);
  const number = Number(value ?? 0);
  if (kind === "int8" || kind === "bool") bytes.writeInt8(number);
  else if (kind === "int16") bytes.writeInt16BE(number);
  else if (kind === "int32") bytes.writeInt32BE(number);
  else if (kind === "int64") bytes.writeBigInt64BE(BigInt(number));
  else if (kind === "float64") bytes.writeDoubleBE(number);
  else if (kind === "uuid")
    Buffer.from(typeof value === "string" ? value : "", "base64url").copy(bytes);
  else {
    const given = value ?? (kind.endsWith("?") ? null : "");
    const content = given === null ? null : Buffer.from(given as string | Buffer);
    const width = kind.startsWith("string") ? 2 : 4;
    return Buffer.concat([lengthOf(content, isFlexible, width), content ?? Buffer.alloc(0)]);
  }
  return bytes;
}

function lengthOf(
  value: { readonly length: number } | null,
  isFlexible: boolean,
  width: 2 | 4,
): Buffer {
  if (isFlexible) return unsignedVarint(value === null ? 0 : value.length + 1);
  const bytes = Buffer.alloc(width);
  bytes.writeIntBE(value?.length ?? -1, 0, width);
  return bytes;
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

class Decoder {
  readonly #bytes: Buffer;
  readonly #isFlexible: boolean;
  #at = 0;

  constructor(bytes: Buffer, isFlexible: boolean) {
    this.#bytes = bytes;
    this.#isFlexible = isFlexible;
  }

  value(kind: Kind): Value {
    if (typeof kind === "string") return this.#single(kind);
    if (isList(kind)) {
      const length = this.#length(4);
      return length < 0 ? null : Array.from({ length }, () => this.value(kind[0]));
    }
    const fields = Object.entries(kind).map(([name, inner]) => [name, this.value(inner)] as const);
    if (this.#isFlexible) this.#skipTagged();
    return Object.fromEntries(fields);
  }

  #single(kind: string): Value {
    const width = widths[kind];
    if (width === undefined) {
      const isText = kind.startsWith("string");
      const length = this.#length(isText ? 2 : 4);
      if (length < 0) return null;
      const bytes = this.#take(length);
      return isText ? bytes.toString() : bytes;
    }
    const bytes = this.#take(width);
    if (kind === "uuid") return bytes.toString("base64url");
    if (kind === "bool") return bytes[0] !== 0;
    if (kind === "float64") return bytes.readDoubleBE();
    return width === 8 ? Number(bytes.readBigInt64BE()) : bytes.readIntBE(0, width);
  }

  #length(width: 2 | 4): number {
    return this.#isFlexible ? this.#varint() - 1 : this.#take(width).readIntBE(0, width);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#take(1)[0] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  #skipTagged(): void {
    for (let count = this.#varint(); count > 0; count--) {
      this.#varint();
      this.#take(this.#varint());
    }
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error("the answer is cut off");
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }
}

const widths: Readonly<Record<string, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
};

function isList(kind: Kind): kind is readonly [Kind] | readonly [Kind, "?"] {
  return Array.isArray(kind);
}
