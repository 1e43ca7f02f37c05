/** Dead letters on their way to their exchanges: one after the other, so that queues which feed each other fill no stack. */
import type { Message, Queue, VirtualHost } from "./contract.ts";
import { Fifo } from "./fifo.ts";

interface DeadLetter {
  readonly message: Message;
  /** Queues that must not get it again. */
  readonly except: (queue: Queue) => boolean;
  /** Told to how many queues it went, and whether one has refused it. */
  readonly published: (queues: number, refused: boolean) => void;
}

export class DeadLetters {
  readonly #vhost: Pick<VirtualHost, "forward">;
  readonly #waiting = new Fifo<DeadLetter>();
  #publishing = false;

  constructor(vhost: Pick<VirtualHost, "forward">) {
    this.#vhost = vhost;
  }

  publish(letter: DeadLetter): void {
    this.#waiting.push(letter);
    if (!this.#publishing) this.#whilePublishing(() => {});
  }

  /** Does what may be the death of messages; what comes of that begins when all of it is done. */
  behind<Result>(work: () => Result): Result {
    return this.#publishing ? work() : this.#whilePublishing(work);
  }

  #whilePublishing<Result>(work: () => Result): Result {
    this.#publishing = true;
    try {
      const result = work();
      // What is published may be the death of other messages, which come behind it.
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const { queues, refused } = this.#vhost.forward(next.message, next.except);
        next.published(queues, refused);
      }
      return result;
    } finally {
      this.#publishing = false;
    }
  }
}
