/** Messages as values and as bytes, by their layouts; readers and writers are made once for each version. */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { shapesOf } from "./field.ts";
import type { Api, DraftOf, Layout, RequestOf, ResponseOf, ValueOf } from "./layout.ts";
import { type Reading, structReading } from "./reading.ts";
import { structWriting, type Write } from "./writing.ts";

/** @throws {MalformedError} Bytes behind the last field are left alone, as Kafka does. */
export function readRequest<A extends Api>(api: A, version: number, payload: Buffer): RequestOf<A> {
  return codecOf(api.request, version, api.flexible).read(payload) as RequestOf<A>;
}

export function writeResponse<A extends Api>(
  api: A,
  version: number,
  value: ResponseOf<A>,
): Buffer {
  return codecOf(api.response, version, api.flexible).write(value);
}

export function writeRequest<A extends Api>(
  api: A,
  version: number,
  value: DraftOf<A["request"]>,
): Buffer {
  return codecOf(api.request, version, api.flexible).write(value);
}

/** @throws {MalformedError} */
export function readResponse<A extends Api>(
  api: A,
  version: number,
  payload: Buffer,
): ValueOf<A["response"]> {
  return codecOf(api.response, version, api.flexible).read(payload) as ValueOf<A["response"]>;
}

/** A response into a frame that has begun. */
export function writeResponseTo<A extends Api>(
  writer: ByteWriter,
  api: A,
  version: number,
  value: ResponseOf<A>,
): void {
  codecOf(api.response, version, api.flexible).writeTo(writer, value);
}

/** A layout in one version. */
export class Codec {
  readonly #reading: Reading;
  readonly #write: Write;

  constructor(layout: Layout, version: number, isFlexible: boolean) {
    const shapes = shapesOf(layout);
    this.#reading = structReading(shapes, version, isFlexible);
    this.#write = structWriting(shapes, version, isFlexible);
  }

  read(payload: Buffer): unknown {
    return this.readFrom(new ByteReader(payload));
  }

  readFrom(reader: ByteReader): unknown {
    return this.#reading.read(reader);
  }

  write(value: unknown): Buffer {
    const writer = new ByteWriter();
    this.#write(writer, value);
    const pieces = writer.finish();
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  writeTo(writer: ByteWriter, value: unknown): void {
    this.#write(writer, value);
  }
}

const codecs = new WeakMap<Layout, Map<number, Codec>>();

function codecOf(layout: Layout, version: number, flexible: number | null): Codec {
  let versions = codecs.get(layout);
  if (versions === undefined) codecs.set(layout, (versions = new Map()));
  let codec = versions.get(version);
  if (codec === undefined)
    versions.set(
      version,
      (codec = new Codec(layout, version, flexible !== null && version >= flexible)),
    );
  return codec;
}
