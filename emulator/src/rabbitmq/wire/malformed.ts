/**
 * Bytes at which RabbitMQ's own process dies instead of answering: of a method the client's socket closes without a
 * word, on channel 0 and of a message's properties the client reads `INTERNAL_ERROR`.
 */
export class MalformedError extends Error {
  constructor(what: string) {
    super(`malformed ${what}`);
    this.name = "MalformedError";
  }
}

/** There is no such method. */
export class UnknownMethod extends MalformedError {}
