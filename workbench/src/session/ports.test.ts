import { expect, test } from "vitest";
import type { EmulatorState } from "../protocol.ts";
import { ordersAndBilling } from "./fixtures/orders-and-billing.ts";
import { takenPortProblems } from "./ports.ts";

const moved: EmulatorState["servers"] = [
  { protocol: "nats", url: "nats://127.0.0.1:40001", port: 40_001, movedFrom: 4222 },
  { protocol: "mqtt", url: "mqtt://127.0.0.1:40002", port: 40_002, movedFrom: 1883 },
];

test("every declared server that names the taken port itself is told, and what to write instead", () => {
  const problems = takenPortProblems(ordersAndBilling, moved, {});
  expect(
    problems.map(({ subject, message, severity, code }) => [subject, message, severity, code]),
  ).toEqual([
    [
      "server:orders:broker",
      "orders talks to localhost:4222, which is not the emulator (it is on 40001): use `new NatsBroker()` or MILLRACE_NATS_URL",
      "warning",
      "taken-port",
    ],
    [
      "server:billing:mqtt",
      "billing talks to 127.0.0.1:1883, which is not the emulator (it is on 40002): use `new MqttBroker()` or MILLRACE_MQTT_URL",
      "warning",
      "taken-port",
    ],
  ]);
  expect(problems[0]?.place).toEqual(ordersAndBilling.servers[0]?.place);
});

test("each of a list of addresses is looked at, with the protocol's own port", () => {
  const [first] = ordersAndBilling.servers;
  if (first === undefined) throw new Error("the fixture has a server");
  const kafka = [
    { protocol: "kafka", url: "127.0.0.1:40003", port: 40_003, movedFrom: 9092 },
  ] as const;
  const message = (url: string) =>
    takenPortProblems(
      {
        ...ordersAndBilling,
        servers: [{ ...first, protocol: "kafka", address: { kind: "static", url } }],
      },
      kafka,
      {},
    )[0]?.message;
  const remedy = "use `new KafkaBroker()` or MILLRACE_KAFKA_URL";
  expect(message("kafka.example.com:9092,localhost:9092")).toBe(
    `orders talks to localhost:9092, which is not the emulator (it is on 40003): ${remedy}`,
  );
  expect(message("localhost")).toContain("localhost:9092");
  expect(message("kafka.example.com:9092,localhost:9093")).toBeUndefined();
});

test("nothing is said where no port moved, or where the variable points elsewhere", () => {
  const stayed = moved.map(({ movedFrom: _, ...server }) => server);
  expect(takenPortProblems(ordersAndBilling, stayed, {})).toEqual([]);
  const elsewhere = takenPortProblems(ordersAndBilling, moved, {
    MQTT_HOST: "mqtt://broker.example.com:1883",
  });
  expect(elsewhere.map(({ subject }) => subject)).toEqual(["server:orders:broker"]);
});
