/** Kafka's records ↔ our messages. Pure: nothing here talks to a broker. */
import type { Headers, Incoming, Outgoing } from "../driver.ts";
import type { IHeaders, Message } from "./driver.ts";
import type { KafkaPublishOptions, KafkaRawMessage } from "./options.ts";

/** The chain's correlation id, where a request had to travel under another one (replies.ts). */
export const CHAIN = "millrace-correlation";

/** One value a name, as UTF-8; a header that was sent several times becomes one list, as in HTTP (RFC 9110, 5.3). */
export function readHeaders(headers: IHeaders | undefined): Headers {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {}))
    found[name] = Array.isArray(value) ? value.map(text).join(", ") : text(value);
  return found;
}

/** What the handler is given, but for how it settles. */
export function readMessage(raw: KafkaRawMessage, attempt: number): Incoming {
  const { [CHAIN]: chain, ...headers } = readHeaders(raw.headers);
  return {
    address: raw.topic,
    payload: raw.value ?? new Uint8Array(),
    ...(raw.value === null ? { tombstone: true as const } : {}),
    headers: chain === undefined ? headers : { ...headers, correlation_id: chain },
    ...(raw.key === null ? {} : { key: raw.key.toString() }),
    id: `${raw.topic}/${raw.partition}/${raw.offset}`,
    attempt,
    raw,
  };
}

/** A record to be sent. */
export function writeMessage(message: Outgoing): Message {
  const { partition, timestamp, binaryHeaders } = (message.options ?? {}) as KafkaPublishOptions;
  return {
    value: message.tombstone === true ? null : bytes(message.payload),
    ...(message.key === undefined ? {} : { key: message.key }),
    headers: { ...message.headers, ...writeBinary(binaryHeaders) },
    ...(partition === undefined ? {} : { partition }),
    ...(timestamp === undefined ? {} : { timestamp: String(Number(timestamp)) }),
  };
}

/** About how many bytes a record takes in its batch. */
export function sizeOf({ key, value, headers }: Message): number {
  let size = 70 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, given] of Object.entries(headers ?? {}))
    for (const each of Array.isArray(given) ? given : [given])
      size += name.length + (each?.length ?? 0) + 4;
  return size;
}

function writeBinary(headers: KafkaPublishOptions["binaryHeaders"]): IHeaders {
  const written: Record<string, Buffer | (Buffer | string)[]> = {};
  for (const [name, value] of Object.entries(headers ?? {}))
    written[name] =
      value instanceof Uint8Array
        ? bytes(value)
        : value.map((each) => (typeof each === "string" ? each : bytes(each)));
  return written;
}

const bytes = (view: Uint8Array): Buffer =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength);

/** A header may be there without a value. */
const text = (value: Buffer | string | null | undefined): string => value?.toString() ?? "";
