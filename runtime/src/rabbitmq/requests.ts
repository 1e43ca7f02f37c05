/**
 * Requests over direct reply-to: many in flight on one channel, each told apart by its correlation id.
 * https://www.rabbitmq.com/docs/direct-reply-to
 */
import { abortable, within } from "../abortable.ts";
import type { Incoming } from "../driver.ts";
import { MillraceError, PublishError, RequestError } from "../errors.ts";
import { RequestIds } from "../request-ids.ts";
import type { ConfirmChannel, ConsumeMessage } from "./driver.ts";
import { readMessage } from "./message.ts";
import type { CounterKind, Letter, Outbox } from "./outbox.ts";

/** As long as a consumer of this name is on the channel, the broker puts its own address in its place. */
const REPLY_TO = "amq.rabbitmq.reply-to";

interface Waiting {
  readonly resolve: (answer: ConsumeMessage) => void;
  readonly reject: (error: MillraceError) => void;
}

export class Requests {
  readonly #outbox: Outbox;
  readonly #waiting = new Map<string, Waiting>();
  readonly #ids = new RequestIds();
  readonly #counter: CounterKind = {
    name: "requests",
    furnish: (channel) => this.#listen(channel),
  };

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Sends and waits for the one answer. @throws {RequestError} {PublishError} */
  async ask(letter: Letter, timeout: number): Promise<Incoming> {
    const started = performance.now();
    const late = () =>
      new RequestError("timeout", `no answer from "${letter.address}" within ${timeout} ms`);
    const id = this.#ids.take(letter.properties.correlationId);
    const answer = new Promise<ConsumeMessage>((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject }),
    );
    // Whoever waits for the confirmation hears of a failure there.
    answer.catch(() => undefined);
    let answered = false;
    try {
      const { returned } = await this.#outbox
        .send(this.#addressed(letter, id), timeout)
        .catch((error) => {
          // The time is over, and it is the request's: not a publish that failed.
          if (error instanceof PublishError && performance.now() - started >= timeout) throw late();
          throw error;
        });
      if (returned !== undefined)
        throw new RequestError(
          "no-responders",
          `nobody answers "${letter.address}": no queue takes it; start the service that does`,
        );
      const left = Math.max(0, timeout - (performance.now() - started));
      const message = await abortable(within(answer, left, late), letter.signal);
      answered = true;
      return readMessage(message, 1);
    } finally {
      this.#waiting.delete(id);
      this.#ids.release(id, answered);
    }
  }

  #addressed(letter: Letter, id: string): Letter {
    const { properties } = letter;
    const { correlationId, headers } = properties;
    return {
      ...letter,
      counter: this.#counter,
      properties: {
        ...properties,
        mandatory: true,
        replyTo: REPLY_TO,
        correlationId: id,
        headers:
          correlationId === undefined || correlationId === id
            ? headers
            : { ...headers, correlation_id: correlationId },
      },
    };
  }

  async #listen(channel: ConfirmChannel): Promise<void> {
    channel.on("close", () => {
      const lost = new PublishError(
        "the connection to RabbitMQ was lost before the answer came: the request may or may not have been handled",
      );
      for (const { reject } of this.#waiting.values()) reject(lost);
    });
    await channel.consume(
      REPLY_TO,
      (answer) => {
        const id = answer?.properties.correlationId as string | undefined;
        if (answer !== null && id !== undefined) this.#waiting.get(id)?.resolve(answer);
      },
      // The broker keeps no answers: there is nothing to acknowledge.
      { noAck: true },
    );
  }
}
