/** Faults through real clients: what each does on each protocol. */
import { once } from "node:events";
import { connectAsync, type IClientOptions } from "mqtt";
import { connect, type NatsConnection } from "nats";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "./index.ts";

async function start(): Promise<Emulator & { nats: string; mqtt: string }> {
  const emulator = await startEmulator({
    ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 },
  });
  const [nats, , mqtt] = emulator.servers;
  return { ...emulator, nats: nats!.url, mqtt: mqtt!.url };
}

/** Clients that do not come back by themselves. */
const natsClient = (emulator: { nats: string }, name: string): Promise<NatsConnection> =>
  connect({ servers: emulator.nats, name, reconnect: false, timeout: 5000 });
const mqttClient = (emulator: { mqtt: string }, clientId: string, options: IClientOptions = {}) =>
  connectAsync(emulator.mqtt, { clientId, reconnectPeriod: 0, ...options }, false);

/** What a connection is subscribed to, as text, in order. */
async function listen(connection: NatsConnection, subject: string): Promise<string[]> {
  const got: string[] = [];
  connection.subscribe(subject, { callback: (_, message) => void got.push(message.string()) });
  await connection.flush();
  return got;
}

const journal = async (emulator: Emulator) =>
  (await emulator.events()).map(({ kind, payload, reason }) => [
    kind,
    Buffer.from(payload).toString(),
    ...(reason === undefined ? [] : [reason]),
  ]);

test("NATS: a dropped publish reaches nobody", async () => {
  await using emulator = await start();
  const [shop, billing] = [
    await natsClient(emulator, "shop"),
    await natsClient(emulator, "billing"),
  ];
  const got = await listen(billing, "orders.*");
  const fault = await emulator.inject({
    match: { protocol: "nats", operation: "publish", channel: "orders.*", client: "shop", nth: 2 },
    effect: { kind: "drop" },
  });
  for (const text of ["1", "2", "3"]) shop.publish("orders.new", text);
  await shop.flush();
  await billing.flush();
  expect(got).toEqual(["1", "3"]);
  expect(await fault.fired()).toBe(1);
  expect(await journal(emulator)).toEqual([
    ["published", "1"],
    ["delivered", "1"],
    ["published", "2"],
    ["dropped", "2", `fault ${fault.id}: drop`],
    ["published", "3"],
    ["delivered", "3"],
  ]);
  await Promise.all([shop.close(), billing.close()]);
});

test("NATS: a delayed publish holds its connection back, for the clock's time, and no other", async () => {
  await using emulator = await start();
  const [shop, other, billing] = [
    await natsClient(emulator, "shop"),
    await natsClient(emulator, "other"),
    await natsClient(emulator, "billing"),
  ];
  const got = await listen(billing, "orders.*");
  const fault = await emulator.inject({
    match: { operation: "publish", client: "shop" },
    effect: { kind: "delay", ms: 60_000 },
  });
  for (const text of ["1", "2"]) shop.publish("orders.new", text);
  await expect.poll(() => fault.fired()).toBe(1);
  other.publish("orders.new", "other");
  await other.flush();
  await billing.flush();
  expect(got).toEqual(["other"]);
  await emulator.advance(60_000);
  await shop.flush();
  await billing.flush();
  expect(got).toEqual(["other", "1", "2"]);
  await Promise.all([shop.close(), other.close(), billing.close()]);
});

test("NATS: a delayed delivery keeps its order", async () => {
  await using emulator = await start();
  const [shop, billing] = [
    await natsClient(emulator, "shop"),
    await natsClient(emulator, "billing"),
  ];
  const got = await listen(billing, "orders.*");
  const fault = await emulator.inject({
    match: { operation: "deliver" },
    effect: { kind: "delay", ms: 60_000 },
  });
  for (const text of ["1", "2"]) shop.publish("orders.new", text);
  await shop.flush();
  expect(await fault.fired()).toBe(1);
  expect((await journal(emulator)).map(([kind]) => kind)).toEqual(["published", "published"]);
  await emulator.advance(60_000);
  await billing.flush();
  expect(got).toEqual(["1", "2"]);
  await Promise.all([shop.close(), billing.close()]);
});

test.each([
  ["publish", "shop"],
  ["deliver", "billing"],
] as const)("NATS: a disconnect at %s closes %s", async (operation, unlucky) => {
  await using emulator = await start();
  const clients = {
    shop: await natsClient(emulator, "shop"),
    billing: await natsClient(emulator, "billing"),
  };
  await listen(clients.billing, "orders.*");
  const fault = await emulator.inject({ match: { operation }, effect: { kind: "disconnect" } });
  clients.shop.publish("orders.new", "1");
  await clients[unlucky].closed();
  const lucky = clients[unlucky === "shop" ? "billing" : "shop"];
  await lucky.flush();
  expect((await journal(emulator)).at(-1)).toEqual([
    "dropped",
    "1",
    `fault ${fault.id}: disconnect`,
  ]);
  await lucky.close();
});

test.each([
  ["publish", undefined, ["2"]],
  ["subscribe", undefined, ["PERMISSIONS_VIOLATION"]],
  ["publish", "words of its own", ["2"]],
] as const)(
  "NATS: an error at %s (%s) refuses it and leaves the client",
  async (operation, text, expected) => {
    await using emulator = await start();
    const shop = await natsClient(emulator, "shop");
    const fault = await emulator.inject({
      match: { operation },
      effect: { kind: "error", ...(text === undefined ? {} : { text }) },
    });
    const got: string[] = [];
    shop.subscribe("orders.*", {
      callback: (error, message) => void got.push(error?.code ?? message.string()),
    });
    shop.publish("orders.new", "1");
    shop.publish("orders.new", "2");
    await shop.flush();
    expect(got).toEqual(expected);
    expect(await fault.fired()).toBe(1);
    await shop.close();
  },
);

test("NATS: an error at connect is a client that is not let in", async () => {
  await using emulator = await start();
  await emulator.inject({ match: { operation: "connect" }, effect: { kind: "error" } });
  await expect(natsClient(emulator, "shop")).rejects.toThrow("Authorization Violation");
});

test("NATS: nothing is delivered behind a disconnect", async () => {
  await using emulator = await start();
  const [shop, billing] = [
    await natsClient(emulator, "shop"),
    await natsClient(emulator, "billing"),
  ];
  await listen(billing, "orders.*");
  const fault = await emulator.inject({
    match: { operation: "deliver" },
    effect: { kind: "disconnect" },
  });
  for (const text of ["1", "2"]) shop.publish("orders.new", text);
  await shop.flush();
  expect(await journal(emulator)).toEqual([
    ["published", "1"],
    ["dropped", "1", `fault ${fault.id}: disconnect`],
    ["published", "2"],
    ["dropped", "2", "no subscribers"],
  ]);
  await Promise.all([shop.close(), billing.close()]);
});

test("NATS: a disconnect at subscribe closes the client", async () => {
  await using emulator = await start();
  const billing = await natsClient(emulator, "billing");
  const fault = await emulator.inject({
    match: { operation: "subscribe" },
    effect: { kind: "disconnect" },
  });
  billing.subscribe("orders.*");
  await billing.closed();
  expect(await fault.fired()).toBe(1);
});

test("NATS: a disconnect at connect is a refused client, by its name", async () => {
  await using emulator = await start();
  await emulator.inject({
    match: { operation: "connect", client: "shop" },
    effect: { kind: "disconnect" },
  });
  const other = await natsClient(emulator, "other");
  await expect(natsClient(emulator, "shop")).rejects.toThrow(/./);
  const shop = await natsClient(emulator, "shop");
  await Promise.all([shop.close(), other.close()]);
});

test("NATS: a lost SUB means that nothing comes", async () => {
  await using emulator = await start();
  const billing = await natsClient(emulator, "billing");
  await emulator.inject({
    match: { operation: "subscribe", channel: "orders.*" },
    effect: { kind: "drop" },
  });
  const lost = await listen(billing, "orders.*");
  const kept = await listen(billing, "orders.>");
  await emulator.publish({ protocol: "nats", channel: "orders.new", payload: Buffer.from("1") });
  await billing.flush();
  expect([lost, kept]).toEqual([[], ["1"]]);
  await billing.close();
});

test("MQTT: a dropped publish of QoS 1 is not acknowledged, and comes when it is sent again", async () => {
  await using emulator = await start();
  const shop = await mqttClient(emulator, "shop", { reconnectPeriod: 10 });
  const billing = await mqttClient(emulator, "billing");
  await billing.subscribeAsync("orders/+", { qos: 1 });
  const received = once(billing as never, "message");
  const fault = await emulator.inject({
    match: { protocol: "mqtt", operation: "publish", channel: "orders/#" },
    effect: { kind: "drop" },
  });
  const sent = shop.publishAsync("orders/new", "1", { qos: 1 });
  await expect.poll(() => fault.fired()).toBe(1);
  shop.stream.destroy();
  await sent;
  expect(String((await received)[1])).toBe("1");
  expect((await journal(emulator)).slice(0, 2)).toEqual([
    ["published", "1"],
    ["dropped", "1", `fault ${fault.id}: drop`],
  ]);
  await Promise.all([shop.endAsync(), billing.endAsync()]);
});

test("MQTT: a dropped delivery of QoS 1 comes again with the next connection", async () => {
  await using emulator = await start();
  const first = await mqttClient(emulator, "billing", { clean: false });
  await first.subscribeAsync("orders/+", { qos: 1 });
  const fault = await emulator.inject({
    match: { operation: "deliver" },
    effect: { kind: "drop" },
  });
  await emulator.publish({ protocol: "mqtt", channel: "orders/new", payload: Buffer.from("1") });
  await expect.poll(() => fault.fired()).toBe(1);
  await first.endAsync();
  const second = await mqttClient(emulator, "billing", { clean: false });
  await expect
    .poll(() => journal(emulator))
    .toEqual([
      ["published", "1"],
      ["dropped", "1", `fault ${fault.id}: drop`],
      ["redelivered", "1"],
      ["acknowledged", "1"],
    ]);
  await second.endAsync();
});

test("MQTT: delays wait for the clock, on the way in and out", async () => {
  await using emulator = await start();
  const [shop, billing] = [
    await mqttClient(emulator, "shop"),
    await mqttClient(emulator, "billing"),
  ];
  const got: string[] = [];
  billing.on("message", (_topic, payload) => got.push(payload.toString()));
  await billing.subscribeAsync("orders/+", { qos: 1 });
  const incoming = await emulator.inject({
    match: { operation: "publish" },
    effect: { kind: "delay", ms: 60_000 },
  });
  const outgoing = await emulator.inject({
    match: { operation: "deliver" },
    effect: { kind: "delay", ms: 60_000 },
  });
  const sent = Promise.all([
    shop.publishAsync("orders/1", "1", { qos: 1 }),
    shop.publishAsync("orders/2", "2", { qos: 1 }),
  ]);
  await expect.poll(() => incoming.fired()).toBe(1);
  expect(await journal(emulator)).toEqual([]);
  await emulator.advance(60_000);
  await sent;
  await expect.poll(() => outgoing.fired()).toBe(1);
  expect(got).toEqual([]);
  await emulator.advance(60_000);
  await expect.poll(() => got).toEqual(["1", "2"]);
  await Promise.all([shop.endAsync(), billing.endAsync()]);
});

test("MQTT: a disconnect at connect is a refused client, by its name", async () => {
  await using emulator = await start();
  await emulator.inject({
    match: { operation: "connect", client: "billing" },
    effect: { kind: "disconnect" },
  });
  const other = await mqttClient(emulator, "other");
  await expect(mqttClient(emulator, "billing")).rejects.toThrow(/./);
  const billing = await mqttClient(emulator, "billing");
  await Promise.all([billing.endAsync(), other.endAsync()]);
});

test.each(["publish", "subscribe", "deliver"] as const)(
  "MQTT: a disconnect at %s closes the client",
  async (operation) => {
    await using emulator = await start();
    const billing = await mqttClient(emulator, "billing");
    if (operation === "deliver") await billing.subscribeAsync("orders/+");
    const fault = await emulator.inject({
      match: { operation, client: "billing" },
      effect: { kind: "disconnect" },
    });
    const closed = once(billing as never, "close");
    if (operation === "subscribe") billing.subscribe("orders/+");
    else billing.publish("orders/new", "1");
    await closed;
    expect(await fault.fired()).toBe(1);
    billing.end(true);
  },
);
