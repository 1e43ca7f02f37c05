/**
 * Requests and their answers. The request says where the answer goes (`reply_to`) and what it belongs to
 * (`correlation_id`), as FastStream's Kafka services read and write it: an answer of theirs has nothing else. A chain of
 * handlers shares one correlation id, so what it asks while an earlier answer is out travels under another one, with the
 * chain's beside it.
 */
import { randomUUID } from "node:crypto";
import type { ActiveSubscription, Headers, Incoming, Outgoing } from "../driver.ts";
import { RequestError } from "../errors.ts";
import { RequestIds } from "../request-ids.ts";
import { CHAIN } from "./message.ts";

const REQUEST_ID = "millrace-request";

interface Question {
  readonly id: string;
  /** As sent; no two open questions have the same. */
  readonly correlationId: string;
  answer(message: Incoming): void;
}

/** Subscribes to the reply topic. */
type Listen = (deliver: (message: Incoming) => Promise<void>) => Promise<ActiveSubscription>;

export class Replies {
  readonly #topic: string;
  readonly #listen: Listen;
  /** By id and by correlation id. */
  readonly #open = new Map<string, Question>();
  readonly #sentAs = new Map<string, Question>();
  readonly #ids = new RequestIds();
  #listening: Promise<ActiveSubscription> | undefined;

  constructor(topic: string, listen: Listen) {
    this.#topic = topic;
    this.#listen = listen;
  }

  /** Begins to listen, once. */
  listen(): Promise<ActiveSubscription> {
    this.#listening ??= this.#listen(async (message) => this.#take(message)).catch(
      (error: unknown) => {
        this.#listening = undefined;
        throw error;
      },
    );
    return this.#listening;
  }

  async ask(
    message: Outgoing,
    timeout: number,
    publish: (message: Outgoing) => Promise<void>,
  ): Promise<Incoming> {
    const id = randomUUID();
    const { signal, address } = message;
    signal?.throwIfAborted();
    const { correlation_id: chain } = message.headers;
    const correlationId = this.#ids.take(chain);
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stop = () => ended.abort(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await new Promise<Incoming>((resolve, reject) => {
        ended.signal.addEventListener("abort", () => reject(ended.signal.reason as Error));
        timer = setTimeout(
          () =>
            ended.abort(
              new RequestError("timeout", `no answer from "${address}" within ${timeout} ms`),
            ),
          timeout,
        );
        const question = { id, correlationId, answer: resolve };
        this.#open.set(id, question);
        this.#sentAs.set(correlationId, question);
        const headers: Headers = {
          ...message.headers,
          ...(chain === undefined || chain === correlationId ? {} : { [CHAIN]: chain }),
          correlation_id: correlationId,
          reply_to: this.#topic,
          [REQUEST_ID]: id,
        };
        this.listen()
          .then(() => publish({ ...message, headers, signal: ended.signal }))
          .catch(reject);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      this.#ids.release(correlationId, !this.#close(id));
    }
  }

  /** Whether it was open. */
  #close(id: string): boolean {
    const question = this.#open.get(id);
    if (question === undefined) return false;
    this.#open.delete(id);
    this.#sentAs.delete(question.correlationId);
    return true;
  }

  async #take(message: Incoming): Promise<void> {
    const { [REQUEST_ID]: id, correlation_id: correlationId } = message.headers;
    // Answers to other instances come by as well.
    const question = id === undefined ? this.#sentAs.get(correlationId ?? "") : this.#open.get(id);
    if (question !== undefined && this.#close(question.id)) question.answer(message);
    await message.settle?.ack();
  }
}

/** What an answer says of the request it belongs to. */
export function answerHeaders(request: Headers, answer: Headers): Headers {
  const { correlation_id: correlationId, [REQUEST_ID]: id } = request;
  return {
    ...answer,
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    ...(id === undefined ? {} : { [REQUEST_ID]: id }),
  };
}
