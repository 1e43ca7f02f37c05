/**
 * `$JS.API.DIRECT.GET.<stream>[.<subject>]`: messages as they are, without JSON around them. Refusals are status headers.
 * ADR-31 of nats-architecture-and-design; batches and multi_last are of 2.11.
 */
import { asksTooMuch } from "./api-level.ts";
import { ApiError, type Heard, type JetStreamView, type StoredMessage } from "./contract.ts";
import { statusBlock, timestamp, withHeaders } from "./header-block.ts";
import { Fields } from "./json-fields.ts";
import { messageFor, type MessageRequest, readMessageRequest, startOf } from "./message-get.ts";
import type { Stream } from "./stream.ts";

const MAX_RESULTS = 1024;
const NOTHING = Buffer.alloc(0);

/** Hears the requests for a stream that allows it. Returns how to stop. */
export function hearDirectGets(stream: Stream, jetstream: JetStreamView): () => void {
  const subject = `DIRECT.GET.${stream.name}`;
  const stops = [
    jetstream.hear(subject, (heard) => answerTo(heard, jetstream)?.request(stream)),
    jetstream.hear(`${subject}.>`, (heard) => answerTo(heard, jetstream)?.last(stream)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function answerTo(heard: Heard, jetstream: JetStreamView): Answer | undefined {
  return heard.reply === undefined ? undefined : new Answer(heard, heard.reply, jetstream);
}

class Answer {
  readonly #heard: Heard;
  readonly #reply: string;
  readonly #jetstream: JetStreamView;

  constructor(heard: Heard, reply: string, jetstream: JetStreamView) {
    this.#heard = heard;
    this.#reply = reply;
    this.#jetstream = jetstream;
  }

  /** The request is JSON. */
  request(stream: Stream): void {
    if (asksTooMuch(this.#heard.headers)) return this.#status("412 Required Api Level");
    const text = Buffer.from(this.#heard.payload).toString("utf8");
    if (text === "") return this.#status("408 Empty Request");
    try {
      const json: unknown = JSON.parse(text);
      const fields = new Fields(json);
      const many = fields.strings("multi_last");
      if (contradicts(fields, many.length > 0)) return this.#status("408 Bad Request");
      if (many.length > 0) return this.#lastOfMany(stream, many, fields);
      const request = readMessageRequest(json);
      if (typeof request === "string") return this.#status(`408 ${request}`);
      if (fields.count("batch") > 0) return this.#batch(stream, request, fields);
      this.#one(stream, messageFor(stream, request));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof ApiError)) throw error;
      this.#status("408 Malformed Request");
    }
  }

  /** The last message of the subject that stands behind the stream's name. */
  last(stream: Stream): void {
    if (asksTooMuch(this.#heard.headers)) return this.#status("412 Required Api Level");
    if (this.#heard.payload.length > 0) return this.#status("408 Bad Request");
    const marker = `.DIRECT.GET.${stream.name}.`;
    const { subject } = this.#heard;
    const asked = subject.slice(subject.indexOf(marker) + marker.length);
    this.#one(stream, stream.get(stream.lastOf([asked])));
  }

  #one(stream: Stream, message: StoredMessage | undefined): void {
    if (message === undefined) this.#status("404 Message Not Found");
    else this.#send(stream, message, []);
  }

  #batch(stream: Stream, request: MessageRequest, fields: Fields): void {
    const filters = request.nextFor === "" ? [] : [request.nextFor];
    const from = startOf(stream, request);
    let left = fields.count("batch");
    let bytes = fields.count("max_bytes") || Number.POSITIVE_INFINITY;
    let pending = stream.count(from, filters);
    let last = 0;
    for (
      let message = stream.next(from, filters);
      message !== undefined && left > 0 && bytes > 0;
      message = stream.next(message.seq + 1, filters)
    ) {
      left--;
      pending--;
      this.#send(stream, message, [
        ["Nats-Num-Pending", pending],
        ["Nats-Last-Sequence", last],
      ]);
      last = message.seq;
      bytes -= sizeOf(message);
    }
    if (last === 0) return this.#status("404 Message Not Found");
    this.#end(pending, last, []);
  }

  #lastOfMany(stream: Stream, subjects: readonly string[], fields: Fields): void {
    const time = fields.time("up_to_time");
    const end = time === undefined ? undefined : stream.firstAt(time);
    if (end !== undefined && end <= stream.first) return this.#status("404 No Results");
    const upTo = end === undefined ? fields.count("up_to_seq") || stream.last : end - 1;
    const from = fields.count("seq");
    const seqs = stream.store.lastPerSubject(subjects, upTo).filter((seq) => seq >= from);
    if (seqs.length === 0) return this.#status("404 No Results");
    if (seqs.length > MAX_RESULTS) return this.#status("413 Too Many Results");
    const batch = fields.count("batch") || seqs.length;
    let bytes = fields.count("max_bytes") || Number.POSITIVE_INFINITY;
    let last = 0;
    let sent = 0;
    for (const seq of seqs.slice(0, batch)) {
      const message = stream.get(seq);
      if (message === undefined || bytes <= 0) continue;
      this.#send(stream, message, [
        ["Nats-Num-Pending", seqs.length - ++sent],
        ["Nats-Last-Sequence", last],
      ]);
      last = seq;
      bytes -= sizeOf(message);
    }
    this.#end(seqs.length - sent, last, [["Nats-UpTo-Sequence", upTo]]);
  }

  #send(
    { name }: Stream,
    { subject, seq, time, headers, payload }: StoredMessage,
    more: readonly (readonly [string, number])[],
  ): void {
    const block = withHeaders(headers, [
      ["Nats-Stream", name],
      ["Nats-Subject", subject],
      ["Nats-Sequence", seq],
      ["Nats-Time-Stamp", timestamp(time)],
      ...more,
    ]);
    this.#publish(block, payload);
  }

  #end(pending: number, last: number, more: readonly (readonly [string, number])[]): void {
    const counts = [["Nats-Num-Pending", pending], ["Nats-Last-Sequence", last], ...more] as const;
    this.#publish(withHeaders(statusBlock("204 EOB"), counts), NOTHING);
  }

  #status(status: string): void {
    this.#publish(statusBlock(status), NOTHING);
  }

  #publish(headers: Uint8Array, payload: Uint8Array): void {
    this.#jetstream.surroundings.publish(this.#reply, { headers, payload, quiet: true });
  }
}

/** Whether a request asks for two things at once. What one of one message may not say is for readMessageRequest. */
function contradicts(fields: Fields, many: boolean): boolean {
  const [last, next] = [fields.string("last_by_subj"), fields.string("next_by_subj")];
  if (fields.count("up_to_seq") > 0 && fields.time("up_to_time") !== undefined) return true;
  return many ? last !== "" || next !== "" : last !== "" && fields.count("batch") > 0;
}

function sizeOf({ subject, headers, payload }: StoredMessage): number {
  return Buffer.byteLength(subject) + (headers?.length ?? 0) + payload.length;
}
