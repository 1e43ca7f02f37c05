/**
 * What requests in flight are told apart by. Other makes (FastStream) know nothing but the correlation id, and take it for
 * the chain's: so a request has the chain's own where no other one is out under it, as when a handler asks twice.
 */
import { randomUUID } from "node:crypto";

/** How many ids whose answers may still come are remembered: a late answer must not go to another request. */
const REMEMBERED = 10_000;

export class RequestIds {
  readonly #out = new Set<string>();
  readonly #givenUp = new Set<string>();

  /** An id that no other request has; `chain` where it is free. */
  take(chain: string | undefined): string {
    const used = chain === undefined || this.#out.has(chain) || this.#givenUp.has(chain);
    const id = used ? randomUUID() : chain;
    this.#out.add(id);
    return id;
  }

  /** The request is over. `answered`: no answer comes under it any more. */
  release(id: string, answered: boolean): void {
    this.#out.delete(id);
    if (answered) return;
    this.#givenUp.add(id);
    if (this.#givenUp.size <= REMEMBERED) return;
    const [oldest] = this.#givenUp;
    if (oldest !== undefined) this.#givenUp.delete(oldest);
  }
}
