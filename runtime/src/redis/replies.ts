/**
 * Answers: each request has a channel of its own below one that only this connection has, and one pattern hears them all.
 * So many may be in flight, and the correlation id stays the one of the whole chain. Whoever answers publishes to the
 * channel in `reply_to`, as FastStream does. A user who may not use that pattern (Redis' ACL takes `&millrace.replies.*`
 * for channels below it, not for other patterns) subscribes for each request.
 */
import { randomUUID } from "node:crypto";
import { abortable, within } from "../abortable.ts";
import type { Incoming, Outgoing } from "../driver.ts";
import { ConnectError, messageOf, MillraceError, RequestError } from "../errors.ts";
import type { Hub, Topic } from "./hub.ts";
import { readChannel, type Answer } from "./message.ts";
import { isReply } from "./reply-errors.ts";

export class Replies {
  readonly #hub: Hub;
  readonly #answer: Answer;
  readonly #root = `millrace.replies.${randomUUID()}.`;
  readonly #waiting = new Map<string, (answer: Incoming) => void>();
  #listening: Promise<boolean> | undefined;
  #count = 0;

  constructor(hub: Hub, answer: Answer) {
    this.#hub = hub;
    this.#answer = answer;
  }

  /** Resolves with the answer to what `send` sends. */
  async ask(
    { address, signal }: Outgoing,
    timeout: number,
    send: (replyTo: string) => Promise<void>,
  ): Promise<Incoming> {
    signal?.throwIfAborted();
    const replyTo = `${this.#root}${++this.#count}`;
    const late = () =>
      new RequestError("timeout", `no answer from "${address}" within ${timeout} ms`);
    let over = false;
    let forget: (() => Promise<void>) | undefined;
    const exchange = async (): Promise<Incoming> => {
      if (!(await this.#listen())) forget = await this.#subscribe({ name: replyTo, glob: false });
      if (over) {
        void forget?.();
        throw late();
      }
      const answer = new Promise<Incoming>((resolve) => this.#waiting.set(replyTo, resolve));
      await send(replyTo);
      return answer;
    };
    try {
      return await abortable(within(exchange(), timeout, late), signal);
    } finally {
      over = true;
      this.#waiting.delete(replyTo);
      void forget?.();
    }
  }

  /** Whether all answers are heard by the one pattern. */
  #listen(): Promise<boolean> {
    this.#listening ??= this.#subscribe({ name: `${this.#root}*`, glob: true }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ConnectError && isReply(error.cause, "NOPERM")) return false;
        this.#listening = undefined;
        throw error;
      },
    );
    return this.#listening;
  }

  async #subscribe(topic: Topic): Promise<() => Promise<void>> {
    try {
      return await this.#hub.subscribe(topic, (message) =>
        this.#waiting.get(message.channel)?.(readChannel(message, this.#answer)),
      );
    } catch (cause) {
      if (cause instanceof MillraceError) throw cause;
      throw new ConnectError(
        `Redis refuses the subscription to "${topic.name}", which answers need (${messageOf(cause)}): give the user the permission (ACL SETUSER … &millrace.replies.*)`,
        { cause },
      );
    }
  }
}
