/** What a stream asks of a message before it keeps it: processJetStreamMsg of nats-server, in the order of 2.10. */
import type { BatchStage } from "./batch-stage.ts";
import { ApiError, type Heard, type StoredMessage } from "./contract.ts";
import { counted, incrementOf } from "./counters.ts";
import { refusal } from "./errors.ts";
import { headerValue, withHeaders, withoutHeaders } from "./header-block.ts";
import { type TimeToLive, timeToLive } from "./message-ttl.ts";
import { refusePublish } from "./publish-refusals.ts";
import { checkSchedule } from "./schedule-checks.ts";
import { NS_PER_S } from "./stream-config.ts";
import type { Stream } from "./stream.ts";

const MAX_HEADERS = 65_535;

/** Whether the account has room for so many bytes more in this kind of storage. */
export type HasRoom = (storage: "file" | "memory", bytes: number) => boolean;

interface How {
  /** It comes from another stream, or from this one itself. */
  readonly sourced: boolean;
  /** What is before it in its batch. */
  readonly stage?: BatchStage;
}

/** The message as it is to be kept, or the number of the one that it repeats. @throws {ApiError} */
export function check(stream: Stream, draft: Heard, how: How): Heard | number {
  const { config } = stream;
  if (config.sealed) throw refusal("sealed");
  const { headers } = draft;
  if (headers === undefined || !speaksToServer(headers)) {
    if (config.allow_msg_counter) throw refusePublish("incrementMissing");
    return draft;
  }
  const increment = incrementOf(config, draft, how.sourced);
  const header = (name: string) => headerValue(headers, name) || undefined;
  const expectedStream = header("Nats-Expected-Stream");
  if (expectedStream !== undefined && expectedStream !== stream.name)
    throw refusal("expectedStream");
  const ttl = timeToLive(headers);
  if (!how.sourced) checkTimeToLive(stream, ttl, how.stage);
  const duplicate = findDuplicate(stream, header("Nats-Msg-Id"), how.stage);
  if (duplicate !== undefined) return duplicate;
  const uncounted = config.allow_msg_counter === true && increment === undefined;
  // nats-server says this sooner of a batch.
  if (uncounted && how.stage !== undefined) throw refusePublish("incrementMissing");
  checkPlace(stream, draft, how.stage);
  const checked = how.sourced ? draft : checkSchedule(draft, scheduleView(stream, how.stage));
  const lastId = header("Nats-Expected-Last-Msg-Id");
  if (lastId !== undefined && how.stage !== undefined)
    throw refusePublish("batchHeader", "Nats-Expected-Last-Msg-Id");
  if (lastId !== undefined && lastId !== stream.lastMessageId)
    throw refusal("wrongLastMessageId", `wrong last msg ID: ${stream.lastMessageId}`);
  checkRollup(stream, checked, how.stage);
  if (uncounted) throw refusePublish("incrementMissing");
  const living = withTimeToLive(stream, checked, ttl);
  if (!config.allow_msg_counter || increment === undefined) return living;
  const before = how.stage?.last(draft.subject) ?? stream.get(stream.lastOf([draft.subject]));
  return counted(living, increment, before);
}

export function checkSize({ config }: Stream, { headers, payload }: Heard): void {
  const head = headers?.length ?? 0;
  if (config.max_msg_size >= 0 && head + payload.length > config.max_msg_size)
    throw refusal("messageTooLarge");
  if (head > MAX_HEADERS) throw refusal("headersTooLarge");
}

/** With `discard: new` a full stream takes nothing more, but for a subject that then loses its oldest. */
export function makeRoom(
  { config, store }: Stream,
  message: StoredMessage,
  hasRoom: HasRoom,
  stage?: BatchStage,
): void {
  const bytes = (stage?.bytes ?? 0) + store.sizeOf(message);
  if (!hasRoom(config.storage, bytes)) throw refusal("accountResources");
  if (config.discard !== "new") return;
  const perSubject = config.max_msgs_per_subject;
  const onSubject =
    (store.subject(message.subject)?.count ?? 0) + (stage?.count(message.subject) ?? 0);
  const full = perSubject > 0 && onSubject >= perSubject;
  if (full && config.discard_new_per_subject)
    throw refusal("storeFailed", "maximum messages per subject exceeded");
  // What a batch makes go counts against it all the same.
  if (full && stage === undefined) return;
  if (config.max_msgs > 0 && store.messages + (stage?.messages ?? 0) >= config.max_msgs)
    throw refusal("storeFailed", "maximum messages exceeded");
  if (config.max_bytes > 0 && store.bytes + bytes > config.max_bytes)
    throw refusal("storeFailed", "maximum bytes exceeded");
}

/** Most headers are the clients' own, and cost no more than one look. */
function speaksToServer(headers: Uint8Array): boolean {
  const { buffer, byteOffset, byteLength } = headers;
  return Buffer.from(buffer, byteOffset, byteLength).includes("\r\nNats-", 0, "latin1");
}

function findDuplicate(stream: Stream, id = "", stage?: BatchStage): number | undefined {
  if (id === "") return undefined;
  const known = stream.dedupe.find(id, stream.now());
  if (stage === undefined) return known;
  if (known !== undefined || stage.hasId(id)) throw refusePublish("duplicateInBatch");
  return undefined;
}

/** What the publisher believes to be the last message. Of a batch nats-server asks for the stream's first. */
function checkPlace(stream: Stream, draft: Heard, stage?: BatchStage): void {
  if (stage !== undefined) checkLast(stream, draft, stage.messages);
  checkLastOfSubject(stream, draft, stage);
  if (stage === undefined) checkLast(stream, draft, 0);
}

/** `staged`: how many are before it in its batch, where only the first may say its place. */
function checkLast({ store }: Stream, { headers }: Heard, staged: number): void {
  const expected = headerValue(headers, "Nats-Expected-Last-Sequence") || undefined;
  if (expected === undefined) return;
  const last = store.last + staged;
  if (Number(expected) !== last) throw wrongLast(last);
  if (staged > 0) throw refusePublish("wrongLastInBatch");
}

function checkLastOfSubject(
  { store }: Stream,
  { subject, headers }: Heard,
  stage?: BatchStage,
): void {
  const expected = headerValue(headers, "Nats-Expected-Last-Subject-Sequence") || undefined;
  const other = headerValue(headers, "Nats-Expected-Last-Subject-Sequence-Subject") || undefined;
  if (expected === undefined) {
    if (other !== undefined) throw refusePublish("lastSubjectWithoutSequence");
    return;
  }
  const asked = other ?? subject;
  if ((stage?.count(asked) ?? 0) > 0) throw refusePublish("wrongLastInBatch");
  const last = store.lastOf([asked]);
  if (Number(expected) !== last) throw wrongLast(last);
}

function wrongLast(last: number): ApiError {
  return refusal("wrongLastSequence", `wrong last sequence: ${last}`);
}

function checkRollup({ config }: Stream, { subject, headers }: Heard, stage?: BatchStage): void {
  const rollup = headerValue(headers, "Nats-Rollup") ?? "";
  if (rollup === "") return;
  if (!config.allow_rollup_hdrs || config.deny_purge)
    throw refusal("rollupFailed", "rollup not permitted");
  if (rollup !== "sub" && rollup !== "all")
    throw refusal("rollupFailed", `rollup value invalid: ${JSON.stringify(rollup)}`);
  const staged = rollup === "sub" ? stage?.count(subject) : stage?.messages;
  if ((staged ?? 0) > 0) throw refusal("rollupFailed", `batch rollup ${rollup} invalid`);
}

function scheduleView(stream: Stream, stage: BatchStage | undefined) {
  return {
    config: stream.config,
    now: stream.now(),
    isOrdinary(subject: string): boolean {
      const last = stage?.last(subject) ?? stream.get(stream.lastOf([subject]));
      return last !== undefined && !headerValue(last.headers, "Nats-Schedule");
    },
  };
}

/** Of a message alone nats-server says first what the stream does not allow, and in the end what it cannot read. */
function checkTimeToLive({ config }: Stream, ttl: TimeToLive, stage?: BatchStage): void {
  if (ttl === undefined || (ttl === null && stage === undefined)) return;
  if (!config.allow_msg_ttl) throw refusePublish("ttlDisabled");
  if (ttl === null) throw refusePublish("badTtl");
}

/** Where subjects leave markers, no message ends before an older marker does. */
function withTimeToLive({ config }: Stream, draft: Heard, ttl: TimeToLive): Heard {
  if (ttl === null) throw refusePublish("badTtl");
  const least = Math.floor((config.subject_delete_marker_ttl ?? 0) / NS_PER_S);
  if (typeof ttl !== "number" || ttl >= least || config.max_msgs_per_subject === 1) return draft;
  const bare = draft.headers && withoutHeaders(draft.headers, "Nats-TTL:");
  return { ...draft, headers: withHeaders(bare, [["Nats-TTL", least]]) };
}
