/** The requests of a connection, read from its frames. */
import type { Api } from "../wire/layout.ts";
import { readRequest } from "../wire/codec.ts";
import { FrameReader, readFrame } from "../wire/frames.ts";
import { MalformedError } from "../wire/malformed.ts";
import { apiVersions } from "../wire/apis/api-versions.ts";
import { unknownVersionRow } from "./api-versions.ts";
import type { DispatchTable } from "./dispatch.ts";
import type { Row } from "./handling.ts";

export interface Request {
  readonly api: Api;
  readonly row: Row;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string;
  /** What `row` handles. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** What `row` answers: by the layout of its API. Null where there is no answer. */
export type Answer = Readonly<Record<string, unknown>> | null;

/** `socket.request.max.bytes` */
const MAX_REQUEST = 100 * 1024 * 1024;

export class Requests {
  readonly #frames = new FrameReader(MAX_REQUEST);
  readonly #table: DispatchTable;

  constructor(table: DispatchTable) {
    this.#table = table;
  }

  push(chunk: Uint8Array): void {
    this.#frames.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }

  /** How many bytes have come that are in no request yet. */
  get waiting(): number {
    return this.#frames.waiting;
  }

  /** A frame that is no request: SASL's own, behind SaslHandshake 0. @throws {MalformedError} */
  nextToken(): Buffer | null {
    return this.#frames.next();
  }

  /** @throws {MalformedError} Kafka closes the connection of who asks for what is not there. */
  next(): Request | null {
    const frame = this.#frames.next();
    if (frame === null) return null;
    const { header, payload } = readFrame(frame, (key) => this.#table.get(key)?.api);
    const { apiKey, version, correlationId, clientId } = header;
    const row = this.#table.get(apiKey);
    if (row === undefined) throw new MalformedError(`unknown api key ${apiKey}`);
    const [lowest, highest] = row.versions;
    const { api } = row;
    const request = { api, version, correlationId, clientId };
    if (version >= lowest && version <= highest)
      return { ...request, row, value: readRequest(api, version, payload) as Request["value"] };
    if (apiKey !== apiVersions.key) throw new MalformedError(`${api.name} ${version}`);
    return { ...request, row: unknownVersionRow, version: 0, value: {} };
  }
}
