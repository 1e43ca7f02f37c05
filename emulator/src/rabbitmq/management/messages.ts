/** Publishing, and getting a queue's messages to look at. Meant for people and tests: one request for each message. */
import type { Delivery, Queue } from "../model/contract.ts";
import { entryOf } from "../model/journal-entries.ts";
import { Content } from "../wire/content.ts";
import {
  type Answer,
  badRequest,
  notAuthorised,
  ok,
  onChannel,
  sayingOnChannel,
} from "./answer.ts";
import { asText, readBase64, readInteger } from "./body.ts";
import { propertiesToJson, readProperties } from "./properties-json.ts";
import { type ApiRequest, exchangeNamed, fields, named, vhostOf } from "./request.ts";

export function publishMessage(request: ApiRequest): Answer {
  const given = fields(request, ["routing_key", "properties", "payload", "payload_encoding"]);
  const { payload, payload_encoding: encoding } = given;
  if (typeof payload !== "string") throw badRequest("payload_not_string");
  const vhost = vhostOf(request);
  if (vhost === undefined) throw notAuthorised("Access refused.");
  const properties = readProperties(given["properties"]);
  const message = {
    exchange: exchangeNamed(request, "exchange"),
    routingKey: asText(given["routing_key"]),
    content: Content.of(properties, readPayload(payload, encoding)),
  };
  const published = sayingOnChannel(() => vhost.publish(message, request.actor));
  if (published.refused)
    throw badRequest("rejected Unable to publish message. Check queue limits.");
  return ok({ routed: published.queues > 0 });
}

function readPayload(payload: string, encoding: unknown): Buffer {
  if (encoding === "string") return Buffer.from(payload);
  if (encoding === "base64") return readBase64(payload);
  throw badRequest(["unsupported_encoding", encoding]);
}

/** What becomes of the messages when they are answered. */
const ACK_MODES: Readonly<Record<string, (queue: Queue, taken: readonly Delivery[]) => void>> = {
  ack_requeue_true: (queue, taken) => queue.release(taken),
  // They were settled when they were got.
  ack_requeue_false: () => {},
  reject_requeue_true: (queue, taken) => queue.requeue(taken),
  reject_requeue_false: (queue, taken) => queue.reject(taken),
};

export function getMessages(request: ApiRequest): Answer {
  const given = fields(request, ["ackmode", "count", "encoding"]);
  const mode = asText(given["ackmode"]);
  const settle = Object.hasOwn(ACK_MODES, mode) ? ACK_MODES[mode] : undefined;
  if (settle === undefined) throw badRequest(["unknown_ackmode", mode]);
  const count = readInteger(given["count"]);
  const { encoding } = given;
  if (encoding !== "auto" && encoding !== "base64")
    throw badRequest("Unsupported encoding. Please use auto or base64.");
  const most = given["truncate"] === undefined ? Infinity : readInteger(given["truncate"]);
  return onChannel(() => {
    const vhost = vhostOf(request);
    if (vhost === undefined) throw notAuthorised("Access refused.");
    // None is wanted, and the queue not looked at.
    if (count === 0) return ok([]);
    const queue = vhost.findQueue(named(request, "queue"), request.actor, "read");
    const taken: Delivery[] = [];
    const shown: object[] = [];
    while (taken.length !== count) {
      const got = queue.get(mode === "ack_requeue_false");
      if (got === null) break;
      taken.push(got.delivery);
      shown.push(messageJson(got.delivery, got.remaining, encoding, most));
      tell(request, got.delivery);
    }
    settle(queue, taken);
    return ok(shown);
  });
}

function tell({ broker, actor }: ApiRequest, { message, content, queue }: Delivery): void {
  const subscription = { pattern: queue.name, group: queue.name };
  broker.journal.record(entryOf("delivered", message, actor.client, { subscription, content }));
}

function messageJson(
  { message, content, redelivered }: Delivery,
  remaining: number,
  encoding: "auto" | "base64",
  most: number,
): object {
  const payload = content.body.subarray(0, Math.max(0, most));
  const text = payload.toString();
  const isText = encoding === "auto" && Buffer.from(text).equals(payload);
  return {
    payload_bytes: content.body.length,
    redelivered,
    exchange: message.exchange,
    routing_key: message.routingKey,
    message_count: remaining,
    properties: propertiesToJson(content.properties),
    payload: isText ? text : payload.toString("base64"),
    payload_encoding: isText ? "string" : "base64",
  };
}
