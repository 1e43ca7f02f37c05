/** A service with kafkajs and its client of the registry: what it produces by schema it reads again by schema. */
import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../index.ts";

let emulator: Emulator;
let registry: SchemaRegistry;

beforeAll(async () => {
  emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 } });
  registry = new SchemaRegistry({ host: emulator.servers[0]?.schemaRegistry?.url ?? "" });
});
afterAll(() => emulator.close());

const order = {
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [
    { name: "id", type: "string" },
    { name: "total", type: "double" },
    { name: "note", type: ["null", "string"], default: null },
  ],
};

test("an order in Avro is produced, and consumed by a service that was not told the schema", async () => {
  const { id } = await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(order) });
  const sent = { id: "o-1", total: 12.5, note: null };
  const kafka = new Kafka({
    brokers: [emulator.servers[0]?.url ?? ""],
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({
    topic: "orders",
    messages: [{ value: await registry.encode(id, sent) }],
  });
  await producer.disconnect();

  const stranger = new SchemaRegistry({ host: emulator.servers[0]?.schemaRegistry?.url ?? "" });
  const consumer = kafka.consumer({ groupId: "billing" });
  await consumer.connect();
  await consumer.subscribe({ topic: "orders", fromBeginning: true });
  const received = await new Promise<unknown>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }) =>
      stranger.decode(message.value ?? Buffer.alloc(0)).then(resolve, reject);
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  expect(received).toEqual(sent);
});

test("the same schema in another layout is the same one, and one that readers cannot follow is refused", async () => {
  const subject = "shop.Order";
  const again = JSON.stringify(order, null, 2);
  const { id } = await registry.register({ type: SchemaType.AVRO, schema: again });
  expect(id).toBe(await registry.getLatestSchemaId(subject));
  const broken = { ...order, fields: [...order.fields, { name: "customer", type: "string" }] };
  const refused = registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(broken) });
  await expect(refused).rejects.toThrow("no default value");
});

test("schemas refer to others", async () => {
  const address = {
    type: "record",
    name: "Address",
    namespace: "shop",
    fields: [{ name: "city", type: "string" }],
  };
  await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(address) });
  const customer = {
    ...{ type: "record", name: "Customer", namespace: "shop" },
    fields: [{ name: "home", type: "shop.Address" }],
  };
  const references = [{ name: "shop.Address", subject: "shop.Address", version: 1 }];
  const { id } = await registry.register({
    type: SchemaType.AVRO,
    schema: JSON.stringify(customer),
    references,
  });
  const value = { home: { city: "Ulm" } };
  expect(await registry.decode(await registry.encode(id, value))).toEqual(value);
});

test("JSON Schema and Protobuf are kept, too", async () => {
  const schema = '{ "type": "object", "properties": { "id": { "type": "string" } } }';
  const json = await registry.register({ type: SchemaType.JSON, schema }, { subject: "by-json" });
  expect(await registry.decode(await registry.encode(json.id, { id: "a" }))).toEqual({ id: "a" });
  const proto =
    'syntax = "proto3";\npackage shop;\nmessage Item { string id = 1; int32 count = 2; }';
  const item = await registry.register(
    { type: SchemaType.PROTOBUF, schema: proto },
    { subject: "by-protobuf" },
  );
  const value = { id: "b", count: 3 };
  expect(await registry.decode(await registry.encode(item.id, value))).toEqual(value);
});
