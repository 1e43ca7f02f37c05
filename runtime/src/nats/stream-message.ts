/** Messages of streams ↔ ours. Pure. */
import type { Incoming } from "../driver.ts";
import type { DeliveryInfo, Msg } from "./driver.ts";
import { readHeaders } from "./message.ts";
import type { StreamMessage } from "./options.ts";

/**
 * What a delivery says of itself by its reply subject, `$JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer
 * sequence>.<time>.<pending>`; with domain and account hash before the stream since nats-server 2.7 (ADR-15).
 */
export function readDelivery(message: Msg): StreamMessage | undefined {
  const parts = (message.reply ?? "").split(".");
  if (parts[0] !== "$JS" || parts[1] !== "ACK") return undefined;
  const long = parts.length >= 11;
  const [stream, consumer, delivered, streamSequence, deliverySequence, time, pending] =
    parts.slice(long ? 4 : 2) as [string, string, string, string, string, string, string];
  const deliveryCount = Number(delivered);
  const info: DeliveryInfo = {
    domain: long && parts[2] !== "_" ? String(parts[2]) : "",
    ...(long ? { account_hash: String(parts[3]) } : {}),
    stream,
    consumer,
    deliveryCount,
    redeliveryCount: deliveryCount,
    redelivered: deliveryCount > 1,
    streamSequence: Number(streamSequence),
    deliverySequence: Number(deliverySequence),
    timestampNanos: Number(time),
    pending: Number(pending),
  };
  return Object.assign(message, { info });
}

/** A stream's message as the core wants it. `headersOnly`: its payload stayed at the server. */
export function readStreamMessage(message: StreamMessage, headersOnly: boolean): Incoming {
  const { info } = message;
  return {
    address: message.subject,
    payload: message.data,
    ...(headersOnly ? { tombstone: true } : {}),
    ...readHeaders(message.headers),
    id: `${info.stream}:${info.streamSequence}`,
    attempt: info.deliveryCount,
    raw: message,
  };
}
