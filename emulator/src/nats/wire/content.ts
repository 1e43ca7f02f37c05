/** What the journal shows of a NATS message, parsed when somebody looks. */
import type { ContentSource, MessageContent } from "../../journal.ts";
import { headerRecord } from "./headers.ts";

/** The parts of a message that its events show. */
interface Parts {
  readonly payload: Uint8Array;
  readonly headers?: Uint8Array | undefined;
  readonly reply?: string;
}

export class Content implements ContentSource {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get size(): number {
    const { payload, headers } = this.#parts;
    return payload.length + (headers?.length ?? 0);
  }

  read(): MessageContent {
    const { payload, headers, reply } = this.#parts;
    const content = { headers: headerRecord(headers), payload };
    return reply === undefined ? content : { ...content, replyTo: reply };
  }
}
