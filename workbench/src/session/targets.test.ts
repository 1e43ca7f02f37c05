import { expect, test } from "vitest";
import type { Server } from "../topology.ts";
import { ordersAndBilling } from "./fixtures/orders-and-billing.ts";
import { realTargets } from "./targets.ts";

const emulators = [{ protocol: "nats", url: "nats://127.0.0.1:4222", port: 4222 }] as const;

function shown(server: Partial<Server>, environment: Record<string, string> = {}) {
  const [first] = ordersAndBilling.servers;
  if (first === undefined) throw new Error("the fixture has a server");
  return [
    ...realTargets({ servers: [{ ...first, ...server }] }, environment, emulators).values(),
  ][0]?.shown;
}

const variable = {
  kind: "environment",
  variable: "MILLRACE_KAFKA_URL",
  default: "localhost:9092",
} as const;

test("a broker is real where the code or the environment names it, not by default", () => {
  expect(shown({ protocol: "kafka", address: variable })).toBeUndefined();
  expect(
    shown({ protocol: "kafka", address: variable }, { MILLRACE_KAFKA_URL: "a:9092,b:9092" }),
  ).toBe("a:9092,b:9092");
  expect(shown({ address: { kind: "static", url: "nats://nats.example.com" } })).toBe(
    "nats://nats.example.com",
  );
  expect(shown({ address: { kind: "dynamic", expression: "find()" } })).toBeUndefined();
});

test("the emulator is not taken for a real broker", () => {
  expect(shown({ address: { kind: "static", url: "nats://localhost:4222" } })).toBeUndefined();
  expect(shown({ address: { kind: "static", url: "nats://localhost" } })).toBeUndefined();
  expect(shown({ address: { kind: "static", url: "nats://localhost:4333" } })).toBe(
    "nats://localhost:4333",
  );
});

test.each([
  ["amqp://me:secret@mq:5672/shop", "amqp://mq:5672/shop"],
  ["amqp://me:se/cr@et@mq/shop", "amqp://mq/shop"],
  ["nats://token@one:4222,nats://me:secret@two:4222", "nats://one:4222,nats://two:4222"],
  ["redis://cache:6379/0?password=secret", "redis://cache:6379/0"],
  ["me:secret@kafka:9092", "kafka:9092"],
])("%s is shown without what is secret", (url, expected) => {
  expect(shown({ protocol: "kafka", address: { kind: "static", url } })).toBe(expected);
});
