/** For tests: brokers without a port, and clients that speak to them message by message. */
import { type Clock, createClock } from "../clock.ts";
import type { Credentials, Protocol, ProtocolContext, Session } from "../protocol.ts";
import { createFaultEngine, type FaultEngine } from "../fault-engine.ts";
import { createJournal, type Journal } from "../journal.ts";
import { kafka } from "./protocol.ts";
import { readResponse, writeRequest } from "./wire/codec.ts";
import type { Api, DraftOf, ValueOf } from "./wire/layout.ts";

export interface Bench {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: FaultEngine;
  readonly protocol: Protocol;
  /** A client of the node with this id. */
  connect(clientId?: string, node?: number): WireClient;
}

const FIRST_PORT = 9092;

export async function openBench(
  options: Pick<
    ProtocolContext,
    "kafkaBrokers" | "kafkaAsVersion" | "kafkaConfigs" | "kafkaUsers"
  > & {
    auth?: Credentials;
  } = {},
): Promise<Bench> {
  const clock = createClock();
  const journal = createJournal(clock);
  const faults = createFaultEngine();
  const given = { auth: null, maxPayload: 1024 * 1024, log: () => {}, ...options };
  const protocol = await kafka.open({ clock, journal, faults, ...given });
  protocol.listening?.(
    Array.from({ length: protocol.nodes ?? 1 }, (_, id) => FIRST_PORT + id),
    [],
  );
  let connections = 0;
  return {
    clock,
    journal,
    faults,
    protocol,
    connect: (clientId = "client", node = 0) =>
      new WireClient(protocol, { id: ++connections, clientId, port: FIRST_PORT + node }),
  };
}

/** Reads as slowly as it is told to. */
export class WireClient {
  isClosed = false;
  isPaused = false;
  /** How many bytes it has not read. */
  waiting = 0;
  /** Reads all of it. */
  catchUp: () => void = () => {};
  readonly session: Session;
  readonly #clientId: string;
  readonly #answers = new Map<number, (payload: Buffer | null) => void>();
  #received = Buffer.alloc(0);
  #correlation = 0;

  constructor(
    protocol: Protocol,
    { id, clientId, port }: { id: number; clientId: string; port: number },
  ) {
    this.#clientId = clientId;
    this.session = protocol.accept({
      id,
      clientPort: 50_000 + id,
      serverPort: port,
      write: (bytes) => {
        this.#receive(bytes);
        return this.waiting;
      },
      writeText: () => 0,
      whenSent: (callback) => {
        this.catchUp = callback;
      },
      pause: () => {
        this.isPaused = true;
      },
      resume: () => {
        this.isPaused = false;
      },
      end: () => this.#close(),
      destroy: () => this.#close(),
    });
  }

  /** The answer; null where the connection was closed instead. */
  async ask<A extends Api>(
    api: A,
    version: number,
    request: DraftOf<A["request"]>,
  ): Promise<ValueOf<A["response"]> | null> {
    const correlation = ++this.#correlation;
    const answered = new Promise<Buffer | null>((resolve) =>
      this.#answers.set(correlation, resolve),
    );
    this.session.receive(frameOf(api, version, correlation, this.#clientId, request));
    if (this.isClosed) this.#close();
    const payload = await answered;
    return payload === null
      ? null
      : readResponse(api, version, payload.subarray(skipped(api, version)));
  }

  /** The correlation ids in the order of the answers. */
  readonly order: number[] = [];

  leave(): void {
    this.session.closed();
    this.#close();
  }

  #receive(bytes: Uint8Array): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 4) {
      const size = this.#received.readInt32BE(0);
      if (this.#received.length < 4 + size) return;
      const frame = this.#received.subarray(4, 4 + size);
      this.#received = this.#received.subarray(4 + size);
      // SASL's own have no header.
      if (size < 4) continue;
      const correlation = frame.readInt32BE(0);
      this.order.push(correlation);
      this.#answers.get(correlation)?.(frame.subarray(4));
      this.#answers.delete(correlation);
    }
  }

  #close(): void {
    this.isClosed = true;
    for (const answer of this.#answers.values()) answer(null);
    this.#answers.clear();
  }
}

export function frameOf<A extends Api>(
  api: A,
  version: number,
  correlation: number,
  clientId: string,
  request: DraftOf<A["request"]>,
): Buffer {
  const name = Buffer.from(clientId);
  const header = Buffer.alloc(10);
  header.writeInt16BE(api.key, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(correlation, 4);
  header.writeInt16BE(name.length, 8);
  const tags = isFlexible(api, version) ? [Buffer.from([0])] : [];
  const message = Buffer.concat([header, name, ...tags, writeRequest(api, version, request)]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(message.length);
  return Buffer.concat([size, message]);
}

/** The tagged fields of the response's header; ApiVersions has none. */
function skipped(api: Api, version: number): number {
  return isFlexible(api, version) && api.key !== 18 ? 1 : 0;
}

function isFlexible({ flexible }: Api, version: number): boolean {
  return flexible !== null && version >= flexible;
}
