/** What time does to a stream's messages: they end, leave markers, and those that are schedules bring others. */
import type { Clock } from "../../clock.ts";
import type { Heard, StoredMessage } from "./contract.ts";
import { Expiry } from "./expiry.ts";
import type { MessageStore } from "./message-store.ts";
import { Schedules } from "./schedules.ts";
import type { StreamConfig } from "./stream-config.ts";
import { isMarker, markerHeaders } from "./subject-markers.ts";

/** What the stream makes itself. */
export type OwnMessage = Pick<Heard, "subject" | "headers" | "payload">;

interface StreamSteps {
  /** Brings a message in. */
  publish(message: OwnMessage): void;
  expire(seqs: readonly number[]): void;
  /** A message has gone because of its marker. */
  expired(message: StoredMessage): void;
}

const NOTHING = new Uint8Array();

export class StreamTimes {
  readonly #store: MessageStore;
  readonly #steps: StreamSteps;
  readonly #expiry: Expiry;
  readonly #schedules: Schedules;
  #marker: Uint8Array | undefined;

  constructor(clock: Clock, store: MessageStore, config: StreamConfig, steps: StreamSteps) {
    this.#store = store;
    this.#steps = steps;
    this.#expiry = new Expiry(clock, store, (seqs) => this.#expire(seqs));
    this.#schedules = new Schedules(clock, store, (message) => steps.publish(message));
    this.configure(config);
  }

  configure(config: StreamConfig): void {
    this.#marker = markerHeaders(config);
    this.#expiry.configure(config);
    this.#schedules.configure(config);
  }

  /** A message has come. */
  watch(message: StoredMessage): void {
    this.#expiry.watch(message);
    this.#schedules.watch(message);
  }

  /** A message has gone. */
  forget(message: StoredMessage): void {
    this.#expiry.forget(message.seq);
    this.#schedules.forget(message);
  }

  stop(): void {
    this.#expiry.stop();
    this.#schedules.stop();
  }

  /** A subject's last message goes when its marker comes in. */
  #expire(seqs: readonly number[]): void {
    const headers = this.#marker;
    if (headers === undefined) return this.#steps.expire(seqs);
    for (const seq of seqs) {
      const message = this.#store.get(seq);
      if (message === undefined) continue;
      const { subject } = message;
      if (this.#store.subject(subject)?.count === 1 && !isMarker(message.headers)) {
        this.#steps.publish({ subject, headers, payload: NOTHING });
        if (this.#store.get(seq) === undefined) this.#steps.expired(message);
      }
      this.#steps.expire([seq]);
    }
  }
}
