/** The way out of one connection, until it ends, and why it ended. */
import type { Clock } from "../../clock.ts";
import { Outbound } from "../../outbound.ts";
import type { Connection } from "../../protocol.ts";
import { encodeError } from "../wire/encode.ts";

export class Line {
  readonly outbound: Outbound;
  readonly #connection: Connection;
  readonly #onEnd: () => void;
  #ended = false;
  #reason = "Client Closed";

  /** `onEnd` is called when nothing that comes is to be heard any more. */
  constructor(connection: Connection, clock: Clock, limit: number, onEnd: () => void) {
    this.#connection = connection;
    this.#onEnd = onEnd;
    this.outbound = new Outbound(connection, clock, limit);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** As /connz says it. */
  get reason(): string {
    return this.#reason;
  }

  send(bytes: Uint8Array): void {
    this.outbound.send(bytes);
  }

  /** Says what is wrong and goes on. */
  complain(text: string): void {
    this.outbound.send(encodeError(text));
  }

  /** Says what is wrong, where the protocol has a word for it, and closes. */
  fail(text: string | null): void {
    if (this.#ended) return;
    this.stop(text ?? "Protocol Violation");
    if (text !== null) this.complain(text);
    this.outbound.end();
  }

  /** Closes when everything has been sent. */
  leave(reason: string): void {
    if (this.#ended) return;
    this.stop(reason);
    this.outbound.end();
  }

  /** Closes at once; what comes for this client from now on is not for it. */
  cut(reason: string): void {
    this.stop(reason);
    this.#connection.destroy();
  }

  stop(reason: string = this.#reason): void {
    if (!this.#ended) this.#reason = reason;
    this.#ended = true;
    this.#onEnd();
  }
}
