import { expect, test } from "vitest";
import { running, stopped } from "./fixtures/orders-and-billing.ts";
import { brokersOutline, servicesOutline, type Row } from "./outline.ts";

const lines = (rows: readonly Row[], indent = ""): string[] =>
  rows.flatMap((row) => [
    `${indent}${row.label} (${row.description}) ${row.kind} ${row.icon.name}`,
    ...lines(row.children, `${indent}  `),
  ]);

test("services hold their operations, and what was not read stands below them", () => {
  expect(lines(servicesOutline(stopped))).toEqual([
    "orders () service.stopped circle-outline",
    "  orders.accepted (sends) operation arrow-up",
    "billing () service.stopped circle-outline",
    "  orders.accepted (receives · group billing) operation arrow-down",
    "  payments.flagged (sends) operation warning",
    "kafkajs found in 4 files: not read yet () notice info",
  ]);
});

test("a service shows how it is, and why it crashed", () => {
  const [orders, billing] = servicesOutline(running);
  expect(orders).toMatchObject({
    description: "running",
    kind: "service.running",
    icon: { name: "circle-filled" },
  });
  expect(billing).toMatchObject({
    description: "crashed",
    kind: "service.crashed",
    icon: { name: "error" },
  });
  expect(billing?.tooltip).toContain("Cannot find package 'zod'");
  expect(billing?.tooltip).toContain("Runs: millrace run billing/app.ts");
});

test("a service without a command offers no run", () => {
  const services = {
    ...stopped.services,
    "service:orders": { status: "stopped" as const, command: null },
  };
  expect(servicesOutline({ ...stopped, services })[0]).toMatchObject({
    kind: "service.none",
    description: "no command",
  });
});

test("brokers hold channels with senders and receivers", () => {
  expect(lines(brokersOutline(stopped))).toEqual([
    "NATS (emulator stopped) protocol.stopped server",
    "  orders.accepted (1 → 1) channel mail",
    "    orders (sends) operation arrow-up",
    "    billing (receives · group billing) operation arrow-down",
    "  payments.flagged (1 → 0) channel warning",
    "    billing (sends) operation warning",
  ]);
});

test("a channel says what it is where it is more than an address, and on which exchange", () => {
  const [first] = stopped.topology.channels;
  if (first === undefined) throw new Error("the fixture has a channel");
  const rabbitmq = { ...first, protocol: "rabbitmq" } as const;
  const channels = [
    { ...rabbitmq, id: "rabbitmq.queue:jobs", kind: "queue", address: "jobs" },
    {
      ...rabbitmq,
      id: "rabbitmq@events:paid",
      address: "paid",
      exchange: { name: "events", type: "topic" },
    },
    { ...first, id: "nats.kv:users/>", kind: "kv", bucket: "users", address: ">" },
  ] as const;
  const topology = { ...stopped.topology, channels, operations: [], problems: [] };
  expect(lines(brokersOutline({ ...stopped, topology }))).toEqual([
    "RabbitMQ (emulator stopped) protocol.stopped server",
    "  jobs (queue · 0 → 0) channel inbox",
    "  paid (events · 0 → 0) channel mail",
    "NATS (emulator stopped) protocol.stopped server",
    "  users/> (key-value · 0 → 0) channel key",
  ]);
});

test("the running emulator's brokers show their addresses, and where a port moved", () => {
  const [nats, mqtt] = brokersOutline(running);
  expect(nats).toMatchObject({ description: "nats://127.0.0.1:4222", kind: "protocol.running" });
  expect(mqtt?.tooltip).toContain("Port 1883 was taken");
});

test("a folder without channels leaves the brokers to the welcome text", () => {
  expect(
    brokersOutline({ ...stopped, topology: { ...stopped.topology, channels: [], operations: [] } }),
  ).toEqual([]);
});

test("no id stands twice in one tree, or VS Code would refuse to draw it", () => {
  for (const outline of [servicesOutline(running), brokersOutline(running)]) {
    const ids = lines(outline).length;
    const seen = new Set<string>();
    const visit = (rows: readonly Row[]): void =>
      rows.forEach((row) => (seen.add(row.id), visit(row.children)));
    visit(outline);
    expect(seen.size).toBe(ids);
  }
});
