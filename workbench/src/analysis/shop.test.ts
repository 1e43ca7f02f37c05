/** The example that everyone looks at first: exactly what it says it is. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inBrief, linksIn, operation, read } from "./reading-fixtures.ts";

const topology = read(fileURLToPath(new URL("../../../examples/shop", import.meta.url)));

const services = [
  "accounting",
  "billing",
  "ledger",
  "notifications",
  "orders",
  "printing",
  "shipping",
  "stock",
];

test("eight services, each with its folder, its command and its servers", () => {
  expect(
    topology.services.map(({ name, directory, command }) => ({ name, directory, command })),
  ).toEqual(
    services.map((name) => ({
      name,
      directory: name,
      command: { kind: "millrace", cwd: ".", args: ["run", `${name}/app.ts:app`] },
    })),
  );
  expect(
    topology.servers.map(
      ({ service, protocol }) => `${service.replace("service:", "")} ${protocol}`,
    ),
  ).toEqual([
    "accounting kafka",
    "accounting rabbitmq",
    "billing nats",
    "ledger nats",
    "ledger kafka",
    "notifications mqtt",
    "orders nats",
    "printing rabbitmq",
    "printing redis",
    "shipping nats",
    "shipping mqtt",
    "stock redis",
  ]);
  expect(
    Object.fromEntries(topology.servers.map(({ protocol, address }) => [protocol, address])),
  ).toEqual(
    Object.fromEntries(
      [
        ["kafka", "localhost:9092"],
        ["rabbitmq", "amqp://localhost:5672"],
        ["nats", "nats://localhost:4222"],
        ["redis", "redis://localhost:6379"],
        ["mqtt", "mqtt://localhost:1883"],
      ].map(([protocol = "", url]) => [
        protocol,
        {
          kind: "environment",
          variable: `MILLRACE_${protocol.toUpperCase()}_URL`,
          default: url,
        },
      ]),
    ),
  );
});

test("its operations, and who reaches whom", () => {
  expect(inBrief(topology).toSorted()).toEqual([
    "receive:accounting:kafka:ledger.entries invoice (accounting)",
    "receive:accounting:rabbitmq.queue:invoices.failed returned (invoices.failed)",
    "receive:billing:nats:orders.accepted bill (billing)",
    "receive:ledger:nats:payments.taken enter (ledger)",
    "receive:notifications:mqtt:shipments/{orderId}/dispatched notify",
    "receive:orders:nats:customers.address address (orders)",
    "receive:orders:nats:orders.new accept (orders)",
    "receive:printing:rabbitmq.queue:invoices.print print (invoices.print)",
    "receive:printing:redis:stock.low refill",
    "receive:shipping:nats:payments.taken ship (shipping)",
    "receive:stock:redis.stream:stock.movements count (stock)",
    "send:accounting:rabbitmq.queue:invoices.print invoices",
    "send:billing:nats:payments.flagged flagged",
    "send:billing:nats:payments.taken payments",
    "send:ledger:kafka:ledger.entries entries",
    "send:orders:nats:orders.accepted accepted",
    "send:printing:redis.stream:stock.movements movements",
    "send:shipping:mqtt:shipments/{orderId}/dispatched dispatched",
    "send:shipping:nats:customers.address customerAddress",
    "send:stock:redis:stock.low low",
  ]);
  expect(linksIn(topology, "message").toSorted()).toEqual([
    "send:accounting:rabbitmq.queue:invoices.print > receive:printing:rabbitmq.queue:invoices.print",
    "send:billing:nats:payments.taken > receive:ledger:nats:payments.taken",
    "send:billing:nats:payments.taken > receive:shipping:nats:payments.taken",
    "send:ledger:kafka:ledger.entries > receive:accounting:kafka:ledger.entries",
    "send:orders:nats:orders.accepted > receive:billing:nats:orders.accepted",
    "send:printing:redis.stream:stock.movements > receive:stock:redis.stream:stock.movements",
    "send:shipping:mqtt:shipments/{orderId}/dispatched > receive:notifications:mqtt:shipments/{orderId}/dispatched",
    "send:shipping:nats:customers.address > receive:orders:nats:customers.address",
    "send:stock:redis:stock.low > receive:printing:redis:stock.low",
  ]);
  expect(linksIn(topology, "dead-letter")).toEqual([
    "receive:printing:rabbitmq.queue:invoices.print > receive:accounting:rabbitmq.queue:invoices.failed",
  ]);
  expect(linksIn(topology, "publishes").toSorted()).toEqual([
    "receive:accounting:kafka:ledger.entries > send:accounting:rabbitmq.queue:invoices.print",
    "receive:billing:nats:orders.accepted > send:billing:nats:payments.flagged",
    "receive:billing:nats:orders.accepted > send:billing:nats:payments.taken",
    "receive:ledger:nats:payments.taken > send:ledger:kafka:ledger.entries",
    "receive:orders:nats:orders.new > send:orders:nats:orders.accepted",
    "receive:printing:rabbitmq.queue:invoices.print > send:printing:redis.stream:stock.movements",
    "receive:printing:redis:stock.low > send:printing:redis.stream:stock.movements",
    "receive:shipping:nats:payments.taken > send:shipping:mqtt:shipments/{orderId}/dispatched",
    "receive:shipping:nats:payments.taken > send:shipping:nats:customers.address",
    "receive:stock:redis.stream:stock.movements > send:stock:redis:stock.low",
  ]);
});

test("every payload is known, the request's answer too", () => {
  expect(topology.operations.filter(({ message }) => !message.known)).toEqual([]);
  const answer = operation(topology, "receive:orders:nats:customers.address").reply;
  expect(answer).toMatchObject({ known: true, name: "Address" });
  expect(operation(topology, "send:shipping:nats:customers.address").reply).toEqual(answer);
  expect(operation(topology, "receive:orders:nats:orders.new").message).toMatchObject({
    name: "NewOrder",
    schema: {
      required: ["orderId", "customerId", "items"],
      properties: {
        items: {
          minItems: 1,
          items: { properties: { quantity: { type: "integer", minimum: 1 } } },
        },
      },
    },
  });
});

test("one deliberate dead end, one entry from outside", () => {
  expect(topology.problems.map(({ code, severity, subject }) => [code, severity, subject])).toEqual(
    [
      ["nobody-listens", "warning", "send:billing:nats:payments.flagged"],
      ["nobody-speaks", "information", "receive:orders:nats:orders.new"],
    ],
  );
  expect(topology.notices).toEqual([]);
});
