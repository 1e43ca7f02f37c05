/** What comes in on one connection: the protocol header, then frames, put together to commands. */
import { internalError } from "../model/errors.ts";
import { type Frame, FrameReader, unexpectedFrame } from "../wire/frames.ts";
import { MalformedError, UnknownMethod } from "../wire/malformed.ts";
import {
  decodeMethod,
  type Method,
  type MethodName,
  methodNameOf,
  UndecodableMethod,
} from "../wire/methods.ts";
import type { Channels } from "./channels.ts";
import type { Command } from "./command.ts";

/** What a session does at each step. */
interface IntakeSteps {
  phase(): "header" | "talking" | "closing" | "over";
  /** The client speaks AMQP: 0-9-1 and 0-9 are the same, 0-8 is announced as 8-0. */
  greet(major: number, minor: number): void;
  /** It speaks something else. */
  turnAway(): void;
  /** Those of a connection that is open. */
  channels(): Channels | null;
  /** What is said while the connection closes. */
  hearLast(method: Method): void;
  fail(error: unknown, method?: MethodName): void;
  cut(): void;
}

export class Intake {
  readonly #reader: FrameReader = new FrameReader();
  readonly #steps: IntakeSteps;

  constructor(steps: IntakeSteps) {
    this.#steps = steps;
  }

  /** Whether frames can no longer be told apart: there will be no last words. */
  get isLost(): boolean {
    return this.#reader.isLost;
  }

  set frameMax(bytes: number) {
    this.#reader.maxFrame = bytes;
  }

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  /** The next whole command; null until more bytes come. */
  next(): Command | null {
    for (;;) {
      const phase = this.#steps.phase();
      if (phase === "over") return null;
      if (phase === "header") {
        const header = this.#reader.protocolHeader();
        if (header === null) return null;
        this.#greet(header);
        continue;
      }
      let frame: Frame | null = null;
      try {
        frame = this.#reader.next();
        if (frame === null) return null;
        const command = this.#take(frame, phase === "closing");
        if (command !== null) return command;
      } catch (error) {
        this.#misread(error, frame);
      }
    }
  }

  /** RabbitMQ still speaks to clients of 0-8 and 0-9: rabbit_reader, `handshake`. */
  #greet(header: Buffer): void {
    const version = header.toString("latin1", 0, 4) === "AMQP" ? header.toString("hex", 4) : "";
    if (version === "00000901" || version === "01010009") this.#steps.greet(0, 9);
    else if (version === "01010800" || version === "01010901") this.#steps.greet(8, 0);
    else this.#steps.turnAway();
  }

  #take(frame: Frame, isClosing: boolean): Command | null {
    const { type, channel, payload } = frame;
    if (isClosing) {
      if (type === "method" && channel === 0) this.#steps.hearLast(decodeMethod(payload));
      return null;
    }
    if (channel === 0 && type === "heartbeat") return null;
    if (channel === 0 && type === "method")
      return { channel, method: decodeMethod(payload), content: null, size: 0, confirm: 0 };
    const channels = this.#steps.channels();
    if (channel === 0 || type === "heartbeat" || channels === null) throw unexpectedFrame(frame);
    return channels.take(frame);
  }

  /** A frame that cannot be, or not now. */
  #misread(error: unknown, frame: Frame | null): void {
    const { fail } = this.#steps;
    if (frame === null || frame.type !== "method")
      return fail(sayable(error), this.#unfinished(frame));
    const isOfChannel = frame.channel !== 0;
    // RabbitMQ's connection dies of a method, where a channel's death is told.
    if (error instanceof MalformedError && (isOfChannel || error instanceof UnknownMethod))
      return this.#steps.cut();
    if (isOfChannel) {
      const known = error instanceof UndecodableMethod ? error.method : undefined;
      return fail(error, known ?? this.#unfinished(frame));
    }
    if (error instanceof UndecodableMethod) return fail(internalError());
    fail(sayable(error), methodNameOf(frame.payload));
  }

  /** The method whose message is still to come. */
  #unfinished(frame: Frame | null): MethodName | undefined {
    return frame === null ? undefined : this.#steps.channels()?.unfinished(frame.channel);
  }
}

/** What a client reads where RabbitMQ's process would have died. */
export function sayable(error: unknown): unknown {
  return error instanceof MalformedError ? internalError() : error;
}
