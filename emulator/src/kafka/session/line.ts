/** What goes out on one connection. */
import type { Connection, ProtocolContext } from "../../protocol.ts";
import { Outbound } from "../../outbound.ts";
import { encodeResponse } from "../wire/frames.ts";
import type { Answer, Request } from "./requests.ts";
import type { Transfer } from "./transfer.ts";

/** How much may wait for a client before it is heard again. */
const FULL = 1024 * 1024;
/** What a delay holds back, at most. */
const MAX_HELD = 256 * 1024 * 1024;

export class Line {
  readonly #connection: Connection;
  readonly #outbound: Outbound;
  #waiting = 0;

  constructor(connection: Connection, { clock }: ProtocolContext) {
    this.#connection = connection;
    this.#outbound = new Outbound(connection, clock, MAX_HELD);
  }

  /** Whether the client reads more slowly than it asks. */
  get isFull(): boolean {
    return this.#waiting > FULL;
  }

  whenEmpty(callback: () => void): void {
    const { whenSent } = this.#connection;
    this.#waiting = 0;
    if (whenSent === undefined) callback();
    else whenSent(callback);
  }

  answer(request: Request, answer: Answer, transfer: Transfer): void {
    const fault = transfer.fault();
    if (fault === null) {
      this.#send(encode(request, answer));
      return transfer.sent();
    }
    if (fault.effect.kind === "duplicate") {
      // The records come twice: an answer that nobody asked for would only end the connection.
      this.#send(encode(request, twice(answer)));
      transfer.sent();
      return transfer.sent();
    }
    this.#outbound.deliver(Buffer.concat(encode(request, answer)), fault, {
      sent: () => transfer.sent(),
      lost: (reason) => transfer.lost(reason),
      cut: () => this.#connection.destroy(),
    });
  }

  /** SASL's own frames, behind SaslHandshake 0. */
  token(bytes: Buffer): void {
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes.length);
    this.#send([size, bytes]);
  }

  end(): void {
    this.#outbound.end();
  }

  #send(pieces: readonly Buffer[]): void {
    if (!this.#outbound.isFree) return this.#outbound.send(Buffer.concat(pieces));
    for (const piece of pieces) this.#waiting = this.#connection.write(piece);
  }
}

function encode({ api, version, correlationId }: Request, answer: Answer): readonly Buffer[] {
  return encodeResponse(api, version, correlationId, answer as never);
}

/** With everything that a Fetch brings a second time behind itself. */
function twice(answer: Answer): Answer {
  const { responses } = answer as {
    responses: readonly { partitions: readonly { records: Buffer | readonly Buffer[] }[] }[];
  };
  return {
    ...answer,
    responses: responses.map((topic) => ({
      ...topic,
      partitions: topic.partitions.map((each) => ({
        ...each,
        records: [each.records, each.records].flat(),
      })),
    })),
  };
}
