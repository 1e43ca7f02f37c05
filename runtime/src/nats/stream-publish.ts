/**
 * Publishing to a stream: it resolves with the stream's own answer. An answer that an outage swallowed is asked for again
 * where the message has an id, by which the stream knows that it has it already (Nats-Msg-Id).
 */
import { abortable, within } from "../abortable.ts";
import type { Outgoing } from "../driver.ts";
import { messageOf, MillraceError, PublishError } from "../errors.ts";
import { ApiError, isApiError, readAnswer } from "./api.ts";
import { optionsOf, type JetStreamChannelOptions } from "./channels.ts";
import { codeOf, type Link } from "./link.ts";
import { writeHeaders } from "./message.ts";
import type { KvPutOptions, StreamPublishOptions } from "./stream-options.ts";

/** What a stream has to be told beside the message. */
export interface StreamOutgoing {
  readonly subject: string;
  /** As errors call it. */
  readonly what: string;
  /** What to do where no stream answers. */
  readonly remedy: string;
  readonly payload: Uint8Array;
  /** JetStream's own. */
  readonly orders: Readonly<Record<string, string>>;
  /** Sending it twice does no harm. */
  readonly repeatable: boolean;
}

/** A message to `jetstream(…)`. */
export function toStream(message: Outgoing, version: string | undefined): StreamOutgoing {
  const { stream } = optionsOf<JetStreamChannelOptions>(message.channel);
  const name = typeof stream === "string" ? stream : stream.name;
  const { messageId, expect, schedule } = (message.options ?? {}) as StreamPublishOptions;
  if (schedule !== undefined && olderThan(version, 2, 12))
    throw new PublishError(
      `schedule: the message to "${message.address}" cannot be scheduled, since that needs nats-server 2.12 and this is ${version}`,
    );
  return {
    subject: message.address,
    what: `the message to "${message.address}"`,
    remedy: `no stream "${name}" takes "${message.address}": make one that has the subject, or declare it: stream: { name: "${name}", subjects: […], declare: true }`,
    payload: message.payload,
    orders: {
      "Nats-Expected-Stream": name,
      ...(messageId === undefined ? {} : { "Nats-Msg-Id": messageId }),
      ...(expect?.lastSequence === undefined
        ? {}
        : { "Nats-Expected-Last-Sequence": String(expect.lastSequence) }),
      ...(expect?.lastSubjectSequence === undefined
        ? {}
        : { "Nats-Expected-Last-Subject-Sequence": String(expect.lastSubjectSequence) }),
      ...(expect?.lastMessageId === undefined
        ? {}
        : { "Nats-Expected-Last-Msg-Id": expect.lastMessageId }),
      ...(schedule === undefined
        ? {}
        : {
            // ADR-51: seconds are its finest unit, and RFC 3339 its form.
            "Nats-Schedule": `@at ${schedule.at.toISOString()}`,
            "Nats-Schedule-Target": schedule.target,
          }),
    },
    repeatable: messageId !== undefined,
  };
}

/** A value for `kv(…)`; null deletes. */
export function toBucket(message: Outgoing, bucket: string): StreamOutgoing {
  const { expect, purge = false } = (message.options ?? {}) as KvPutOptions;
  const deletes = message.tombstone === true;
  return {
    subject: `$KV.${bucket}.${message.address}`,
    what: `the value of "${message.address}" in bucket "${bucket}"`,
    remedy: `there is no bucket "${bucket}": make it (nats kv add ${bucket}), or declare it: declare: true`,
    payload: message.payload,
    orders: {
      ...(deletes ? { "KV-Operation": purge ? "PURGE" : "DEL" } : {}),
      ...(deletes && purge ? { "Nats-Rollup": "sub" } : {}),
      ...(expect === undefined
        ? {}
        : { "Nats-Expected-Last-Subject-Sequence": String(expect.revision) }),
    },
    repeatable: false,
  };
}

/** Resolves when the stream has it. @throws {PublishError} */
export async function publishToStream(
  link: Link,
  out: StreamOutgoing,
  message: Outgoing,
): Promise<void> {
  const { signal } = message;
  const latest = performance.now() + link.publishTimeout;
  const headers = writeHeaders(message, link.nats.headers());
  for (const [name, value] of Object.entries(out.orders)) headers.set(name, value);
  for (;;) {
    signal?.throwIfAborted();
    const left = Math.max(1, Math.round(latest - performance.now()));
    const late = () =>
      new PublishError(
        `cannot publish ${out.what}: NATS has been out of reach for ${link.publishTimeout} ms`,
      );
    if (link.lost !== undefined) await abortable(within(link.lost, left, late), signal);
    const lost = new Lost();
    let off = () => {};
    const cut = new Promise<never>((_, reject) => {
      off = link.onChange((state) => {
        if (state === "lost") reject(lost);
      });
    });
    cut.catch(() => undefined);
    try {
      const timeout = Math.max(1, Math.round(latest - performance.now()));
      const asked = link.client.request(out.subject, out.payload, { headers, timeout });
      asked.catch(() => undefined);
      const answer = await abortable(Promise.race([asked, cut]), signal);
      const { stream, seq } = readAnswer<{ stream?: string; seq?: number }>(answer.data);
      if (stream === undefined || seq === undefined) throw new SyntaxError("not a PubAck");
      return;
    } catch (cause) {
      if (cause === lost && out.repeatable && performance.now() < latest) continue;
      if (signal?.aborted) throw cause;
      throw failure(link, out, cause);
    } finally {
      off();
    }
  }
}

/** Nobody takes what was published: there is no such stream. */
export class NoStreamError extends PublishError {}

/** The connection went while an answer was awaited. */
class Lost extends MillraceError {
  constructor() {
    super("the connection was lost");
  }
}

/** Reasons of the API: the stream is another one; its last sequence, id or revision is. */
const OTHER_STREAM = 10060;
const NOT_AS_EXPECTED = [10071, 10070, 10164];

function failure(link: Link, out: StreamOutgoing, cause: unknown): PublishError {
  const { ErrorCode } = link.nats;
  const code = codeOf(cause);
  const unsure = "it may or may not have arrived";
  let text = `cannot publish ${out.what}: ${messageOf(cause)}`;
  if (isApiError(cause, OTHER_STREAM))
    text = `cannot publish ${out.what}: ${out.remedy} (another stream takes it)`;
  else if (isApiError(cause, ...NOT_AS_EXPECTED))
    text = `${out.what} was not published, since the stream is not as expected: ${cause.message}`;
  else if (cause instanceof ApiError) text = `the stream refuses ${out.what}: ${cause.message}`;
  else if (cause instanceof Lost)
    text = `the connection to NATS was lost before it confirmed ${out.what}: ${unsure}; with a messageId it would be tried again`;
  else if (cause instanceof SyntaxError)
    text = `${out.what} was answered by somebody who is no stream: ${out.remedy}`;
  else if (code === ErrorCode.NoResponders)
    return new NoStreamError(`cannot publish ${out.what}: ${out.remedy}`, { cause });
  else if (code === ErrorCode.Timeout)
    text = `nobody confirmed ${out.what} within ${link.publishTimeout} ms: ${unsure}`;
  else if (code === ErrorCode.MaxPayloadExceeded)
    text = `${out.what} is too large: ${out.payload.byteLength} bytes and its headers, and the server takes ${link.client.info?.max_payload} (max_payload)`;
  return new PublishError(text, { cause });
}

function olderThan(version: string | undefined, major: number, minor: number): boolean {
  const [first = 0, second = 0] = (version ?? "0.0").split(".").map((part) => parseInt(part, 10));
  return first < major || (first === major && second < minor);
}
