/** The two ends of one MQTT connection: aedes reads and writes a stream, the session sees whole packets in between. */
import { Duplex } from "node:stream";

export interface StreamEvents {
  /** aedes wrote. */
  wrote(chunk: Buffer): void;
  /** aedes reads again after `feed` returned false. */
  wantsMore(): void;
  /** aedes closed the connection. */
  ended(): void;
}

export class BrokerStream extends Duplex {
  readonly #events: StreamEvents;

  constructor(events: StreamEvents) {
    super({ allowHalfOpen: false });
    this.#events = events;
  }

  /** Gives bytes to aedes; false where it has enough for now. */
  feed(bytes: Buffer): boolean {
    return this.destroyed || this.push(bytes);
  }

  override _read(): void {
    this.#events.wantsMore();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#events.wrote(chunk);
    // Never full: a slow reader is the session's business, and would hold up every other client inside aedes.
    callback();
  }

  override _destroy(_error: Error | null, callback: (error?: Error | null) => void): void {
    this.#events.ended();
    callback();
  }
}
