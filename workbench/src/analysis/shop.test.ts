/** The example that everyone looks at first: exactly what it says it is. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inBrief, linksIn, operation, read } from "./reading-fixtures.ts";

const topology = read(fileURLToPath(new URL("../../../examples/shop", import.meta.url)));

test("four services, each with its folder, its command and its servers", () => {
  expect(
    topology.services.map(({ name, directory, command }) => ({ name, directory, command })),
  ).toEqual(
    ["billing", "notifications", "orders", "shipping"].map((name) => ({
      name,
      directory: name,
      command: { kind: "millrace", cwd: ".", args: ["run", `${name}/app.ts:app`] },
    })),
  );
  expect(
    topology.servers.map(({ service, protocol, address }) => [service, protocol, address]),
  ).toEqual([
    [
      "service:billing",
      "nats",
      { kind: "environment", variable: "MILLRACE_NATS_URL", default: "nats://localhost:4222" },
    ],
    [
      "service:notifications",
      "mqtt",
      { kind: "environment", variable: "MILLRACE_MQTT_URL", default: "mqtt://localhost:1883" },
    ],
    [
      "service:orders",
      "nats",
      { kind: "environment", variable: "MILLRACE_NATS_URL", default: "nats://localhost:4222" },
    ],
    [
      "service:shipping",
      "nats",
      { kind: "environment", variable: "MILLRACE_NATS_URL", default: "nats://localhost:4222" },
    ],
    [
      "service:shipping",
      "mqtt",
      { kind: "environment", variable: "MILLRACE_MQTT_URL", default: "mqtt://localhost:1883" },
    ],
  ]);
});

test("its operations, and who reaches whom", () => {
  expect(inBrief(topology).toSorted()).toEqual([
    "receive:billing:nats:orders.accepted bill (billing)",
    "receive:notifications:mqtt:shipments/{orderId}/dispatched notify",
    "receive:orders:nats:customers.address address (orders)",
    "receive:orders:nats:orders.new accept (orders)",
    "receive:shipping:nats:payments.taken ship (shipping)",
    "send:billing:nats:payments.flagged flagged",
    "send:billing:nats:payments.taken payments",
    "send:orders:nats:orders.accepted accepted",
    "send:shipping:mqtt:shipments/{orderId}/dispatched dispatched",
    "send:shipping:nats:customers.address customerAddress",
  ]);
  expect(linksIn(topology, "message").toSorted()).toEqual([
    "send:billing:nats:payments.taken > receive:shipping:nats:payments.taken",
    "send:orders:nats:orders.accepted > receive:billing:nats:orders.accepted",
    "send:shipping:mqtt:shipments/{orderId}/dispatched > receive:notifications:mqtt:shipments/{orderId}/dispatched",
    "send:shipping:nats:customers.address > receive:orders:nats:customers.address",
  ]);
  expect(linksIn(topology, "publishes").toSorted()).toEqual([
    "receive:billing:nats:orders.accepted > send:billing:nats:payments.flagged",
    "receive:billing:nats:orders.accepted > send:billing:nats:payments.taken",
    "receive:orders:nats:orders.new > send:orders:nats:orders.accepted",
    "receive:shipping:nats:payments.taken > send:shipping:mqtt:shipments/{orderId}/dispatched",
    "receive:shipping:nats:payments.taken > send:shipping:nats:customers.address",
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
