/**
 * What happens to a message that comes on a stream's subject: it is checked, kept, sent on where the stream republishes, and
 * its publisher is told. https://docs.nats.io/nats-concepts/jetstream/headers
 */
import { BatchStage } from "./batch-stage.ts";
import { ApiError, type Heard, type JetStreamView, type StoredMessage } from "./contract.ts";
import { counterValue } from "./counters.ts";
import { refusal } from "./errors.ts";
import { headerValue, timestamp, withHeaders } from "./header-block.ts";
import { check, checkSize, type HasRoom, makeRoom } from "./publish-checks.ts";
import { refusePublish } from "./publish-refusals.ts";
import type { Stream } from "./stream.ts";

const NO_PAYLOAD = Buffer.alloc(0);

/** What it takes to bring a message into a stream. */
interface Reception {
  readonly stream: Stream;
  readonly jetstream: JetStreamView;
  readonly hasRoom: HasRoom;
  /** It comes from another stream, or from this one itself. */
  readonly sourced?: boolean;
}

export function receive(heard: Heard, reception: Reception): void {
  const { stream, jetstream, sourced = false } = reception;
  const draft = { ...heard, subject: stream.subjects.kept(heard.subject) };
  const answer = (text: string) => {
    if (stream.config.no_ack || heard.reply === undefined) return;
    jetstream.surroundings.publish(heard.reply, { payload: Buffer.from(text), quiet: true });
  };
  try {
    const batch = sourced ? "" : (headerValue(heard.headers, "Nats-Batch-Id") ?? "");
    if (batch === "") receiveOne(draft, reception, answer);
    else receiveInBatch(batch, draft, reception, answer);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    stream.lost(draft, error.message);
    const { code, errCode: err_code, message: description } = error;
    answer(JSON.stringify({ error: { code, err_code, description }, stream: stream.name, seq: 0 }));
  }
}

function receiveOne(draft: Heard, reception: Reception, answer: (text: string) => void): void {
  const { stream, jetstream, hasRoom, sourced = false } = reception;
  const checked = check(stream, draft, { sourced });
  const start = ackStart(stream, jetstream);
  if (typeof checked === "number") return answer(`${start}${checked},"duplicate": true}`);
  checkSize(stream, checked);
  const value = stream.config.allow_msg_counter ? `,"val":"${counterValue(checked)}"` : "";
  keep(checked, reception, (message) => {
    makeRoom(stream, message, hasRoom);
    return ({ seq }) => answer(`${start}${seq}${value}}`);
  });
}

/** The last message of a batch brings all of it, or none. Those before it are answered with nothing. */
function receiveInBatch(
  id: string,
  draft: Heard,
  reception: Reception,
  answer: (text: string) => void,
): void {
  const { stream, jetstream, hasRoom } = reception;
  if (stream.config.sealed) throw refusal("sealed");
  if (!hasRoom(stream.config.storage, stream.store.sizeOf(stored(draft, stream))))
    throw refusal("accountResources");
  checkSize(stream, draft);
  if (!stream.config.allow_atomic) throw refusePublish("batchesDisabled");
  const batch = stream.batches.take(id, draft);
  if (batch === undefined) return answer("");
  const stage = new BatchStage();
  const checked = batch.map((each) => {
    const message = check(stream, each, { sourced: false, stage });
    if (typeof message === "number") throw refusePublish("duplicateInBatch");
    checkSize(stream, message);
    const bytes = stored(message, stream);
    makeRoom(stream, bytes, hasRoom, stage);
    stage.add(message, stream.store.sizeOf(bytes));
    return message;
  });
  const count = checked.length;
  const end = `,"batch":${JSON.stringify(id)},"count":${count}}`;
  for (const [at, message] of checked.entries())
    keep(message, reception, () => ({ seq }) => {
      if (at === count - 1) answer(`${ackStart(stream, jetstream)}${seq}${end}`);
    });
}

/** Stores what has been checked. `ready` is asked before, where it is stored at all, and gives what is to be told then. */
function keep(
  draft: Heard,
  { stream, jetstream }: Reception,
  ready: (message: StoredMessage) => (kept: StoredMessage) => void,
): void {
  const message = stored(draft, stream);
  const { seq, subject } = message;
  const id = headerValue(draft.headers, "Nats-Msg-Id") ?? "";
  if (stream.retention === "interest" && !stream.wanted(seq, subject)) {
    const told = ready(message);
    stream.skip(seq);
    stream.lost(draft, "no interest");
    remember(stream, id, message);
    return told(message);
  }
  const told = ready(message);
  const before =
    stream.config.republish === undefined ? 0 : (stream.store.subject(subject)?.last ?? 0);
  stream.append(message, (kept) => {
    rollUp(stream, kept);
    republish(stream, kept, before, jetstream);
    remember(stream, id, kept);
    told(kept);
  });
}

function rollUp(stream: Stream, { subject, headers }: StoredMessage): void {
  const rollup = headerValue(headers, "Nats-Rollup");
  if (rollup === "sub") stream.purge(subject, Number.POSITIVE_INFINITY, 1);
  else if (rollup === "all") stream.purge("", Number.POSITIVE_INFINITY, 1);
  // What a schedule brings once, or who says so of it, ends it.
  const scheduler = headerValue(headers, "Nats-Scheduler") ?? "";
  if (scheduler !== "" && headerValue(headers, "Nats-Schedule-Next") === "purge")
    stream.purge(scheduler, Number.POSITIVE_INFINITY, 0);
}

function remember(stream: Stream, id: string, { seq, time }: { seq: number; time: number }): void {
  stream.lastMessageId = id;
  if (id !== "") stream.dedupe.remember(id, seq, time);
}

/** Sends the message on, with what is needed to see a gap: `lastSeq` is the one before it on its subject. */
function republish(
  stream: Stream,
  message: StoredMessage,
  lastSeq: number,
  { surroundings }: JetStreamView,
): void {
  const to = stream.subjects.republished(message.subject);
  if (to === undefined) return;
  // By way of other streams it came back to where it is just being sent on. nats-server would go on for ever.
  if (stream.republishing) return stream.lost(message, "republished in a circle");
  const bare = stream.config.republish?.headers_only === true;
  const headers = withHeaders(message.headers, [
    ["Nats-Stream", stream.name],
    ["Nats-Subject", message.subject],
    ["Nats-Sequence", message.seq],
    ["Nats-Time-Stamp", timestamp(message.time)],
    ["Nats-Last-Sequence", lastSeq],
    ...(bare ? [["Nats-Msg-Size", message.payload.length] as const] : []),
  ]);
  stream.republishing = true;
  surroundings.publish(to, { headers, payload: bare ? NO_PAYLOAD : message.payload });
  stream.republishing = false;
}

/** As the stream's next message. */
function stored({ subject, headers, payload, number }: Heard, stream: Stream): StoredMessage {
  const seq = stream.store.last + 1;
  const message = { seq, time: stream.now(), subject, payload, number };
  return headers === undefined ? message : { ...message, headers };
}

/** nats-server writes it by hand too, blanks and all. */
function ackStart({ name }: Stream, { domain }: JetStreamView): string {
  return domain === undefined
    ? `{"stream":"${name}", "seq":`
    : `{"stream":"${name}", "domain":"${domain}", "seq":`;
}
