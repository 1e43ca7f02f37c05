/** What RabbitMQ cannot do does not compile; checked by `npm run check`. */
import type { Channel } from "../channel.ts";
import type { NatsRouter } from "../nats/index.ts";
import { direct, exchange, fanout, headers, queue, RabbitmqBroker, topic } from "./index.ts";

const broker = new RabbitmqBroker({ exchange: topic("events"), prefetch: 50 });
const orders = queue("orders", { type: "quorum", deliveryLimit: 5 });
const log = queue("log", { type: "stream", maxAge: "7D" });
const tenants = queue("tenants.{tenant}");
const handle = async (_: unknown) => {};

// Plain addresses: a group, its queue, an exchange.
broker.subscriber(
  "orders.{id}",
  {
    group: "billing",
    queue: { type: "quorum", deadLetter: { exchange: fanout("dead") } },
    concurrency: 3,
  },
  async (_: unknown, { message, params }) => {
    await message.nack({ delay: 10 });
    return `${message.raw.fields.exchange} ${params.id}`;
  },
);
broker.subscriber("orders.#", { exchange: topic("events"), priority: 3, ack: "manual" }, handle);
broker.subscriber("k", { exchange: headers("h"), match: { any: { kind: "a" } } }, handle);
// @ts-expect-error -- a queue of its own is no group's
broker.subscriber("a", { queue: { type: "quorum" } }, handle);
// @ts-expect-error -- a topic exchange does not look at headers
broker.subscriber("a", { exchange: topic("t"), match: { all: { kind: "a" } } }, handle);
// @ts-expect-error -- the default exchange does not either
broker.subscriber("a", { match: { all: { kind: "a" } } }, handle);
// @ts-expect-error -- all or any
broker.subscriber("a", { exchange: headers("h"), match: { all: { a: 1 }, any: { b: 2 } } }, handle);
// @ts-expect-error -- a stream's
broker.subscriber("a", { offset: "first" }, handle);
// @ts-expect-error -- MQTT's
broker.subscriber("a", { qos: 1 }, handle);

// Queues and streams.
broker.subscriber(orders, { prefetch: 10, exclusive: true }, async (_: unknown, { message }) =>
  message.reject(),
);
broker.subscriber(log, { offset: "12h", prefetch: 100 }, async (_: unknown, { message }) =>
  message.ack(),
);
broker.subscriber(log, { offset: new Date(0) }, handle);
// @ts-expect-error -- a queue is a group already
broker.subscriber(orders, { group: "billing" }, handle);
// @ts-expect-error -- a queue is bound by itself
broker.subscriber(orders, { exchange: topic("events") }, handle);
// @ts-expect-error -- a classic or quorum queue has no offsets
broker.subscriber(orders, { offset: "first" }, handle);
// @ts-expect-error -- no amount of time
broker.subscriber(log, { offset: "yesterday" }, handle);
// @ts-expect-error -- a stream has no exclusive consumers
broker.subscriber(log, { exclusive: true }, handle);

// What a type of queue cannot have.
queue("q", {
  maxPriority: 5,
  exclusive: true,
  autoDelete: true,
  durable: false,
  overflow: "reject-publish-dlx",
});
queue("q", { type: "classic", messageTtl: 1000, deadLetter: { exchange: direct("d"), key: "k" } });
queue("q", { passive: true });
// @ts-expect-error -- quorum queues had no priorities when this was written
queue("q", { type: "quorum", maxPriority: 5 });
// @ts-expect-error -- quorum queues are durable
queue("q", { type: "quorum", durable: false });
// @ts-expect-error -- and nobody's own
queue("q", { type: "quorum", exclusive: true });
// @ts-expect-error -- only classic queues dead-letter what they refuse
queue("q", { type: "quorum", overflow: "reject-publish-dlx" });
// @ts-expect-error -- a classic queue does not count deliveries
queue("q", { deliveryLimit: 3 });
// @ts-expect-error -- a stream dead-letters nothing
queue("q", { type: "stream", deadLetter: {} });
// @ts-expect-error -- a stream keeps messages by age, not by their own time
queue("q", { type: "stream", messageTtl: 1000 });
// @ts-expect-error -- no type of queue
queue("q", { type: "lazy" });

// What a type of exchange must have.
exchange("later", { type: "x-delayed-message", delayedType: "topic" });
exchange("hash", { type: "x-consistent-hash", hashHeader: "customer" });
topic("orders", {
  bindTo: [{ exchange: topic("all"), key: "orders.#" }],
  alternate: fanout("lost"),
});
// @ts-expect-error -- how it routes after the delay
exchange("later", { type: "x-delayed-message" });
// @ts-expect-error -- another type's
exchange("t", { type: "topic", hashHeader: "customer" });
// @ts-expect-error -- no type of exchange
exchange("t", { type: "tpoic" });

// Publishing.
const created = broker.publisher("orders.{id}", { exchange: topic("events"), mandatory: true });
void created.publish({}, { params: { id: "1" }, priority: 3, CC: ["audit"], expiration: 1000 });
void broker.publisher(tenants, { persistent: false }).publish({}, { params: { tenant: "a" } });
void broker.publish(orders, {}, { appId: "shop", timestamp: new Date() });
// @ts-expect-error -- a parameter is missing
void created.publish({});
// @ts-expect-error -- a parameter is missing
void broker.publish(tenants, {});
// @ts-expect-error -- a queue is reached through the default exchange
void broker.publish(orders, {}, { exchange: topic("events") });
// @ts-expect-error -- ms, not text
void broker.publish("a", {}, { expiration: "1000" });
// @ts-expect-error -- MQTT's
void broker.publish("a", {}, { retain: true });

export const typed: Channel<"log", "stream"> = log;

declare const router: NatsRouter;
// @ts-expect-error -- another broker's router
broker.include(router);
