/** What the messages of an atomic batch will have done to the stream, for the checks of those behind them. */
import type { CounterState } from "./counters.ts";
import type { Heard } from "./contract.ts";
import { headerValue } from "./header-block.ts";

interface Staged {
  count: number;
  last: Heard;
}

export class BatchStage {
  readonly #ids = new Set<string>();
  readonly #subjects = new Map<string, Staged>();
  messages = 0;
  bytes = 0;

  /** `draft` is to be stored and takes so many bytes. */
  add(draft: Heard, bytes: number): void {
    this.messages++;
    this.bytes += bytes;
    this.#ids.add(headerValue(draft.headers, "Nats-Msg-Id") ?? "");
    const known = this.#subjects.get(draft.subject);
    if (known === undefined) this.#subjects.set(draft.subject, { count: 1, last: draft });
    else {
      known.count++;
      known.last = draft;
    }
  }

  hasId(id: string): boolean {
    return this.#ids.has(id);
  }

  /** How many are on this subject. */
  count(subject: string): number {
    return this.#subjects.get(subject)?.count ?? 0;
  }

  last(subject: string): CounterState | undefined {
    return this.#subjects.get(subject)?.last;
  }
}
