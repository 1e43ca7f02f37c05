import { expect, test } from "vitest";
import type { ProtocolName, Server, ServerAddress } from "../topology.ts";
import { ordersAndBilling } from "./fixtures/orders-and-billing.ts";
import { waitingReasons } from "./waiting.ts";

const spoken = ["nats", "mqtt"] as const;
const { services } = ordersAndBilling;

function server(protocol: ProtocolName, address: Partial<ServerAddress> = {}): Server {
  const [first] = ordersAndBilling.servers;
  if (first === undefined) throw new Error("the fixture has a server");
  const variable = `MILLRACE_${protocol.toUpperCase()}_URL`;
  return {
    ...first,
    id: `server:billing:${protocol}`,
    service: "service:billing",
    protocol,
    address: { kind: "environment", variable, ...address } as ServerAddress,
  };
}

test("a service that needs what the emulator does not speak waits, and is told the remedy", () => {
  const reasons = waitingReasons(
    { services, servers: [server("kafka"), server("nats")] },
    spoken,
    {},
  );
  expect([...reasons]).toEqual([
    [
      "service:billing",
      "billing needs Kafka, which the emulator does not speak yet: set MILLRACE_KAFKA_URL to a real one, or start it by hand",
    ],
  ]);
});

test("several brokers are named together, one at most", () => {
  const both = [server("kafka"), server("redis"), server("redis")];
  expect(waitingReasons({ services, servers: both }, spoken, {}).get("service:billing")).toBe(
    "billing needs Kafka and Redis, which the emulator does not speak yet: set MILLRACE_KAFKA_URL and MILLRACE_REDIS_URL to real ones, or start it by hand",
  );
  const one = waitingReasons({ services, servers: both }, spoken, {
    MILLRACE_KAFKA_URL: "kafka:9092",
    MILLRACE_REDIS_URL: "",
  });
  expect(one.get("service:billing")).toContain("needs Redis, which");
});

test("it does not wait where its own variable, its code or a program decides", () => {
  const own = server("kafka", { variable: "KAFKA_BROKERS" } as Partial<ServerAddress>);
  const waits = (servers: readonly Server[], environment = {}) =>
    waitingReasons({ services, servers }, spoken, environment).size;
  expect(waits([own])).toBe(1);
  expect(waits([own], { MILLRACE_KAFKA_URL: "kafka:9092" })).toBe(1);
  expect(waits([own], { KAFKA_BROKERS: "kafka:9092" })).toBe(0);
  expect(waits([{ ...own, address: { kind: "static", url: "kafka:9092" } }])).toBe(0);
  expect(waits([{ ...own, address: { kind: "dynamic", expression: "find()" } }])).toBe(0);
});

test("nobody waits once the emulator speaks it", () => {
  expect(waitingReasons({ services, servers: [server("kafka")] }, ["kafka"], {}).size).toBe(0);
});
