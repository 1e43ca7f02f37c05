/** Sends commands over a link: waits for a lost connection, within a time, and repeats only what was surely not done. */
import { setTimeout as pause } from "node:timers/promises";
import { abortable, within } from "../abortable.ts";
import { messageOf, MillraceError, PublishError } from "../errors.ts";
import type { RedisClient } from "./driver.ts";
import type { Link } from "./link.ts";
import { isCutOff, isPassing, isUnsent } from "./reply-errors.ts";

export interface Sending {
  /** For messages: `publish to "orders"`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Whether doing it twice does no harm: then it is done again where nobody knows whether it was done. */
  readonly repeatable?: boolean;
  /** Instead of the sender's, in ms. */
  readonly timeout?: number;
}

/** Between attempts while the server says "not now". */
const PAUSE = 50;

export class Sender {
  readonly link: Link;
  readonly #timeout: number;

  constructor(link: Link, timeout: number) {
    this.link = link;
    this.#timeout = timeout;
  }

  /** @throws {PublishError} when the server refuses, or has been out of reach for the whole time. */
  async send<Reply>(
    command: (client: RedisClient) => Promise<Reply>,
    sending: Sending,
  ): Promise<Reply> {
    const { what, signal, timeout = this.#timeout } = sending;
    signal?.throwIfAborted();
    const over = { yes: false };
    try {
      // The common case without a timer of its own would hang with a server that does not answer.
      return await abortable(
        within(this.#attempts(command, sending, over), timeout, () => this.#late(what, timeout)),
        signal,
      );
    } catch (cause) {
      if (signal?.aborted || cause instanceof MillraceError) throw cause;
      throw new PublishError(
        isCutOff(cause)
          ? `the connection to Redis was lost before it answered to the attempt to ${what}: it may or may not have been done`
          : `cannot ${what}: ${messageOf(cause)}`,
        { cause },
      );
    } finally {
      over.yes = true;
    }
  }

  async #attempts<Reply>(
    command: (client: RedisClient) => Promise<Reply>,
    { repeatable = false }: Sending,
    over: { readonly yes: boolean },
  ): Promise<Reply> {
    for (;;) {
      if (this.link.lost) await this.link.back;
      if (over.yes) throw new PublishError("given up");
      try {
        return await command(this.link.client);
      } catch (error) {
        const again = isUnsent(error) || isPassing(error) || (repeatable && isCutOff(error));
        if (!again) throw error;
        await pause(PAUSE);
      }
    }
  }

  #late(what: string, timeout: number): Error {
    if (this.link.lost)
      return new PublishError(`cannot ${what}: Redis has been out of reach for ${timeout} ms`);
    // Connected and silent: what was sent later would wait behind it.
    this.link.reset();
    return new PublishError(
      `cannot ${what}: Redis has not answered for ${timeout} ms; it may or may not be done`,
    );
  }
}
