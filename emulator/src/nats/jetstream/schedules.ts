/**
 * Messages that a stream keeps in order to publish them later, once or again and again: the last on a subject is that subject's
 * schedule. allow_msg_schedules of nats-server 2.12, ADR-51 of nats-architecture-and-design.
 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import { ApiError, type Heard, type StoredMessage } from "./contract.ts";
import { headerValue, timestamp, withHeaders, withoutHeaders } from "./header-block.ts";
import type { MessageStore } from "./message-store.ts";
import { nextDue } from "./schedule-pattern.ts";
import type { StreamConfig } from "./stream-config.ts";

/** Of a schedule, and of what a message from one must not bring along. */
const OWN_HEADERS = [
  "Nats-Schedule",
  "Nats-Expected-",
  "Nats-Msg-Id:",
  "Nats-TTL:",
  "Nats-Rollup:",
];

type Made = Pick<Heard, "subject" | "headers" | "payload">;

export class Schedules {
  readonly #clock: Clock;
  readonly #store: MessageStore;
  /** By subject. */
  readonly #deadlines: Deadlines<string>;
  /** The message that is the subject's schedule. */
  readonly #seqs = new Map<string, number>();
  #enabled = false;

  /** `publish`: brings a message into the stream. */
  constructor(clock: Clock, store: MessageStore, publish: (message: Made) => void) {
    this.#clock = clock;
    this.#store = store;
    this.#deadlines = new Deadlines(clock, (subject) => {
      const made = this.#made(subject);
      if (made !== undefined) publish(made);
    });
  }

  configure({ allow_msg_schedules }: StreamConfig): void {
    const enabled = allow_msg_schedules === true;
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.stop();
    if (enabled) for (const message of this.#store.all()) this.watch(message);
  }

  /** A message has come: a schedule, one that takes a schedule's place, or one that a schedule has made. */
  watch({ seq, time, subject, headers }: StoredMessage): void {
    if (!this.#enabled) return;
    const scheduler = headerValue(headers, "Nats-Scheduler") ?? "";
    const due = this.#due(headers, time);
    if (due !== undefined) {
      this.#seqs.set(subject, seq);
      this.#deadlines.set(subject, due.at);
    } else if (scheduler === "") this.#forget(subject);
    const next = Date.parse(headerValue(headers, "Nats-Schedule-Next") ?? "");
    if (!Number.isNaN(next) && this.#seqs.has(scheduler)) this.#deadlines.set(scheduler, next);
  }

  /** A message has gone. */
  forget({ seq, subject }: StoredMessage): void {
    if (this.#seqs.get(subject) === seq) this.#forget(subject);
  }

  stop(): void {
    this.#deadlines.clear();
    this.#seqs.clear();
  }

  #forget(subject: string): void {
    if (this.#seqs.delete(subject)) this.#deadlines.delete(subject);
  }

  /** What a schedule's time brings; its own next time comes when that is stored. */
  #made(subject: string): Made | undefined {
    const schedule = this.#store.get(this.#seqs.get(subject) ?? 0);
    const due = this.#due(schedule?.headers, this.#clock.now());
    const header = (name: string) => headerValue(schedule?.headers, name) ?? "";
    const target = header("Nats-Schedule-Target");
    if (schedule === undefined || due === undefined || target === "") return undefined;
    const source = header("Nats-Schedule-Source");
    const last = source === "" ? 0 : this.#store.lastOf([source]);
    const content = this.#store.get(last) ?? schedule;
    let headers = content.headers;
    for (const prefix of OWN_HEADERS) headers = headers && withoutHeaders(headers, prefix);
    const more: [string, string][] = [
      ["Nats-Scheduler", subject],
      ["Nats-Schedule-Next", due.repeats ? timestamp(due.at) : "purge"],
    ];
    const [ttl, rollup] = [header("Nats-Schedule-TTL"), header("Nats-Schedule-Rollup")];
    if (ttl !== "") more.push(["Nats-TTL", ttl]);
    if (rollup !== "") more.push(["Nats-Rollup", rollup]);
    return { subject: target, headers: withHeaders(headers, more), payload: content.payload };
  }

  /** What a restored stream has may not be readable. */
  #due(headers: Uint8Array | undefined, since: number): ReturnType<typeof nextDue> {
    try {
      return nextDue(headers, since, this.#clock.now());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return undefined;
    }
  }
}
