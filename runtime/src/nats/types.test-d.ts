/** What each way of NATS can and cannot; checked by `npm run check`. */
import { z } from "zod";
import type { MqttRouter } from "../mqtt/index.ts";
import { jetstream, kv, NatsBroker, objects, type ObjectChange } from "./index.ts";

const broker = new NatsBroker();

broker.subscriber(
  "a.{id}",
  { group: "g", concurrency: 3 },
  async (_: unknown, { message, params }) => `${message.id} ${params.id}`,
);
// @ts-expect-error -- at most once: nothing to send back
broker.subscriber("a", {}, async (_: unknown, { message }) => message.nack());
// @ts-expect-error -- at most once: nothing to acknowledge
broker.subscriber("a", { ack: "manual" }, async (_: unknown) => {});
// @ts-expect-error -- MQTT's
broker.subscriber("a", { qos: 1 }, async (_: unknown) => {});
// @ts-expect-error -- MQTT's
void broker.publish("a", {}, { retain: true });
// @ts-expect-error -- a stream's
broker.subscriber("a", { ackWait: 1 }, async (_: unknown) => {});
// @ts-expect-error -- a stream's
void broker.publish("a", {}, { messageId: "1" });

declare const router: MqttRouter;
// @ts-expect-error -- another broker's router
broker.include(router);

// A stream's messages are settled, and know where they come from.
const orders = jetstream("orders.{id}", { stream: "ORDERS" });
broker.subscriber(
  orders,
  { group: "g", ack: "manual", ackWait: 1000, prefetch: 1, from: { sequence: 1 } },
  async (_: unknown, { message, params }) => {
    await message.nack({ delay: 1 });
    return `${message.raw.info.streamSequence} ${params.id}`;
  },
);
void broker.publish(
  orders,
  {},
  { params: { id: "1" }, messageId: "1", expect: { lastSequence: 1 } },
);
// @ts-expect-error -- no parameters
void broker.publish(orders, {}, { messageId: "1" });
// @ts-expect-error -- a stream's answer is no answer
broker.publisher(orders, { reply: z.string() });
// @ts-expect-error -- a stream's messages expect none
broker.subscriber(orders, { reply: z.string() }, async () => "x");
// @ts-expect-error -- no such place to begin
broker.subscriber(orders, { from: "first" }, async () => {});
// @ts-expect-error -- which stream
jetstream("orders", {});

// Pushed ones are not fetched.
const pushed = jetstream("orders.*", { stream: "ORDERS", deliver: "push" });
broker.subscriber(pushed, { group: "g" }, async (_: unknown, { message }) => message.ack());
// @ts-expect-error -- the server pushes
broker.subscriber(pushed, { prefetch: 1 }, async () => {});

// Ordered ones are not acknowledged, nor shared.
const ordered = jetstream("orders.*", { stream: "ORDERS", ordered: true });
broker.subscriber(ordered, { from: "all", prefetch: 5 }, async () => {});
// @ts-expect-error -- nothing to send back
broker.subscriber(ordered, {}, async (_: unknown, { message }) => message.nack());
// @ts-expect-error -- nothing to acknowledge
broker.subscriber(ordered, { ack: "manual" }, async () => {});
// @ts-expect-error -- order cannot be shared
broker.subscriber(ordered, { group: "g" }, async () => {});
// @ts-expect-error -- order cannot be shared
jetstream("orders", { stream: "ORDERS", ordered: true, durable: "d" });
// @ts-expect-error -- an ordered consumer pulls
jetstream("orders", { stream: "ORDERS", ordered: true, deliver: "push" });

// Keys of a bucket.
const users = kv("profiles", { key: "users.{id}", declare: { history: 3 } });
broker.subscriber(users, { include: "updates" }, async (_: unknown, { message, params }) => {
  const operation: "PUT" | "DEL" | "PURGE" = message.raw.operation;
  return `${operation} ${params.id}`;
});
void broker.publish(users, null, { params: { id: "1" }, purge: true, expect: { revision: 1 } });
// @ts-expect-error -- a stream's
broker.subscriber(users, { group: "g" }, async () => {});
// @ts-expect-error -- watched, not acknowledged
broker.subscriber(users, {}, async (_: unknown, { message }) => message.nack());

// Objects are put with the client's own store.
broker.subscriber(objects("reports"), {}, async (change: ObjectChange, { message }) => {
  const bytes: Uint8Array | null = await message.raw.download();
  return `${change.size} ${bytes?.byteLength}`;
});
// @ts-expect-error -- not by a publisher
broker.publisher(objects("reports"), {});
// @ts-expect-error -- not by a publish
void broker.publish(objects("reports"), {});
