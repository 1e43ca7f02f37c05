import { expect, test } from "vitest";
import { parseAddress } from "../address.ts";
import { queue, type QueueOptions } from "./channels.ts";
import { direct, exchange, fanout, headers, topic, type Exchange } from "./exchanges.ts";
import { BINDING_KEYS } from "./names.ts";
import { AMQ_TOPIC, bindSteps, exchangeSteps, stepsBefore, subscribed } from "./topology.ts";

const plain = (address: string, options: object, by: Exchange = AMQ_TOPIC) =>
  subscribed({ address: parseAddress(address, BINDING_KEYS), options }, by);

const declared = (name: string, options: QueueOptions) => {
  const channel = { address: name, type: options.type === "stream" ? "stream" : "queue", options };
  return subscribed({ address: parseAddress(name, BINDING_KEYS), channel, options: {} }, AMQ_TOPIC);
};

test("without a group a subscriber's queue is its own, named by the server", () => {
  const wanted = plain("orders.{id}", {});
  expect(wanted.kind).toBe("own");
  expect(wanted.queue).toMatchObject({
    name: "",
    exclusive: true,
    autoDelete: true,
    durable: false,
  });
  expect(bindSteps(wanted.bindings, "amq.gen-1")).toEqual([
    { does: "bind queue", to: "amq.gen-1", from: "amq.topic", key: "orders.*", arguments: {} },
  ]);
});

test("a group's queue is durable and named after group, exchange and address", () => {
  expect(plain("orders.{id}", { group: "billing" }).queue).toMatchObject({
    name: "billing.orders.*",
    durable: true,
    exclusive: false,
    autoDelete: false,
    arguments: {},
  });
  const events = topic("events");
  expect(plain("a", { group: "g", exchange: events }).queue.name).toBe("g.events.a");
  expect(plain("a", { group: "g" }, events).queue.name).toBe("g.events.a");
  expect(
    plain("a", { group: "g", queue: { name: "mine", type: "quorum", deliveryLimit: 3 } }).queue,
  ).toMatchObject({
    name: "mine",
    arguments: { "x-queue-type": "quorum", "x-delivery-limit": 3 },
  });
});

test("a queue's options become AMQP's arguments", () => {
  const wanted = declared("jobs", {
    messageTtl: 1,
    expires: 2,
    maxLength: 3,
    maxLengthBytes: 4,
    overflow: "reject-publish",
    maxPriority: 5,
    singleActiveConsumer: true,
    deadLetter: { exchange: topic("dead"), key: "k" },
    durable: false,
    arguments: { "x-queue-mode": "lazy" },
  });
  expect(wanted.queue).toEqual({
    name: "jobs",
    passive: false,
    durable: false,
    exclusive: false,
    autoDelete: false,
    arguments: {
      "x-message-ttl": 1,
      "x-expires": 2,
      "x-max-length": 3,
      "x-max-length-bytes": 4,
      "x-overflow": "reject-publish",
      "x-max-priority": 5,
      "x-single-active-consumer": true,
      "x-dead-letter-exchange": "dead",
      "x-dead-letter-routing-key": "k",
      "x-queue-mode": "lazy",
    },
  });
  // Where dead letters go is declared first.
  expect(
    stepsBefore(wanted).map((step) => `${step.does} ${"name" in step ? step.name : ""}`),
  ).toEqual(["exchange dead", "queue jobs"]);
  expect(
    declared("log", { type: "stream", maxAge: "7D", maxSegmentSize: 10, replicas: 3 }).queue
      .arguments,
  ).toEqual({
    "x-queue-type": "stream",
    "x-max-age": "7D",
    "x-stream-max-segment-size-bytes": 10,
    "x-initial-cluster-size": 3,
  });
  expect(declared("dead", { deadLetter: { key: "k" } }).queue.arguments).toEqual({
    "x-dead-letter-exchange": "",
    "x-dead-letter-routing-key": "k",
  });
});

test("an exchange comes after those it knows of; what RabbitMQ has by itself is not declared", () => {
  const lost = fanout("lost");
  const all = topic("all", { alternate: lost });
  const orders = direct("orders", {
    durable: false,
    bindTo: [{ exchange: all, key: "orders.#" }, { exchange: topic("amq.topic") }],
  });
  expect(
    exchangeSteps(orders).map((step) =>
      step.does === "exchange"
        ? step.name
        : step.does === "bind exchange"
          ? `${step.from} -${step.key}-> ${step.to}`
          : "",
    ),
  ).toEqual(["lost", "all", "orders", "all -orders.#-> orders", "amq.topic -#-> orders"]);
  expect(exchangeSteps(all).at(-1)).toMatchObject({ arguments: { "alternate-exchange": "lost" } });
});

test("types of exchanges that plugins bring have their arguments, and weights for keys", () => {
  const hash = exchange("hash", { type: "x-consistent-hash", hashHeader: "customer" });
  expect(exchangeSteps(hash)).toMatchObject([
    { type: "x-consistent-hash", arguments: { "hash-header": "customer" } },
  ]);
  expect(plain("a", { exchange: hash }).bindings[0]?.key).toBe("1");
  expect(plain("a", { exchange: hash, bindKey: "10" }).bindings[0]?.key).toBe("10");
  const later = exchange("later", { type: "x-delayed-message", delayedType: "direct" });
  expect(exchangeSteps(later)).toMatchObject([{ arguments: { "x-delayed-type": "direct" } }]);
});

test("headers to match become the binding's arguments", () => {
  const match = { any: { kind: "a" } };
  const { bindings } = plain("k", { exchange: headers("h"), match });
  expect(bindSteps(bindings, "q")).toMatchObject([
    { key: "", arguments: { "x-match": "any", kind: "a" } },
  ]);
});

test("a queue by its name has the type that chooses its options", () => {
  expect(queue("a").type).toBe("queue");
  expect(queue("a", { type: "quorum" }).type).toBe("queue");
  expect(queue("a", { type: "stream" }).type).toBe("stream");
});
