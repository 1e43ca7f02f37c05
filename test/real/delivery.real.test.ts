/** Every cell of the table in docs/delivery.md, on the real brokers. */
import { KafkaBroker } from "millrace/kafka";
import { MqttBroker } from "millrace/mqtt";
import { jetstream, NatsBroker } from "millrace/nats";
import { queue, RabbitmqBroker } from "millrace/rabbitmq";
import { list, RedisBroker, stream } from "millrace/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startKafka,
  startMosquitto,
  startNatsServer,
  startRabbitmq,
  startRedis,
  type RealBroker,
} from "./brokers.ts";
import { COLUMNS, type DeliveryMode } from "./delivery.ts";
import { readDeliveryTable } from "./delivery-table.ts";

const kafka = (): Omit<DeliveryMode, "receive"> => ({
  broker: (name) => new KafkaBroker({ url: urlOf("kafka"), name }),
  on: (address) => address,
});
const rabbitmq = (): Omit<DeliveryMode, "on"> => ({
  broker: (name) => new RabbitmqBroker({ url: urlOf("rabbitmq"), name }),
});
const nats = (): Omit<DeliveryMode, "on"> => ({
  broker: (name) => new NatsBroker({ url: urlOf("nats"), name }),
});
const redis = (): Omit<DeliveryMode, "on"> => ({
  broker: (name) => new RedisBroker({ url: urlOf("redis"), name }),
});
const mqtt = (): Omit<DeliveryMode, "receive"> => ({
  broker: (name) => new MqttBroker({ url: urlOf("mqtt"), name, sessionExpiry: 60 }),
  on: (address) => address,
});
const plain = (address: string) => address;
const streamOf = (address: string) => ({ name: address, subjects: [address], declare: true });

const modes: Readonly<Record<string, () => DeliveryMode>> = {
  "Kafka, with a group": () => ({ ...kafka(), receive: { group: "g" } }),
  "Kafka, without": kafka,
  "RabbitMQ, with a group": () => ({ ...rabbitmq(), on: plain, receive: { group: "g" } }),
  "RabbitMQ, without": () => ({ ...rabbitmq(), on: plain }),
  "RabbitMQ, quorum queue": () => ({
    ...rabbitmq(),
    on: (address) => queue(address, { type: "quorum" }),
  }),
  "RabbitMQ, stream queue": () => ({
    ...rabbitmq(),
    on: (address) => queue(address, { type: "stream" }),
  }),
  "NATS, core": () => ({ ...nats(), on: plain }),
  "NATS, JetStream": () => ({
    ...nats(),
    on: (address) => jetstream(address, { stream: streamOf(address), durable: "d" }),
  }),
  "NATS, JetStream ordered": () => ({
    ...nats(),
    on: (address) => jetstream(address, { stream: streamOf(address), ordered: true }),
  }),
  "Redis, channel": () => ({ ...redis(), on: plain }),
  "Redis, list": () => ({ ...redis(), on: (address) => list(address) }),
  "Redis, reliable list": () => ({
    ...redis(),
    on: (address) => list(address, { reliable: true }),
  }),
  "Redis, stream with a group": () => ({
    ...redis(),
    on: (address) => stream(address, { group: "g" }),
  }),
  "Redis, stream without": () => ({ ...redis(), on: (address) => stream(address) }),
  "MQTT, QoS 2": () => ({ ...mqtt(), receive: { qos: 2 }, send: { qos: 2 } }),
  "MQTT, QoS 1": mqtt,
  "MQTT, QoS 0": () => ({ ...mqtt(), receive: { qos: 0 }, send: { qos: 0 } }),
};

const starts = {
  kafka: () => startKafka(),
  rabbitmq: () => startRabbitmq(),
  nats: () => startNatsServer("jetstream: enabled"),
  redis: () => startRedis(),
  mqtt: () => startMosquitto(),
};
const servers = new Map<string, RealBroker>();
const urlOf = (name: string) => servers.get(name)?.url ?? "";

beforeAll(async () => {
  await Promise.all(
    Object.entries(starts).map(async ([name, start]) => servers.set(name, await start())),
  );
});
afterAll(() => Promise.all([...servers.values()].map((server) => server.stop())));

const table = readDeliveryTable();

test("the table has a row for each mode, and a column for each end", () => {
  expect([...table.keys()]).toEqual(Object.keys(modes));
  for (const cells of table.values()) expect(Object.keys(cells)).toEqual(Object.keys(COLUMNS));
});

describe.each([...table])("%s", (name, cells) => {
  test.each(Object.entries(cells))("%s: %s", async (column, cell) => {
    const open = modes[name];
    if (open === undefined) throw new Error(`no mode is called "${name}"`);
    const seen = await COLUMNS[column as keyof typeof COLUMNS](open(), cell);
    // Where its place is not promised, a message may come again in it nevertheless.
    expect(cell === "again" && seen === "again, in its place" ? "again" : seen).toBe(cell);
  });
});
