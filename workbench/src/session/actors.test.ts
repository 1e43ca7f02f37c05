import { expect, test } from "vitest";
import type { Service } from "../topology.ts";
import { identify } from "./actors.ts";

const services = ["orders", "orders-eu", "billing"].map((name): Service => ({
  id: `service:${name}`,
  name,
  directory: name,
  place: null,
  command: null,
}));

const seen = (name: string, protocol: "nats" | "mqtt" = "nats") =>
  identify({ connection: 5, name, port: 40_000 }, protocol, services);

test.each([
  ["orders", "nats", "service:orders", "service:orders"],
  ["orders-2", "nats", "service:orders", "service:orders-2"],
  ["orders-eu", "nats", "service:orders-eu", "service:orders-eu"],
  ["orders-eu-1", "nats", "service:orders-eu", "service:orders-eu-1"],
  ["billing-1-c0ffee", "mqtt", "service:billing", "service:billing-1"],
  ["billing-4f3a21", "mqtt", "service:billing", "service:billing"],
] as const)("%s over %s is %s", (name, protocol, id, process) => {
  expect(seen(name, protocol)).toEqual({ actor: { kind: "service", id }, process });
});

test.each(["", "nats-cli", "orders2", "billing-dashboard"])(
  'a client named "%s" is nobody we know',
  (name) => {
    expect(seen(name)).toEqual({ actor: { kind: "unknown", name }, process: "connection:5" });
  },
);

test("the workbench and the broker are themselves", () => {
  expect(seen("workbench").actor).toEqual({ kind: "workbench" });
  expect(identify(null, "nats", services)).toEqual({ actor: { kind: "broker" }, process: null });
});
