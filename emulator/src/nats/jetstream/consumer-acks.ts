/** What clients say of the messages they were given, and what comes of it. consumer.go of nats-server: processAck and below. */
import type { JournalKind } from "../../journal.ts";
import { type DeliveryInfo, readAckSubject } from "./ack-subject.ts";
import { readAckWord } from "./ack-word.ts";
import { Content } from "../wire/content.ts";
import type { ConsumerConfig } from "./consumer-config.ts";
import type { ConsumerDelivery } from "./consumer-delivery.ts";
import type { Ledger } from "./consumer-ledger.ts";
import type { Heard, JetStreamView, StreamView } from "./contract.ts";

const EMPTY = new Uint8Array();

interface AckParts {
  readonly jetstream: JetStreamView;
  readonly stream: StreamView;
  readonly name: string;
  readonly ledger: Ledger;
  readonly delivery: ConsumerDelivery;
  readonly config: () => ConsumerConfig;
  /** Takes the request that came with the acknowledgement. */
  request(payload: Uint8Array, reply: string): void;
}

export class ConsumerAcks {
  readonly #parts: AckParts;
  /** ms. */
  #last: number | undefined;

  constructor(parts: AckParts, last: number | undefined) {
    this.#parts = parts;
    this.#last = last;
  }

  get last(): number | undefined {
    return this.#last;
  }

  hear(heard: Heard): void {
    const info = readAckSubject(heard.subject);
    if (info === undefined) return;
    if (this.#obey(info, heard) && heard.reply !== undefined)
      this.#parts.jetstream.surroundings.publish(heard.reply, { payload: EMPTY, quiet: true });
    this.#parts.delivery.run();
    this.#parts.stream.consumerChanged(this.#parts.name);
  }

  /** A message was delivered as often as it may be, and nobody acknowledged it. */
  exceeded(streamSeq: number, deliveries: number): void {
    this.#advise("MAX_DELIVERIES", "max_deliver", { stream_seq: streamSeq, deliveries });
    this.#record("dropped", streamSeq, null, "max deliveries");
  }

  /** The stream has let go of a message that was pending. */
  lost(streamSeq: number): void {
    const { ledger, delivery } = this.#parts;
    const known = ledger.get(streamSeq);
    const deliveries = ledger.deliveries(streamSeq);
    ledger.settleOne(streamSeq, delivery.reach);
    if (known === undefined) return;
    const info = { streamSeq, consumerSeq: known.consumerSeq, deliveries };
    this.#terminated(info, "Unacknowledged message was deleted");
  }

  /** Returns whether an acknowledgement of the acknowledgement is due. */
  #obey(info: DeliveryInfo, heard: Heard): boolean {
    const word = readAckWord(heard.payload);
    const { ledger } = this.#parts;
    switch (word.kind) {
      case "ack":
        return this.#settle(info, heard, "acknowledged", undefined);
      case "next":
        this.#settle(info, heard, "acknowledged", undefined);
        if (heard.reply !== undefined) this.#parts.request(word.request, heard.reply);
        return false;
      case "nak":
        this.#refuse(info, heard, word.delay);
        return true;
      case "progress":
        ledger.touch(info.streamSeq);
        return true;
      case "term": {
        const settled = this.#settle(info, heard, "rejected", word.reason || "terminated");
        this.#terminated(info, word.reason);
        return settled;
      }
      case "unknown":
        return true;
    }
  }

  #settle(
    info: DeliveryInfo,
    heard: Heard,
    kind: JournalKind,
    reason: string | undefined,
  ): boolean {
    const { stream, ledger, delivery } = this.#parts;
    const { streamSeq, consumerSeq } = info;
    // Nothing that was delivered.
    if (streamSeq > delivery.reach.stream) return false;
    let settled: readonly number[] = [streamSeq];
    if (this.#parts.config().ack_policy === "all") {
      if (consumerSeq <= ledger.floor.consumer || streamSeq <= ledger.floor.stream) return true;
      settled = ledger.settleUpTo(streamSeq, consumerSeq);
    } else {
      if (ledger.get(streamSeq) === undefined) settled = [];
      else if (kind === "acknowledged") this.#sample(info);
      ledger.settleOne(streamSeq, delivery.reach);
      // One that comes too late still takes the message from a work queue.
      if (settled.length === 0 && stream.retention !== "limits") stream.settled(streamSeq);
    }
    this.#last = this.#parts.jetstream.surroundings.clock.now();
    for (const seq of settled) {
      this.#record(kind, seq, heard, reason);
      if (stream.retention !== "limits") stream.settled(seq);
    }
    return true;
  }

  #refuse(info: DeliveryInfo, heard: Heard, delay: number | undefined): void {
    const { ledger, delivery } = this.#parts;
    const { streamSeq, consumerSeq, deliveries } = info;
    if (consumerSeq <= ledger.floor.consumer || consumerSeq > delivery.reach.consumer + 1) return;
    if (ledger.get(streamSeq) === undefined) return;
    this.#advise("MSG_NAKED", "nak", {
      consumer_seq: consumerSeq,
      stream_seq: streamSeq,
      deliveries,
    });
    this.#record("rejected", streamSeq, heard, "nak");
    ledger.refuse(streamSeq, delay === undefined ? undefined : delay / 1e6);
  }

  #terminated({ consumerSeq, streamSeq, deliveries }: DeliveryInfo, reason: string): void {
    this.#advise("MSG_TERMINATED", "terminated", {
      consumer_seq: consumerSeq,
      stream_seq: streamSeq,
      deliveries,
      ...(reason === "" ? {} : { reason }),
    });
  }

  /** With sample_freq: how long the acknowledgement took. */
  #sample({ consumerSeq, streamSeq, deliveries }: DeliveryInfo): void {
    const percent = Number.parseInt(this.#parts.config().sample_freq ?? "0", 10);
    if (percent <= 0 || (percent < 100 && Math.random() * 100 > percent)) return;
    const { jetstream, stream, name, ledger } = this.#parts;
    const delivered = ledger.get(streamSeq)?.at ?? 0;
    jetstream.advise(
      `$JS.EVENT.METRIC.CONSUMER.ACK.${stream.name}.${name}`,
      "io.nats.jetstream.metric.v1.consumer_ack",
      {
        stream: stream.name,
        consumer: name,
        consumer_seq: consumerSeq,
        stream_seq: streamSeq,
        ack_time: (jetstream.surroundings.clock.now() - delivered) * 1_000_000,
        deliveries,
      },
    );
  }

  #advise(subject: string, type: string, body: object): void {
    const { jetstream, stream, name } = this.#parts;
    jetstream.advise(
      `$JS.EVENT.ADVISORY.CONSUMER.${subject}.${stream.name}.${name}`,
      `io.nats.jetstream.advisory.v1.${type}`,
      { stream: stream.name, consumer: name, ...body },
    );
  }

  #record(kind: JournalKind, seq: number, heard: Heard | null, reason?: string): void {
    const { jetstream, stream, name, delivery } = this.#parts;
    const message = stream.get(seq);
    if (message === undefined) return;
    jetstream.surroundings.journal.record({
      kind,
      protocol: "nats",
      channel: message.subject,
      message: message.number,
      client: heard?.client ?? null,
      subscription: { pattern: delivery.patternOf(message.subject), group: name },
      content: new Content(message),
      ...(reason === undefined ? {} : { reason }),
    });
  }
}
