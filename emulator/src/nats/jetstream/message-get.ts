/** Which message a request asks for, STREAM.MSG.GET as well as DIRECT.GET. */
import type { StoredMessage } from "./contract.ts";
import { timestamp } from "./header-block.ts";
import { Fields } from "./json-fields.ts";
import type { Stream } from "./stream.ts";

export interface MessageRequest {
  readonly seq: number;
  readonly lastFor: string;
  readonly nextFor: string;
  /** 2.11, ms. */
  readonly startTime: number | undefined;
  readonly noHeaders: boolean;
}

/** The words for what asks for nothing, or contradicts itself. */
export function readMessageRequest(
  json: unknown,
): MessageRequest | "Empty Request" | "Bad Request" {
  const fields = new Fields(json);
  const request = {
    seq: fields.count("seq"),
    lastFor: fields.string("last_by_subj"),
    nextFor: fields.string("next_by_subj"),
    startTime: fields.time("start_time"),
    noHeaders: fields.boolean("no_hdr"),
  };
  const { seq, lastFor, nextFor, startTime } = request;
  if (seq === 0 && lastFor === "" && nextFor === "" && startTime === undefined)
    return "Empty Request";
  if (lastFor !== "" && (seq > 0 || nextFor !== "" || startTime !== undefined))
    return "Bad Request";
  return seq > 0 && startTime !== undefined ? "Bad Request" : request;
}

export function messageFor(stream: Stream, request: MessageRequest): StoredMessage | undefined {
  const { seq, lastFor, nextFor } = request;
  if (lastFor !== "") return stream.get(stream.lastOf([lastFor]));
  const from = startOf(stream, request);
  if (nextFor !== "") return stream.next(from, [nextFor]);
  return seq > 0 ? stream.get(seq) : stream.next(from, []);
}

/** Where a request begins. */
export function startOf(stream: Stream, { seq, startTime }: MessageRequest): number {
  return startTime === undefined ? seq : stream.firstAt(startTime);
}

/** As MSG.GET answers it: bytes in base 64. */
export function storedMessage(
  { subject, seq, headers, payload, time }: StoredMessage,
  noHeaders: boolean,
): object {
  return {
    subject,
    seq,
    ...(headers === undefined || noHeaders
      ? {}
      : { hdrs: Buffer.from(headers).toString("base64") }),
    ...(payload.length > 0 ? { data: Buffer.from(payload).toString("base64") } : {}),
    time: timestamp(time),
  };
}
