/** The way out of one connection: frames in order, no faster than the client reads. */
import type { FrameFault } from "../../fault-engine.ts";
import { type DeliverySteps, Outbound } from "../../outbound.ts";
import type { Connection, ProtocolContext } from "../../protocol.ts";
import type { Content } from "../wire/content.ts";
import { contentFrames } from "../wire/content-frames.ts";
import { FRAME_MIN_SIZE } from "../wire/frames.ts";
import { encodeMethod, type Method } from "../wire/methods.ts";

/** How many bytes may wait for a client before it gets no more deliveries. RabbitMQ leaves that to the system's buffers. */
const BEHIND = 1024 * 1024;
/** From here on a client that reads nothing is cut off: answers alone have come to this. */
const MAX_PENDING = 256 * 1024 * 1024;

export class Line {
  /** As agreed on; no frame is longer. */
  frameMax: number = FRAME_MIN_SIZE;
  /** How often something was sent. */
  sent = 0;
  readonly #connection: Connection;
  readonly #outbound: Outbound;
  #isBehind = false;
  #caughtUp: () => void;

  /** `caughtUp` is called when a client that read too slowly has read all. */
  constructor(connection: Connection, { clock }: ProtocolContext, caughtUp: () => void) {
    this.#connection = connection;
    this.#outbound = new Outbound(connection, clock, MAX_PENDING);
    this.#caughtUp = caughtUp;
  }

  /** Whether the client reads so slowly that deliveries have to wait. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  send(bytes: Uint8Array): void {
    this.sent++;
    this.#outbound.send(bytes);
  }

  method(channel: number, method: Method): void {
    this.send(encodeMethod(channel, method));
  }

  /** A method with the message that it brings, but for basic.deliver. */
  message(channel: number, method: Method, content: Content): void {
    for (const piece of this.frames(channel, method, content)) this.send(piece);
  }

  frames(channel: number, method: Method, content: Content): Buffer[] {
    return contentFrames(channel, encodeMethod(channel, method), content, this.frameMax);
  }

  /** A delivery, through the fault that it meets, if it meets one. */
  deliver(pieces: readonly Buffer[], fault: FrameFault | null, steps: DeliverySteps): void {
    this.sent++;
    this.#outbound.deliver(
      pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces),
      fault,
      steps,
    );
  }

  /** A delivery that meets no fault. False where something before it is held back: then it has to go by `deliver`. */
  write(pieces: readonly Buffer[]): boolean {
    if (!this.#outbound.isFree) return false;
    this.sent++;
    let waiting = 0;
    for (const piece of pieces) waiting = this.#connection.write(piece);
    if (waiting > BEHIND && !this.#isBehind) this.#wait();
    return true;
  }

  /** Closes when everything before has been sent. */
  end(): void {
    this.#outbound.end();
  }

  #wait(): void {
    if (this.#connection.whenSent === undefined) return;
    this.#isBehind = true;
    this.#connection.whenSent(() => {
      this.#isBehind = false;
      this.#caughtUp();
    });
  }
}

const NOTHING = Buffer.alloc(0);
