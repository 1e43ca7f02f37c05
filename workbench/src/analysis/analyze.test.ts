import { expect, test, vi } from "vitest";
import { fixture, inBrief, linksIn, operation, readFixture, textAt } from "./reading-fixtures.ts";

// TypeScript warms up in the first of them, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

test("orders-nobody-listens: a publisher without a listener is a warning, a subscriber without a sender is information", () => {
  const { problems, links, services } = readFixture("orders-nobody-listens");
  expect(problems).toEqual([
    {
      code: "nobody-listens",
      severity: "warning",
      message: expect.stringMatching(
        /^Nobody in this workspace listens to "orders.accepted": add a subscriber .*\.$/,
      ) as string,
      subject: "send:orders-nobody-listens:nats:orders.accepted",
      place: expect.objectContaining({ file: "app.ts" }) as object,
    },
    {
      code: "nobody-speaks",
      severity: "information",
      message: expect.stringMatching(
        /^Nobody in this workspace sends to "orders.new": .*\.$/,
      ) as string,
      subject: "receive:orders-nobody-listens:nats:orders.new",
      place: expect.objectContaining({ file: "app.ts" }) as object,
    },
  ]);
  expect(links).toEqual([
    {
      kind: "publishes",
      from: "receive:orders-nobody-listens:nats:orders.new",
      to: "send:orders-nobody-listens:nats:orders.accepted",
    },
  ]);
  // Its App is not exported, so `millrace run` cannot find it, and it has no `dev` script.
  expect(services[0]).toMatchObject({
    name: "orders-nobody-listens",
    directory: ".",
    command: { kind: "script", cwd: ".", script: "start" },
  });
});

test("two-services-one-channel: both share the channel, each has its own server", () => {
  const { services, servers, channels, operations, links, problems } = readFixture(
    "two-services-one-channel",
  );
  expect(services.map(({ id, directory, command }) => ({ id, directory, command }))).toEqual([
    {
      id: "service:billing",
      directory: "billing",
      command: { kind: "millrace", cwd: ".", args: ["run", "billing/app.ts:app"] },
    },
    {
      id: "service:orders",
      directory: "orders",
      command: { kind: "millrace", cwd: ".", args: ["run", "orders/app.ts:app"] },
    },
  ]);
  expect(servers.map(({ id, service, address }) => [id, service, address.kind])).toEqual([
    ["server:billing:broker", "service:billing", "environment"],
    ["server:orders:broker", "service:orders", "environment"],
  ]);
  expect(channels).toEqual([
    {
      id: "nats:orders.accepted",
      protocol: "nats",
      address: "orders.accepted",
      pattern: "orders.accepted",
      params: [],
    },
  ]);
  expect(operations.map(({ channel }) => channel)).toEqual([
    "nats:orders.accepted",
    "nats:orders.accepted",
  ]);
  expect(links).toEqual([
    {
      kind: "message",
      from: "send:orders:nats:orders.accepted",
      to: "receive:billing:nats:orders.accepted",
    },
  ]);
  expect(problems).toEqual([]);
});

test("a place covers exactly its call", () => {
  const { operations, servers, services } = readFixture("two-services-one-channel");
  const folder = fixture("two-services-one-channel");
  const bill = operations.find(({ name }) => name === "bill");
  expect(textAt(folder, bill!.place)).toMatch(
    /^broker\.subscriber\(\s*"orders\.accepted",[\s\S]*\},\s*\)$/,
  );
  expect(bill!.place.start).toEqual({ line: 6, character: 20 });
  expect(textAt(folder, servers[0]!.place)).toBe("new NatsBroker()");
  expect(textAt(folder, services[0]!.place!)).toBe('new App(broker, { title: "billing" })');
});

test("addresses-through-everything: literals, constants, enums, maps, functions, re-exports, JSON, the environment", () => {
  const { channels, servers } = readFixture("addresses-through-everything");
  expect(channels.map(({ address }) => address)).toEqual([
    "from.literal",
    "from.local",
    "from.constant",
    "shop.concatenated",
    "shop.template",
    "from.enum",
    "from.enum.template",
    "from.map",
    "from.map.quoted",
    "from.list.0",
    "from.list.1",
    "from.frozen",
    "from.function.called",
    "from.static",
    "from.default.export",
    "from.json",
    "from.level.6",
    "from.environment",
    "from.environment.bracket",
    "from.environment.destructured",
    "from.assigned.once",
    "from.joined",
    "from.wrapped",
  ]);
  expect(servers[0]?.address).toEqual({
    kind: "environment",
    variable: "NATS_URL",
    default: "nats://nats:4222",
  });
});

test("routers-nested: prefixes add up, through modules, provide and include", () => {
  const { operations, servers } = readFixture("routers-nested");
  expect(inBrief({ operations })).toEqual([
    "receive:admin:nats:admin.users.{userId}.created created",
    "send:admin:nats:ping ping",
    "send:admin:nats:forgotten.by-all forgotten",
    "send:admin:nats:admin.audit.logins.failed failed",
    "receive:admin:nats:admin.audit.{who}.seen seen",
  ]);
  // A router that nobody includes stands for itself.
  expect(operations.map(({ server }) => server)).toEqual([
    "server:admin:broker",
    "server:admin:broker",
    "server:admin:nats",
    "server:admin:broker",
    "server:admin:broker",
  ]);
  expect(servers).toHaveLength(2);
});

test("mqtt-wildcards: addresses meet as each protocol says", () => {
  const topology = readFixture("mqtt-wildcards");
  const short = linksIn(topology, "message").map((link) =>
    link.replaceAll("mqtt-wildcards:", "").replaceAll(/(send|receive):/g, ""),
  );
  expect(short).toEqual([
    "mqtt:shipments/{orderId}/dispatched > mqtt:shipments/+/dispatched",
    "mqtt:shipments/{orderId}/dispatched > mqtt:shipments/{id}/dispatched",
    "mqtt:shipments/{orderId}/dispatched > mqtt:shipments/#",
    "mqtt:shipments/{orderId}/dispatched > mqtt:#",
    "mqtt:shipments/{orderId}/lost > mqtt:shipments/#",
    "mqtt:shipments/{orderId}/lost > mqtt:#",
    // MQTT 4.7.1.2: # matches the parent level too; 4.7.2: and no topic that begins with $.
    "mqtt:shipments > mqtt:shipments/#",
    "mqtt:shipments > mqtt:#",
    "nats:orders.created > nats:orders.*",
    "nats:orders.created > nats:orders.>",
    "nats:orders.eu.paid > nats:orders.>",
  ]);
  expect(topology.channels.find(({ id }) => id === "mqtt:shipments/{id}/dispatched")).toEqual({
    id: "mqtt:shipments/{id}/dispatched",
    protocol: "mqtt",
    address: "shipments/{id}/dispatched",
    pattern: "shipments/+/dispatched",
    params: ["id"],
  });
  expect(topology.servers[0]?.address).toEqual({ kind: "static", url: "mqtt://depot:1883" });
});

test("dynamic-address: what is only known when it runs is shown as such", () => {
  const topology = readFixture("dynamic-address");
  expect(topology.channels.filter(({ address }) => address === null)).toEqual(
    [
      "`prices.${region}`",
      "settings.topic()",
      "unknown.topic",
      'region! + "users"',
      "`orders-${order.id}`",
      "`orders.${region}.accepted`",
    ].map((expression) => ({
      id: `nats:?${expression}`,
      protocol: "nats",
      address: null,
      pattern: null,
      expression,
      params: [],
    })),
  );
  const dynamic = topology.problems.filter(({ code }) => code === "dynamic-address");
  expect(dynamic).toHaveLength(6);
  expect(dynamic[0]).toMatchObject({
    severity: "information",
    subject: "send:dynamic-address:nats:?`prices.${region}`",
  });
  expect(topology.servers[0]?.address).toEqual({ kind: "dynamic", expression: "settings.url()" });
});

test("dynamic-address: a part that comes from the message stands for a parameter", () => {
  const topology = readFixture("dynamic-address");
  expect(topology.channels.find(({ address }) => address === "orders.{id}.accepted")).toMatchObject(
    { pattern: "orders.*.accepted", params: ["id"] },
  );
  expect(linksIn(topology, "publishes")).toEqual(
    [
      "orders.{id}.accepted",
      "?`orders-${order.id}`",
      "?`orders.${region}.accepted`",
      "orders.audited",
    ].map(
      (address) => `receive:dynamic-address:nats:orders.new > send:dynamic-address:nats:${address}`,
    ),
  );
});

test("app-factory: functions and classes that are given their broker", () => {
  const topology = readFixture("app-factory");
  expect(inBrief(topology)).toEqual([
    "receive:factory:nats:orders.eu - (eu)",
    "receive:factory:nats:orders.us - (us)",
    "send:factory:nats:orders.paid -",
    "receive:factory:nats:returns -",
    "send:factory:nats:returns.accepted -",
  ]);
  expect(linksIn(topology, "publishes")).toEqual([
    "receive:factory:nats:orders.eu > send:factory:nats:orders.paid",
    "receive:factory:nats:orders.us > send:factory:nats:orders.paid",
    "receive:factory:nats:returns > send:factory:nats:returns.accepted",
  ]);
  // Its package.json names a script; the broker's address is the parameter's default.
  expect(topology.services).toMatchObject([
    { name: "factory", command: { kind: "script", cwd: ".", script: "dev:orders" } },
  ]);
  expect(topology.servers[0]?.address).toEqual({ kind: "static", url: "nats://localhost:4222" });
});

test("shared-bootstrap: one function makes the Apps of several services", () => {
  const topology = readFixture("shared-bootstrap");
  expect(
    topology.services.map(({ name, directory, command }) => ({ name, directory, command })),
  ).toEqual([
    {
      name: "billing",
      directory: "billing",
      command: { kind: "millrace", cwd: ".", args: ["run", "billing/main.ts:app"] },
    },
    {
      name: "orders",
      directory: "orders",
      command: {
        kind: "millrace",
        cwd: ".",
        args: ["run", "orders/main.ts:createApp", "--factory"],
      },
    },
  ]);
  expect(inBrief(topology)).toEqual([
    "receive:billing:nats:orders.accepted bill",
    "send:orders:nats:orders.accepted accepted",
    // What both import belongs to both; what each makes by its own call, to each alone.
    "send:billing:nats:audit audit",
    "send:orders:nats:audit audit",
    "receive:billing:nats:health.billing -",
    "receive:orders:nats:health.orders -",
  ]);
});

test("raw-kafkajs: clients that are not read yet are named", () => {
  const { notices, services, operations } = readFixture("raw-kafkajs");
  expect(notices).toEqual([
    "kafkajs found in 4 files: not read yet",
    "amqplib found in 1 file: not read yet",
  ]);
  expect([services, operations]).toEqual([[], []]);
});

test("no-app: declarations that no App uses belong to their package", () => {
  const topology = readFixture("no-app");
  expect(topology.services).toEqual([
    {
      id: "service:no-app",
      name: "no-app",
      directory: ".",
      place: null,
      command: { kind: "script", cwd: ".", script: "dev" },
    },
  ]);
  expect(inBrief(topology)).toEqual([
    "send:no-app:nats:orders.new -",
    "send:no-app:nats:orders.new:2 -",
  ]);
  expect(operation(topology, "send:no-app:nats:orders.new:2").reply).toBeUndefined();
});

test("brokers-anywhere: kept in objects, made by functions, handed in as dependencies, required", () => {
  const topology = readFixture("brokers-anywhere");
  expect(inBrief(topology)).toEqual([
    "send:any-where:nats:from.map a",
    "send:any-where:mqtt:from/map b",
    "send:any-where:nats:from.async.function c",
    "send:any-where:nats:from.this -",
    "receive:any-where:nats:from.chain onOrder (g)",
    "send:any-where:nats:from.context -",
    "receive:any-where:nats:deps.orders orders",
    "send:any-where:mqtt:deps/seen -",
    "send:any-where:nats:deps.not-called -",
    "send:any-where:nats:common.js.one one",
    "send:any-where:nats:common.js.two two",
  ]);
  // Through the functions that a handler calls, and through its context.
  expect(linksIn(topology, "publishes").toSorted()).toEqual([
    "receive:any-where:nats:deps.orders > send:any-where:mqtt:deps/seen",
    "receive:any-where:nats:from.chain > send:any-where:mqtt:from/map",
    "receive:any-where:nats:from.chain > send:any-where:nats:from.context",
    "receive:any-where:nats:from.chain > send:any-where:nats:from.map",
  ]);
  expect(topology.services).toMatchObject([
    {
      name: "any-where",
      command: { kind: "millrace", cwd: ".", args: ["run", "app.ts", "--workers", "2"] },
    },
  ]);
  expect(topology.servers.map(({ id }) => id).slice(0, 3)).toEqual([
    "server:any-where:nats",
    "server:any-where:mqtt",
    "server:any-where:nats:2",
  ]);
  // Only a part of it comes from the environment.
  expect(topology.servers.map(({ address }) => address)).toContainEqual({
    kind: "dynamic",
    expression: '`nats://${process.env.NATS_HOST ?? "localhost"}:4222`',
  });
});
