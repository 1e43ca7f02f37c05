/** AMQP messages ↔ ours. Pure: nothing here talks to a broker. */
import { randomUUID } from "node:crypto";
import type { Headers, Incoming, Outgoing } from "../driver.ts";
import { PublishError } from "../errors.ts";
import type { ConsumeMessage, PublishProperties } from "./driver.ts";
import type { RabbitmqPublishOptions } from "./options.ts";

/** Carries the key of a message, for which AMQP has no place. */
export const KEY_HEADER = "millrace-key";

/** Whether a text fits AMQP's shortstr, as properties and header names are (0-9-1, 4.2.5.3). */
const isShort = (text: string): boolean => Buffer.byteLength(text) <= 255;

/**
 * The properties of a message. Content type and correlation id are AMQP's own, as other clients (FastStream among them)
 * write and read them; the rest travels in the headers table, as text.
 */
export function writeProperties(
  { headers, key }: Pick<Outgoing, "headers" | "key">,
  options: RabbitmqPublishOptions = {},
): PublishProperties {
  checkOptions(options);
  const {
    "content-type": contentType,
    "content-encoding": contentEncoding,
    correlation_id: correlationId = "",
    ...rest
  } = headers;
  const table: Record<string, unknown> = { ...rest };
  if (!isShort(correlationId)) table["correlation_id"] = correlationId;
  if (key !== undefined) table[KEY_HEADER] = key;
  if (options.delay !== undefined) table["x-delay"] = options.delay;
  const {
    CC,
    BCC,
    delay: _,
    exchange: _exchange,
    timestamp,
    ...own
  } = options as typeof options & {
    exchange?: unknown;
  };
  return {
    persistent: true,
    messageId: randomUUID(),
    ...own,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(correlationId !== "" && isShort(correlationId) ? { correlationId } : {}),
    ...(timestamp === undefined ? {} : { timestamp: Math.floor(timestamp.getTime() / 1000) }),
    ...(CC === undefined ? {} : { CC: [...CC] }),
    ...(BCC === undefined ? {} : { BCC: [...BCC] }),
    headers: table,
  };
}

/** What the broker would refuse by closing the channel, with all that is unconfirmed on it. */
function checkOptions({ priority, expiration, delay }: RabbitmqPublishOptions): void {
  const whole = (name: string, value: number | undefined, most: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) return;
    throw new PublishError(`${name} ${value}: give a whole number from 0 to ${most}`);
  };
  whole("priority", priority, 255);
  // RabbitMQ's own limit: 32 bits.
  whole("expiration", expiration, 2 ** 32 - 1);
  whole("delay", delay, 2 ** 32 - 1);
}

/** A received message without what settles it. */
export function readMessage(
  message: Pick<ConsumeMessage, "content" | "fields" | "properties">,
  attempt: number,
): Omit<Incoming, "respond" | "settle"> {
  const { content, fields, properties } = message;
  const { [KEY_HEADER]: key, ...headers } = readHeaders(properties);
  const id = properties.messageId as string | undefined;
  return {
    address: fields.routingKey,
    payload: content,
    headers,
    attempt,
    raw: message,
    ...(key === undefined ? {} : { key }),
    ...(id === undefined ? {} : { id }),
  };
}

/** All as text; the client's own object keeps numbers, tables and times as they are. */
export function readHeaders(properties: ConsumeMessage["properties"]): Headers {
  const found: Record<string, string> = {};
  const { contentType, contentEncoding, correlationId, headers } = properties as {
    readonly [Name in keyof typeof properties]: unknown;
  };
  if (typeof contentType === "string") found["content-type"] = contentType;
  if (typeof contentEncoding === "string") found["content-encoding"] = contentEncoding;
  if (typeof correlationId === "string") found["correlation_id"] = correlationId;
  for (const [name, value] of Object.entries((headers ?? {}) as object)) found[name] = text(value);
  return found;
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return value.toString("base64");
  const plain = readable(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

/** amqplib gives times and decimals as `{ "!": type, value }`. */
function readable(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  if ("!" in value && "value" in value) {
    const { "!": type, value: inner } = value;
    // Seconds since 1970 (AMQP 0-9-1, 4.2.5.4).
    if (type === "timestamp" && !Number.isNaN(Number(inner)))
      return new Date(Number(inner) * 1000).toISOString();
    return readable(inner);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, readable(each)]));
}
