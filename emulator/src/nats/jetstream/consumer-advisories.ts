/** What a consumer tells whoever listens of itself: `$JS.EVENT.ADVISORY.CONSUMER.…` */
import type { JetStreamView } from "./contract.ts";
import { ZERO_TIME } from "./header-block.ts";

export class ConsumerAdvisories {
  readonly #jetstream: JetStreamView;
  readonly #stream: string;
  readonly #consumer: string;

  constructor(jetstream: JetStreamView, stream: string, consumer: string) {
    this.#jetstream = jetstream;
    this.#stream = stream;
    this.#consumer = consumer;
  }

  /** Its beginning and its end. */
  action(action: "create" | "delete"): void {
    this.#advise(action === "create" ? "CREATED" : "DELETED", "consumer_action", { action });
  }

  /** A pause's beginning and its end. */
  pause(paused: boolean, until: string | undefined): void {
    this.#advise("PAUSE", "consumer_pause", { paused, pause_until: until ?? ZERO_TIME });
  }

  /** A client has its group's messages for itself. */
  pinned(group: string, id: string): void {
    this.#advise("PINNED", "consumer_group_pinned", { group, pinned_id: id });
  }

  unpinned(group: string, reason: "admin" | "timeout"): void {
    this.#advise("UNPINNED", "consumer_group_unpinned", { group, reason });
  }

  #advise(event: string, type: string, body: object): void {
    this.#jetstream.advise(
      `$JS.EVENT.ADVISORY.CONSUMER.${event}.${this.#stream}.${this.#consumer}`,
      `io.nats.jetstream.advisory.v1.${type}`,
      { stream: this.#stream, consumer: this.#consumer, ...body },
    );
  }
}
