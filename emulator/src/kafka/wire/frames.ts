/** Requests and responses on a connection: a size, a header, a message. https://kafka.apache.org/protocol#protocol_messages */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { writeResponseTo } from "./codec.ts";
import type { Api, ResponseOf } from "./layout.ts";
import { MalformedError } from "./malformed.ts";

/** ApiVersions: its responses have the old header in every version, so that any client can read them (KIP-511). */
const API_VERSIONS = 18;

/** What a connection brings, cut into requests. Each is copied once, when it is whole. */
export class FrameReader {
  readonly #maximum: number;
  readonly #chunks: Buffer[] = [];
  /** How much of the first chunk is taken. */
  #taken = 0;
  #length = 0;

  /** `socket.request.max.bytes` */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** How many bytes have come that were not taken yet. */
  get waiting(): number {
    return this.#length;
  }

  /** The next request without its size, for the caller to keep; null while it is not whole. @throws {MalformedError} */
  next(): Buffer | null {
    if (this.#length < 4) return null;
    const size = this.#size();
    if (size < 0 || size > this.#maximum)
      throw new MalformedError(`a request of ${size} bytes, where ${this.#maximum} are the most`);
    if (this.#length < 4 + size) return null;
    this.#skip(4);
    const frame = this.#copy(size);
    this.#skip(size);
    return frame;
  }

  /** Mostly in one chunk. */
  #size(): number {
    const [first] = this.#chunks;
    if (first !== undefined && this.#taken + 4 <= first.length)
      return first.readInt32BE(this.#taken);
    return this.#copy(4).readInt32BE(0);
  }

  #copy(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let from = this.#taken;
    let at = 0;
    for (const chunk of this.#chunks) {
      at += chunk.copy(bytes, at, from);
      if (at === length) break;
      from = 0;
    }
    return bytes;
  }

  #skip(length: number): void {
    this.#length -= length;
    let end = this.#taken + length;
    let done = 0;
    for (const chunk of this.#chunks) {
      if (end < chunk.length) break;
      end -= chunk.length;
      done++;
    }
    if (done > 0) this.#chunks.splice(0, done);
    this.#taken = end;
  }
}

export interface RequestHeader {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
  /** "" where the client has none. */
  readonly clientId: string;
}

/** A request, its message not read yet. */
export interface RequestFrame {
  readonly header: RequestHeader;
  readonly api: Api;
  /** The message, behind the header. */
  readonly payload: Buffer;
}

/** @throws {MalformedError} also where `apiOf` does not know the key: then the header cannot be told from the message. */
export function readFrame(frame: Buffer, apiOf: (key: number) => Api | undefined): RequestFrame {
  const reader = new ByteReader(frame);
  const apiKey = reader.int16();
  const version = reader.int16();
  const api = apiOf(apiKey);
  if (api === undefined) throw new MalformedError(`unknown api key ${apiKey}`);
  const correlationId = reader.int32();
  // Never compact, not even in the flexible header: who reads it does not know the version yet (KIP-482).
  const length = reader.int16();
  const clientId = length < 0 ? "" : reader.text(length);
  if (isFlexible(api, version)) skipTagged(reader);
  const header = { apiKey, version, correlationId, clientId };
  return { header, api, payload: frame.subarray(frame.length - reader.left) };
}

/** A whole frame, in pieces that are sent one after the other: large record batches are not copied. */
export function encodeResponse<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  value: ResponseOf<A>,
): readonly Buffer[] {
  const writer = new ByteWriter();
  writer.int32(0);
  writer.int32(correlationId);
  if (isFlexible(api, version) && api.key !== API_VERSIONS) writer.unsignedVarint(0);
  writeResponseTo(writer, api, version, value);
  const size = writer.length - 4;
  const pieces = writer.finish();
  pieces[0]?.writeInt32BE(size, 0);
  return pieces;
}

function isFlexible(api: Api, version: number): boolean {
  return api.flexible !== null && version >= api.flexible;
}

function skipTagged(reader: ByteReader): void {
  const count = reader.unsignedVarint();
  reader.expect(count, 2);
  for (let index = 0; index < count; index++) {
    reader.unsignedVarint();
    reader.skip(reader.unsignedVarint());
  }
}
